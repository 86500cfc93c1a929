namespace EventDock.Domain.Kernel;

public abstract partial record DomainError
{
    /// <summary>There is nothing to back up: no command has made the ledger's tables.</summary>
    public sealed record NoLedger(string Where) : DomainError;

    /// <summary>A file that was to be made is there.</summary>
    public sealed record FileExists(string Path) : DomainError;

    /// <summary>The file is not what <c>db backup</c> writes.</summary>
    public sealed record NotABackup(string Path, string Reason) : DomainError;

    /// <summary>A restore would replace events, and nobody has asked for that.</summary>
    public sealed record LedgerNotEmpty(string Where, long Position) : DomainError;

    /// <summary>One of Postgres' programs has failed; Detail is its last word.</summary>
    public sealed record CopyFailed(string Program, string Detail) : DomainError;
}
