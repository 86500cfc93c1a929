namespace EventDock.Cli.Errors;

using EventDock.Domain.Kernel;

public static partial class ErrorText
{
    /// <summary>Null for what is not about backups.</summary>
    private static string? OfCopies(DomainError error) =>
        error switch
        {
            DomainError.NoLedger e => $"the database {e.Where} holds no ledger yet",
            DomainError.FileExists e => $"{e.Path} is there already",
            DomainError.NotABackup e => $"{e.Path} is not a backup of a ledger: {e.Reason}",
            DomainError.LedgerNotEmpty e =>
                $"the ledger at {e.Where} holds events up to position {e.Position} (--replace puts the backup in its place)",
            DomainError.CopyFailed e => $"{e.Program}: {e.Detail}",
            _ => null,
        };
}
