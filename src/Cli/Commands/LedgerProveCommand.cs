namespace EventDock.Cli.Commands;

using EventDock.Cli.Grammar;
using EventDock.Domain.Kernel;
using EventDock.Engine;

/// <summary><c>eventdock ledger prove POSITION</c></summary>
public static class LedgerProveCommand
{
    public static EitherAsync<DomainError, int> Run(ParsedArgs args, Session session, CancellationToken cancel) =>
        from position in ProofInputs.Number("position", args.Arguments[0]).ToAsync()
        from ports in session.Proofs(cancel)
        from proof in Proofs.Inclusion(ports, position, cancel)
        let printed = session.Print(proof.ToString())
        select 0;
}
