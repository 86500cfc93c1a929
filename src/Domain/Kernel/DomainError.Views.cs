namespace EventDock.Domain.Kernel;

public abstract partial record DomainError
{
    /// <summary>Another command is rebuilding views.</summary>
    public sealed record RebuildRunning : DomainError;

    /// <summary>Something of a stranger's stands on a view's table, so that it cannot be exchanged; Detail is the database's.</summary>
    public sealed record RebuildBlocked(string Detail) : DomainError;

    /// <summary>The views were filled by an earlier version's folds, and there is too much to fold for doing it unasked.</summary>
    public sealed record ViewsOutdated(string Found, string Wanted, long Events) : DomainError;

    /// <summary>The views were filled by a later version's folds: this program's would spoil them.</summary>
    public sealed record ViewsNewer(string Found, string Wanted) : DomainError;
}
