namespace EventDock.Engine;

using EventDock.Domain.Kernel;
using EventDock.Domain.Ledger;
using EventDock.Projections;
using static EventDock.Engine.Pipeline;

/// <param name="Before">The first position that is not sealed.</param>
/// <param name="Drop">Also drop the rows of what stands in segments before it.</param>
public sealed record SealRequest(long Before, bool Drop);

/// <param name="Written">What was sealed now.</param>
/// <param name="Dropped">Whose rows were dropped now.</param>
public sealed record Sealings(Seq<Segment> Written, Seq<Segment> Dropped);

/// <summary>
/// <c>eventdock ledger seal</c>: the oldest events are written to signed files, after which their rows may be dropped. Given a
/// second time it goes on where a first that was cut off has ended.
/// </summary>
public static class Seal
{
    /// <summary>So many positions a segment: its list of members stays small, and so does the transaction that drops its rows.</summary>
    public const long MostPositions = 100_000;

    public static EitherAsync<DomainError, Sealings> Run(
        ProofPorts ports, SealRequest request, Action<Segment> told, CancellationToken cancel) =>
        ports.Ledger.Segments.Alone(cancel).Holding(() =>
            from head in ports.Ledger.Log.Head(cancel)
            from there in request.Before >= 1 && request.Before <= head + 1
                ? Done
                : Fail<Unit>(new DomainError.NoSuchPosition(request.Before, head))
            from before in ports.Ledger.Sealer.All(cancel)
            from written in Write(ports, before.Map(s => s.Last).Fold(0L, Math.Max) + 1, request.Before - 1, told, cancel)
            from dropped in request.Drop
                ? (before + written).Filter(s => !s.Dropped && s.Last < request.Before).Strict().InTurn(s => Drop(ports, s, cancel))
                : Give(Seq<Segment>())
            select new Sealings(written, dropped));

    private static EitherAsync<DomainError, Seq<Segment>> Write(
        ProofPorts ports, long first, long last, Action<Segment> told, CancellationToken cancel) =>
        first > last
            ? Give(Seq<Segment>())
            : from newest in Checkpoints.Make(ports, whole: true, cancel)
              from bounds in ports.Ledger.Auditor.Bounds(cancel)
              from start in ports.Ledger.Auditor.Before(first, cancel)
              from written in Next(ports, new Export.Portion(newest, bounds, start, first, last), told, cancel)
              select written;

    /// <summary>One after the other: each goes on from the tree that the one before has ended with.</summary>
    private static EitherAsync<DomainError, Seq<Segment>> Next(
        ProofPorts ports, Export.Portion left, Action<Segment> told, CancellationToken cancel) =>
        left.First > left.Last
            ? Give(Seq<Segment>())
            : from made in One(ports, left with { Last = Math.Min(left.Last, left.First + MostPositions - 1) }, cancel)
              let shown = Told(told, made.Segment)
              from others in Next(ports, left with { First = made.Segment.Last + 1, Start = made.Next }, told, cancel)
              select made.Segment.Cons(others);

    private static EitherAsync<DomainError, (Segment Segment, AuditStart Next)> One(
        ProofPorts ports, Export.Portion portion, CancellationToken cancel)
    {
        Option<AuditStart> next = None;
        return
            from segment in ports.Ledger.Segments.Write(new SegmentRange(portion.First, portion.Last, 1), sink => Fill(sink), cancel)
            from recorded in ports.Ledger.Retries.OnConflict(() => Record(segment), cancel)
            from start in next.OrFail(() => new DomainError.SegmentUnreadable(segment.File, "it was not filled"))
            select (segment, start);

        EitherAsync<DomainError, Unit> Fill(SegmentSink sink) =>
            from end in Export.Part(ports, portion, e => sink.Event(e.Position, Export.Lines(e)), cancel)
            let ended = sink.End(end.Trailer)
            let kept = next = Some(end.Next)
            select unit;

        EitherAsync<DomainError, Appended> Record(Segment segment) =>
            from decision in Decide(ports, new SegmentCommand.Record(segment), cancel)
            from appended in ports.Ledger.Sealer.Record(decision.Append, segment, cancel)
            select appended;
    }

    private static EitherAsync<DomainError, Segment> Drop(ProofPorts ports, Segment segment, CancellationToken cancel) =>
        ports.Ledger.Retries.OnConflict(
            () => from decision in Decide(ports, new SegmentCommand.Drop(segment), cancel)
                  from dropped in ports.Ledger.Sealer.Drop(decision.Append, segment, cancel)
                  select segment with { Dropped = true },
            cancel);

    private static EitherAsync<DomainError, Decision<SegmentState>> Decide(ProofPorts ports, SegmentCommand command, CancellationToken cancel) =>
        ports.Ledger.Store.Decide(SegmentDecider.Decider, Streams.Segments, command, ports.Clock(), cancel);

    private static Unit Told(Action<Segment> told, Segment segment)
    {
        told(segment);
        return unit;
    }
}
