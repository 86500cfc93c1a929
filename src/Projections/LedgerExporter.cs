namespace EventDock.Projections;

using EventDock.Domain.Kernel;
using EventDock.Domain.Ledger;

/// <summary>The ledger as an export writes it.</summary>
/// <param name="Rows">
/// The leaves from one position to another, in order. Error: LedgerUnreadable, for one whose event is not what it was made of:
/// what is handed out has been recomputed.
/// </param>
public sealed record LedgerExporter(
    Func<long, long, Func<ExportedEvent, Unit>, CancellationToken, EitherAsync<DomainError, Unit>> Rows);

/// <param name="Line">The hashed line, byte for byte.</param>
/// <param name="Headers">None once they are redacted; likewise the data.</param>
public sealed record ExportedEvent(
    long Position, string Line, TreeHash Hash, TreeHash Chain, Option<SaltedPart> Headers, Option<SaltedPart> Data);
