namespace EventDock.Engine;

using EventDock.Domain.Kernel;
using EventDock.Domain.Ledger;
using EventDock.Projections;
using static EventDock.Engine.Pipeline;

/// <summary>What vouches for an answer.</summary>
/// <param name="Position">The answer is that of this position.</param>
/// <param name="Last">The last event of EventDock's up to it; None where there is none.</param>
/// <param name="Leaf">That event's.</param>
/// <param name="Checkpoint">The newest that has the leaf.</param>
public sealed record AnswerStanding(
    long Position, Option<Recorded<DockEvent>> Last, Option<NumberedLeaf> Leaf, Option<SignedCheckpoint> Checkpoint);

/// <summary><c>--proof-line</c>: from a position to what the ledger can prove about it.</summary>
public static class AnswerProof
{
    public static EitherAsync<DomainError, AnswerStanding> Of(Ports ports, long position, CancellationToken cancel) =>
        from newest in ports.Ledger.Log.List(LogQuery.All with { UntilPosition = position, Limit = 1 }, cancel)
        let last = newest.HeadOrNone()
        from stands in last.Match(
            Some: e => ports.Ledger.Tree.Standing(e.Position, cancel).Map(Some), None: () => Give(Option<LeafStands>.None))
        let leaf = stands.Bind(found => found.Leaf)
        // By size: the last of those that have it is the newest.
        let signed = leaf.Bind(has => stands.Bind(found => found.Checkpoints.Filter(s => s.Checkpoint.Size >= has.Number).LastOrNone()))
        select new AnswerStanding(position, last, leaf, signed);
}
