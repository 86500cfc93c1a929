namespace EventDock.Domain.Kernel;

public abstract partial record DomainError
{
    /// <summary>An export is not of its form, or does not hold what it says. Line counts from 1; 0 where it is not known.</summary>
    public sealed record BadExport(long Line, string Reason) : DomainError;
}
