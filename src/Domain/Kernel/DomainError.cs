namespace EventDock.Domain.Kernel;

/// <summary>
/// Why something was not done: a closed union of records with data in them. Text is made of them once, in Cli. The cases
/// stand beside the part of the domain they belong to, in files named DomainError.*.cs.
/// </summary>
public abstract partial record DomainError
{
    private DomainError() { }

    /// <summary>Another command changed the same thing at the same moment.</summary>
    public sealed record Conflict(string Stream) : DomainError;

    /// <summary>The database cannot be reached; Detail is the driver's message.</summary>
    public sealed record LedgerUnreachable(string Where, string Detail) : DomainError;

    /// <summary>The ledger holds something this program does not understand (an unknown event, a newer schema).</summary>
    public sealed record LedgerUnreadable(long Position, string Reason) : DomainError;

    /// <summary>The private cluster does not start; Detail is the last line of its log.</summary>
    public sealed record ClusterFailed(string Directory, string Detail) : DomainError;

    /// <summary>The root and the ledger do not belong together (another root's ledger, a restored backup, another host).</summary>
    public sealed record RootMismatch(string Root, string Reason) : DomainError;

    /// <summary>A file system operation failed: Reason is the errno's text.</summary>
    public sealed record FileFailed(string Path, string Reason) : DomainError;

    public sealed record DiskFull(string Path) : DomainError;

    /// <summary>A program that EventDock calls is not installed.</summary>
    public sealed record ProgramMissing(string Program, string Package) : DomainError;

    /// <summary>Asked for something that EventDock does not do (yet).</summary>
    public sealed record NotSupported(string What) : DomainError;

    /// <summary>A value on the command line or in a file is not of its form.</summary>
    public sealed record Invalid(string What, string Value, string Reason) : DomainError;

    /// <summary>inspect: neither a container nor an image.</summary>
    public sealed record NoSuchObject(string Reference) : DomainError;

    /// <summary>Only root may do this.</summary>
    public sealed record NotRoot : DomainError;

    public sealed record Interrupted : DomainError;
}
