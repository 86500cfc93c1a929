namespace EventDock.Domain.Ledger;

using System.Diagnostics;
using EventDock.Domain.Kernel;

/// <summary>What may be asked of the ledger's oldest part.</summary>
public abstract record SegmentCommand
{
    private SegmentCommand() { }

    /// <summary>A segment stands on disk, complete.</summary>
    public sealed record Record(Segment Segment) : SegmentCommand;

    /// <summary>The segment's file has been written anew.</summary>
    public sealed record Rewrite(Segment Segment) : SegmentCommand;

    /// <summary>The rows of a segment's events go.</summary>
    public sealed record Drop(Segment Segment) : SegmentCommand;
}

/// <param name="Sealed">The last position that stands in a segment; 0 for none.</param>
/// <param name="Dropped">First positions of segments whose rows have been dropped.</param>
public sealed record SegmentState(long Sealed, Seq<long> Dropped);

/// <summary>
/// Segments follow each other without a gap, from position 1 on; rows are dropped of what stands in one. What was imported begins
/// again: it has all rows and no files, whatever its events tell of those that it once had.
/// </summary>
public static class SegmentDecider
{
    public static readonly Decider<SegmentCommand, SegmentState, SegmentEvent> Decider = new(new(0, Seq<long>()), Decide, Evolve);

    public static Either<DomainError, Seq<SegmentEvent>> Decide(SegmentCommand command, SegmentState state) =>
        command switch
        {
            SegmentCommand.Record { Segment: var s } when s.First <= state.Sealed + 1 && s.Last >= s.First =>
                Right(Seq1<SegmentEvent>(new SegmentSealed(s.First, s.Last, s.File, s.Bytes, s.Digest))),
            SegmentCommand.Rewrite { Segment: var s } when s.Last <= state.Sealed =>
                Right(Seq1<SegmentEvent>(new SegmentRewritten(s.First, s.Last, s.File, s.Bytes, s.Digest))),
            SegmentCommand.Drop { Segment: var s } when state.Dropped.Exists(first => first == s.First) => Right(Seq<SegmentEvent>()),
            SegmentCommand.Drop { Segment: var s } when s.Last <= state.Sealed =>
                Right(Seq1<SegmentEvent>(new SegmentDropped(s.First, s.Last))),
            _ => new DomainError.Conflict(Streams.Segments),
        };

    public static SegmentState Evolve(SegmentState state, SegmentEvent happened) =>
        happened switch
        {
            SegmentSealed e => new SegmentState(e.Last.Value, state.Dropped.Filter(first => first < e.First.Value).Strict()),
            SegmentRewritten => state,
            SegmentDropped e => state with { Dropped = state.Dropped.Add(e.First.Value) },
            _ => throw new UnreachableException($"no fold for {happened.GetType().Name}"),
        };
}
