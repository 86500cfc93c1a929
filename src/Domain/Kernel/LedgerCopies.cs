namespace EventDock.Domain.Kernel;

/// <summary>The ledger as a file, as functions.</summary>
/// <param name="Backup">
/// Writes the ledger as it is at one moment, while commands go on, to a new file (or one in the directory) that only root may
/// read. Errors: NoLedger, FileExists, CopyFailed.
/// </param>
/// <param name="Restore">
/// Puts such a file in the ledger's place: all of it, or nothing. A ledger that holds events is replaced only if that is asked
/// for. Errors: LedgerNotEmpty, NotABackup, CopyFailed.
/// </param>
public sealed record LedgerCopies(
    Func<string, CancellationToken, EitherAsync<DomainError, BackedUp>> Backup,
    Func<string, bool, CancellationToken, EitherAsync<DomainError, Restored>> Restore);

/// <param name="Position">The last one in the file.</param>
public sealed record BackedUp(string File, long Position, long Bytes);

/// <param name="Position">The last one that the ledger holds now.</param>
public sealed record Restored(long Position);
