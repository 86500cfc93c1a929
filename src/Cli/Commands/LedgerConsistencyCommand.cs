namespace EventDock.Cli.Commands;

using EventDock.Cli.Grammar;
using EventDock.Domain.Kernel;
using EventDock.Engine;

/// <summary><c>eventdock ledger consistency OLD [NEW]</c>: each a size or the file of a checkpoint.</summary>
public static class LedgerConsistencyCommand
{
    public static EitherAsync<DomainError, int> Run(ParsedArgs args, Session session, CancellationToken cancel) =>
        from old in ProofInputs.End(args.Arguments[0], cancel)
        from end in args.Arguments.Count == 2
            ? ProofInputs.End(args.Arguments[1], cancel).Map(Some)
            : Pipeline.Give(Option<ProofEnd>.None)
        from ports in session.Proofs(cancel)
        from proof in Proofs.Consistency(ports, old, end, cancel)
        let printed = session.Print(proof.ToString())
        select 0;
}
