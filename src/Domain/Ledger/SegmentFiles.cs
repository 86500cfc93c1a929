namespace EventDock.Domain.Ledger;

using EventDock.Domain.Kernel;
using EventDock.Domain.Oci;

/// <summary>The files of a root that hold sealed events, as functions.</summary>
/// <param name="Alone">Waits until no other command writes segments, and keeps it so until it is disposed of.</param>
/// <param name="Write">
/// Writes the segment of a range, which appears under its name only when it is whole and durable. What stood under that name was
/// one that no event tells of: a command that wrote it did not come so far.
/// </param>
/// <param name="Purge">Deletes other generations of a segment's file, durably.</param>
/// <param name="Read">The lines of one of its members, by its number. Error: SegmentUnreadable.</param>
/// <param name="Digest">Of the file as it is. Error: SegmentUnreadable.</param>
public sealed record SegmentFiles(
    Func<CancellationToken, EitherAsync<DomainError, IDisposable>> Alone,
    Func<SegmentRange, Func<SegmentSink, EitherAsync<DomainError, Unit>>, CancellationToken, EitherAsync<DomainError, Segment>> Write,
    Func<Segment, CancellationToken, EitherAsync<DomainError, Unit>> Purge,
    Func<Segment, int, Either<DomainError, byte[]>> Read,
    Func<Segment, CancellationToken, EitherAsync<DomainError, Digest>> Digest)
{
    /// <summary>Of a ledger without a root.</summary>
    public static readonly SegmentFiles None = new(
        _ => RightAsync<DomainError, IDisposable>(new System.IO.MemoryStream()),
        (_, _, _) => LeftAsync<DomainError, Segment>(new DomainError.NotSupported("segments of a ledger without a root")),
        (_, _) => RightAsync<DomainError, Unit>(unit),
        (segment, _) => Rootless(segment),
        (segment, _) => LeftAsync<DomainError, Digest>(Rootless(segment)));

    private static DomainError Rootless(Segment segment) => new DomainError.SegmentUnreadable(segment.File, "the ledger was opened without a root");
}

/// <param name="Generation">See <see cref="Segment.NameOf"/>.</param>
public sealed record SegmentRange(long First, long Last, int Generation);

/// <summary>What a segment is written with.</summary>
/// <param name="Event">The lines of one event, at its position.</param>
/// <param name="End">The line that ends an export.</param>
public sealed record SegmentSink(Func<long, Seq<string>, Unit> Event, Func<string, Unit> End);
