namespace EventDock.Cli.Commands;

using EventDock.Cli.Grammar;
using EventDock.Domain.Kernel;

/// <summary><c>eventdock rebuild</c></summary>
public static class RebuildCommand
{
    public static EitherAsync<DomainError, int> Run(ParsedArgs args, Session session, CancellationToken cancel) =>
        from ports in session.Change(cancel)
        from folded in ports.Ledger.Care.Rebuild(
            (at, of) =>
            {
                if (session.ErrorIsTerminal)
                {
                    session.Tell($"folded {at} of {of} events");
                }
            },
            cancel)
        let printed = session.Line($"rebuilt all views from {folded} events")
        select 0;
}
