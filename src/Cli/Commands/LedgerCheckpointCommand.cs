namespace EventDock.Cli.Commands;

using EventDock.Cli.Grammar;
using EventDock.Domain.Kernel;
using EventDock.Engine;

/// <summary><c>eventdock ledger checkpoint</c>: the signed note, and nothing else, on stdout.</summary>
public static class LedgerCheckpointCommand
{
    public static EitherAsync<DomainError, int> Run(ParsedArgs args, Session session, CancellationToken cancel) =>
        from ports in session.Proofs(cancel)
        from made in Checkpoints.Make(ports, whole: true, cancel)
        let printed = session.Print(made.ToString())
        select 0;
}
