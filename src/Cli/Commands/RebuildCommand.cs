namespace EventDock.Cli.Commands;

using EventDock.Cli.Grammar;
using EventDock.Cli.Output;
using EventDock.Domain.Kernel;

/// <summary><c>eventdock rebuild [VIEW…]</c></summary>
public static class RebuildCommand
{
    /// <summary>Opened as for reading: whoever rebuilds views must not need them first.</summary>
    public static EitherAsync<DomainError, int> Run(ParsedArgs args, Session session, CancellationToken cancel)
    {
        var progress = new BuildLine(session.Out, session.Error, session.ErrorIsTerminal);
        return
            from ports in session.Read(cancel)
            from built in ports.Ledger.Care.Views.Rebuild(args.Arguments, progress.Show, cancel)
            let ended = progress.End()
            let told = built.ResumedAt > 0 ? session.Tell($"went on from position {built.ResumedAt}, where a rebuild had been cut off") : unit
            let printed = session.Line(
                $"rebuilt {(args.Arguments.IsEmpty ? "all views" : string.Join(", ", built.Views))} from {built.Position} events")
            select 0;
    }
}
