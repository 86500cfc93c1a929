namespace EventDock.Domain.Kernel;

public abstract partial record DomainError
{
    /// <summary>The program that was to show the output page by page cannot be started.</summary>
    public sealed record PagerFailed(string Program, string Reason) : DomainError;
}
