namespace EventDock.Engine;

using EventDock.Domain.Kernel;
using EventDock.Domain.Ledger;
using static EventDock.Engine.Pipeline;

/// <summary>Writes a segment anew, without parts of some of its events. Lines stay, and with them every proof.</summary>
public static class Resealing
{
    /// <param name="gone">What of which position.</param>
    public static EitherAsync<DomainError, Segment> Write(
        SegmentFiles files, Segment segment, Seq<(long Position, EventParts Parts)> gone, CancellationToken cancel) =>
        files.Write(
            new SegmentRange(segment.First, segment.Last, segment.Generation + 1),
            sink => Enumerable.Range(0, segment.Blocks.Count).ToArray().ToSeq().All(block =>
                    files.Read(segment, block).Bind(lines => Copy(segment, block, lines, gone, sink)))
                .Map(_ => unit).ToAsync(),
            cancel)
        .Map(written => written with { Dropped = segment.Dropped });

    private static Either<DomainError, Unit> Copy(
        Segment segment, int block, byte[] lines, Seq<(long Position, EventParts Parts)> gone, SegmentSink sink) =>
        SealedEvents.Parse(segment.File, lines).Bind(events =>
        {
            foreach (var e in events)
            {
                var less = gone.Find(g => g.Position == e.Position).Match(Some: g => e.Without(g.Parts), None: () => e);
                sink.Event(e.Position, less.Lines);
            }

            return block < segment.Blocks.Count - 1
                ? Right<DomainError, Unit>(unit)
                : SealedEvents.Trailer(lines).Map(sink.End).ToEither<DomainError>(() =>
                    new DomainError.SegmentUnreadable(segment.File, "it has been cut off"));
        });
}
