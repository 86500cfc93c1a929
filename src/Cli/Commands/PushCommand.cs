namespace EventDock.Cli.Commands;

using EventDock.Cli.Grammar;
using EventDock.Domain.Images;
using EventDock.Domain.Kernel;
using EventDock.Domain.Oci;
using EventDock.Engine;

/// <summary><c>eventdock push [-a] NAME[:TAG]</c>, with docker's lines.</summary>
public static class PushCommand
{
    public static EitherAsync<DomainError, int> Run(ParsedArgs args, Session session, CancellationToken cancel)
    {
        var (all, quiet) = (args.On("all-tags"), args.On("quiet"));
        return
            from reference in ImageReference.Parse(args.Arguments[0]).ToAsync()
            let defaulted = reference.Tag is null && reference.Digest is null && !all && !quiet
                ? session.Line("Using default tag: latest")
                : unit
            from ports in session.Change(cancel)
            let output = quiet ? PushOutput.Silent : PushOutput.On(session)
            from pushed in Push.Run(ports, reference, all, output.Progress, cancel).Finally(output.Finish)
            let printed = quiet ? session.Line(all ? reference.Repository : reference.Tagged.Canonical) : unit
            select 0;
    }
}
