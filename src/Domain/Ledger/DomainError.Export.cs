namespace EventDock.Domain.Kernel;

public abstract partial record DomainError
{
    /// <summary>An export is not of its form, or is not what it says. Line counts from 1; 0 where it is not one line's.</summary>
    public sealed record BadExport(long Line, string Reason) : DomainError;

    /// <summary>Only an empty ledger can take an import; Position is the last that this one has.</summary>
    public sealed record LedgerHoldsEvents(string Where, long Position) : DomainError;

    /// <summary>A database that was to be filled has a table already.</summary>
    public sealed record DatabaseNotEmpty(string Where, string Table) : DomainError;

    /// <summary>A moment of an export is a position or a time: what bookmarks and ids mean, only a ledger says.</summary>
    public sealed record NoMomentOfExport : DomainError;
}
