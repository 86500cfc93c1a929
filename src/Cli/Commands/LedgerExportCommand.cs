namespace EventDock.Cli.Commands;

using EventDock.Cli.Grammar;
using EventDock.Domain.Kernel;
using EventDock.Engine;

/// <summary><c>eventdock ledger export [--from POSITION] [--to POSITION]</c></summary>
public static class LedgerExportCommand
{
    public static EitherAsync<DomainError, int> Run(ParsedArgs args, Session session, CancellationToken cancel) =>
        from first in ProofInputs.Position("--from", args.Text("from")).ToAsync()
        from last in ProofInputs.Position("--to", args.Text("to")).ToAsync()
        from ports in session.Proofs(cancel)
        from exported in Export.Run(ports, first.IfNone(1), last, session.Line, cancel)
        select 0;
}
