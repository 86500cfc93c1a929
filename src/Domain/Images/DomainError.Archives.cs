namespace EventDock.Domain.Kernel;

public abstract partial record DomainError
{
    /// <summary>An archive would go to a terminal.</summary>
    public sealed record ArchiveToTerminal(string Verb) : DomainError;

    /// <summary>An archive is to come from a terminal.</summary>
    public sealed record ArchiveFromTerminal(string Verb) : DomainError;

    /// <summary>What is at a URL cannot be had; Reason is the server's status, or why it was not reached.</summary>
    public sealed record DownloadFailed(string Url, string Reason) : DomainError;
}
