namespace EventDock.Projections;

using EventDock.Domain.Kernel;
using EventDock.Domain.Ledger;

/// <summary>The ledger as a tree of leaf hashes, and the checkpoints made of it, as functions.</summary>
/// <param name="Head">The last position now: the tree's size.</param>
/// <param name="Hashes">
/// The leaf hashes from one position to another, both included, in order; a position that is missing is an error that names it.
/// </param>
/// <param name="Line">The leaf line of a position.</param>
/// <param name="Newest">The newest checkpoint signed by this key (as text).</param>
/// <param name="OfSize">The one of this size signed by this key.</param>
/// <param name="Keep">Adds one; one of this size and key stays.</param>
/// <param name="Anchored">Records that a target has got a checkpoint.</param>
public sealed record LedgerTree(
    Func<CancellationToken, EitherAsync<DomainError, long>> Head,
    Func<long, long, Action<TreeHash>, CancellationToken, EitherAsync<DomainError, Unit>> Hashes,
    Func<long, CancellationToken, EitherAsync<DomainError, string>> Line,
    Func<string, CancellationToken, EitherAsync<DomainError, Option<KeptCheckpoint>>> Newest,
    Func<string, long, CancellationToken, EitherAsync<DomainError, Option<KeptCheckpoint>>> OfSize,
    Func<string, KeptCheckpoint, CancellationToken, EitherAsync<DomainError, Unit>> Keep,
    Func<string, Checkpoint, CancellationToken, EitherAsync<DomainError, Unit>> Anchored);

/// <summary>A checkpoint and the complete subtrees of its tree, from which the next one goes on.</summary>
public sealed record KeptCheckpoint(SignedCheckpoint Signed, Seq<TreeHash> Nodes);
