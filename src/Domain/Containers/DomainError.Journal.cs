namespace EventDock.Domain.Kernel;

public abstract partial record DomainError
{
    /// <summary>The journal holds something that EventDock has not written.</summary>
    public sealed record JournalUnreadable(string Path, int Line, string Reason) : DomainError;

    /// <summary>There is no ledger to look the reference up in, and the disk alone does not know it.</summary>
    public sealed record NotOnDisk(string Reference, DomainError Lost) : DomainError;

    /// <summary>It was done without a ledger, and then could not be noted either.</summary>
    public sealed record DoneNotNoted(string ContainerId, DomainError Cause) : DomainError;
}
