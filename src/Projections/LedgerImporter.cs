namespace EventDock.Projections;

using System.IO;
using EventDock.Domain.Kernel;
using EventDock.Domain.Ledger;

/// <summary>An export, put into a ledger that holds nothing yet.</summary>
/// <param name="Load">
/// All of it, or nothing; the views are left to be built. What the export ends with is shown before anything is kept, and whose key
/// has signed it comes back, where that is known: its checkpoint is kept under that key. Error: LedgerHoldsEvents; BadExport.
/// </param>
public sealed record LedgerImporter(
    Func<Stream, Func<ExportTrailer, Either<DomainError, Option<VerifierKey>>>, CancellationToken, EitherAsync<DomainError, Imported>>
        Load)
{
    /// <summary>
    /// The same, but only the first events are kept, those that it is said of: all of the export is checked. Without what was kept together
    /// with the rest, it is a ledger to look at. Errors: NothingYet; BadExport, too, where what is kept has been redacted since.
    /// </summary>
    public required Func<
        Stream, Func<LeafFields, bool>, Func<ExportTrailer, Either<DomainError, Unit>>, CancellationToken, EitherAsync<DomainError, Imported>>
        LoadUntil { get; init; }
}

/// <param name="Position">Of the last event.</param>
/// <param name="Leaves">How many events that are.</param>
/// <param name="Signed">What the export ended with.</param>
public sealed record Imported(long Position, long Leaves, SignedCheckpoint Signed);
