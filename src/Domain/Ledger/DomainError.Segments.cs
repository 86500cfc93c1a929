namespace EventDock.Domain.Kernel;

public abstract partial record DomainError
{
    /// <summary>A segment's file is gone, or does not hold what was sealed.</summary>
    public sealed record SegmentUnreadable(string File, string Reason) : DomainError;
}
