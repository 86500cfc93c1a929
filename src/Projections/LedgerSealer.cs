namespace EventDock.Projections;

using EventDock.Domain.Kernel;
using EventDock.Domain.Ledger;

/// <summary>What keeps the list of segments, and drops the rows of what stands in them, as the ledger's owner.</summary>
/// <param name="All">In the order of their ranges.</param>
/// <param name="Record">Appends what tells of a segment, and lists it, in one transaction.</param>
/// <param name="Drop">
/// Reads a segment from its file, compares it with the leaves, appends what tells of it, and drops the rows of its events, in one
/// transaction. Error: SegmentUnreadable, where the file does not hold them; nothing is dropped then.
/// </param>
public sealed record LedgerSealer(
    Func<CancellationToken, EitherAsync<DomainError, Seq<Segment>>> All,
    Func<Append, Segment, CancellationToken, EitherAsync<DomainError, Appended>> Record,
    Func<Append, Segment, CancellationToken, EitherAsync<DomainError, Appended>> Drop);
