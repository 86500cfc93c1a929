namespace EventDock.Projections;

using EventDock.Domain.Kernel;
using EventDock.Domain.Ledger;

/// <summary>The ledger as <c>verify</c> reads it: rows as they stand, beside what they were hashed to.</summary>
/// <param name="Bounds">Where the ledger stands.</param>
/// <param name="Before">The tree of the leaves before a position, and the chain's value there.</param>
/// <param name="Rows">Positions from the first to the last, in ascending order, in portions; those without rows are left out.</param>
/// <param name="Streams">What the streams and the head say that the events do not.</param>
public sealed record LedgerAuditor(
    Func<CancellationToken, EitherAsync<DomainError, AuditBounds>> Bounds,
    Func<long, CancellationToken, EitherAsync<DomainError, AuditStart>> Before,
    Func<long, long, Func<IReadOnlyList<AuditedRow>, Unit>, CancellationToken, EitherAsync<DomainError, Unit>> Rows,
    Func<CancellationToken, EitherAsync<DomainError, Seq<Finding>>> Streams)
{
    /// <summary>What hashes: a ledger of a million events has five million texts to hash.</summary>
    public required Hashing Hashing { get; init; }

    /// <summary>The chain's value at a position, as it is stored; of one without a leaf, at the last before it. None: there is no leaf so early.</summary>
    public required Func<long, CancellationToken, EitherAsync<DomainError, Option<TreeHash>>> Link { get; init; }
}

/// <param name="Head">The last position, as the head has it.</param>
/// <param name="Chain">The chain's last value, as the head has it.</param>
/// <param name="Last">The highest position at which there is an event or a leaf.</param>
/// <param name="Strangers">Positions of foreign events that have been recorded as such.</param>
/// <param name="Absent">Those of them that were never in these tables: the ledger was imported.</param>
/// <param name="Redacted">Positions that a Redacted names.</param>
public sealed record AuditBounds(
    long Head, TreeHash Chain, long Last, System.Collections.Generic.HashSet<long> Strangers,
    System.Collections.Generic.HashSet<long> Absent, System.Collections.Generic.HashSet<long> Redacted)
{
    /// <summary>The last position at which there is a leaf, or the head's: up to here every position is taken.</summary>
    public required long Taken { get; init; }
}

public sealed record AuditStart(Frontier Tree, TreeHash Chain);
