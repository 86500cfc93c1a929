namespace EventDock.Projections;

using EventDock.Domain.Kernel;
using EventDock.Domain.Ledger;

/// <summary>
/// The ledger as a tree of leaf hashes, and the checkpoints made of it, as functions. Leaves are numbered from 1: a leaf's number
/// is its position, less the foreign events before it, which have none.
/// </summary>
/// <param name="Size">How many leaves there are now.</param>
/// <param name="Hashes">
/// The leaf hashes from one number to another, both included, in order; a leaf that is missing is an error that names its position.
/// </param>
/// <param name="Leaf">The leaf at a position; none where there is none.</param>
/// <param name="Newest">The newest checkpoint signed by this key (as text).</param>
/// <param name="OfSize">The one of this size signed by this key.</param>
/// <param name="All">Every checkpoint that is kept, whoever has signed it, by size.</param>
/// <param name="Anchors">What each target was handed, the largest of each.</param>
/// <param name="Keep">Adds one; one of this size and key stays.</param>
/// <param name="Anchored">Records that a target has got a checkpoint.</param>
public sealed record LedgerTree(
    Func<CancellationToken, EitherAsync<DomainError, long>> Size,
    Func<long, long, Action<TreeHash>, CancellationToken, EitherAsync<DomainError, Unit>> Hashes,
    Func<long, CancellationToken, EitherAsync<DomainError, Option<NumberedLeaf>>> Leaf,
    Func<string, CancellationToken, EitherAsync<DomainError, Option<KeptCheckpoint>>> Newest,
    Func<string, long, CancellationToken, EitherAsync<DomainError, Option<KeptCheckpoint>>> OfSize,
    Func<CancellationToken, EitherAsync<DomainError, Seq<SignedCheckpoint>>> All,
    Func<CancellationToken, EitherAsync<DomainError, Seq<SignedRoot>>> Anchors,
    Func<string, KeptCheckpoint, CancellationToken, EitherAsync<DomainError, Unit>> Keep,
    Func<string, Checkpoint, CancellationToken, EitherAsync<DomainError, Unit>> Anchored)
{
    /// <summary>The leaf at a position, and all that may vouch for it: in one round trip.</summary>
    public required Func<long, CancellationToken, EitherAsync<DomainError, LeafStands>> Standing { get; init; }
}

/// <summary>As of <see cref="LedgerTree"/>'s Leaf, All and Anchors.</summary>
public sealed record LeafStands(Option<NumberedLeaf> Leaf, Seq<SignedCheckpoint> Checkpoints, Seq<SignedRoot> Anchors);

/// <param name="Number">From 1, among the leaves.</param>
public sealed record NumberedLeaf(long Number, string Line);

/// <summary>A checkpoint and the complete subtrees of its tree, from which the next one goes on.</summary>
public sealed record KeptCheckpoint(SignedCheckpoint Signed, Seq<TreeHash> Nodes);
