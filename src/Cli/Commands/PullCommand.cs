namespace EventDock.Cli.Commands;

using EventDock.Cli.Errors;
using EventDock.Cli.Grammar;
using EventDock.Domain.Kernel;
using EventDock.Domain.Oci;
using EventDock.Engine;

/// <summary><c>eventdock pull</c></summary>
public static class PullCommand
{
    public static EitherAsync<DomainError, int> Run(ParsedArgs args, Session session, CancellationToken cancel) =>
        from reference in ImageReference.Parse(args.Arguments[0]).ToAsync()
        from alone in (args.On("all-tags") && (reference.Tag is not null || reference.Digest is not null)
            ? new DomainError.TagBesideAllTags()
            : Right<DomainError, Unit>(unit)).ToAsync()
        from here in session.Change(cancel)
        from platform in (args.Text("platform") is { } asked ? PlatformText.Parse(asked, here.World.Platform) : here.World.Platform).ToAsync()
        let ports = here with { World = here.World with { Platform = platform } }
        from pulled in args.On("all-tags")
            ? All(ports, reference, args.On("quiet"), session, cancel)
            : One(ports, reference, args.On("quiet"), session, cancel)
        select 0;

    private static EitherAsync<DomainError, Unit> One(
        Ports ports, ImageReference reference, bool quiet, Session session, CancellationToken cancel)
    {
        if (reference.Tag is null && reference.Digest is null && !quiet)
        {
            session.Line("Using default tag: latest");
        }

        var output = Output(quiet, session);
        return
            from pulled in Engine.Pull.Run(ports, reference, output.Progress, cancel).Finally(output.Finish)
            let said = output.Said(pulled)
            let printed = session.Line(pulled.Reference.Canonical)
            select unit;
    }

    private static EitherAsync<DomainError, Unit> All(
        Ports ports, ImageReference repository, bool quiet, Session session, CancellationToken cancel) =>
        from newer in PullAll.Run(
            ports,
            repository,
            tag =>
            {
                var output = Output(quiet, session);
                return
                    from pulled in Engine.Pull.Run(ports, tag, output.Progress, cancel).Finally(output.Finish)
                    let said = output.Said(pulled.Digest)
                    select pulled;
            },
            error => session.Tell(ErrorText.Line(error) + ", left out"),
            cancel)
        let said = Output(quiet, session).Said(repository.Familiar, newer)
        let printed = session.Line(repository.Canonical)
        select unit;

    private static PullOutput Output(bool quiet, Session session) => quiet ? PullOutput.Silent : PullOutput.On(session, session.Out);
}
