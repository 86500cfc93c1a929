namespace EventDock.Cli.Commands;

using EventDock.Cli.Grammar;
using EventDock.Domain.Kernel;
using EventDock.Domain.Oci;
using EventDock.Engine;

/// <summary><c>eventdock pull</c></summary>
public static class PullCommand
{
    public static EitherAsync<DomainError, int> Run(ParsedArgs args, Session session, CancellationToken cancel) =>
        from reference in ImageReference.Parse(args.Arguments[0]).ToAsync()
        from here in session.Change(cancel)
        from platform in (args.Text("platform") is { } asked ? PlatformText.Parse(asked, here.World.Platform) : here.World.Platform).ToAsync()
        let ports = here with { World = here.World with { Platform = platform } }
        let defaulted = reference.Tag is null && reference.Digest is null && !args.On("quiet")
            ? session.Line("Using default tag: latest")
            : unit
        let output = args.On("quiet") ? PullOutput.Silent : PullOutput.On(session, session.Out)
        from pulled in Engine.Pull.Run(ports, reference, output.Progress, cancel).Finally(output.Finish)
        let said = args.On("quiet") ? unit : output.Said(pulled)
        let printed = session.Line(pulled.Reference.Canonical)
        select 0;
}
