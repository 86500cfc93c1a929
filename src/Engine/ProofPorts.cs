namespace EventDock.Engine;

using EventDock.Domain.Kernel;
using EventDock.Domain.Ledger;
using EventDock.Projections;

/// <summary>What checkpoints, proofs and anchors touch, as functions.</summary>
/// <param name="Hand">Gives a note to a target; done when it is kept there.</param>
public sealed record ProofPorts(
    OpenLedger Ledger,
    NoteSigner Signer,
    CheckpointFiles Files,
    LedgerConfig Config,
    Func<AnchorTarget, string, CancellationToken, EitherAsync<DomainError, Unit>> Hand,
    Func<DateTimeOffset> Clock)
{
    public LedgerTree Tree => Ledger.Tree;

    /// <summary>The key of this ledger's checkpoints: named after the root that it belongs to.</summary>
    public EitherAsync<DomainError, VerifierKey> Key(CancellationToken cancel) =>
        from root in Ledger.Views.Root(cancel)
        from known in root.OrFail(() => new DomainError.LedgerUnreadable(1, "it belongs to no root"))
        from key in Signer.Key(Checkpoint.OriginOf(known.RootId), cancel)
        select key;
}
