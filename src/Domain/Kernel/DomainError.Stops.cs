namespace EventDock.Domain.Kernel;

public abstract partial record DomainError
{
    /// <summary>
    /// A view could not be folded beyond an event: what it shows ends before it. A rebuild goes on from there, once a program
    /// knows the event.
    /// </summary>
    public sealed record ViewStopped(string View, long Position, string EventType, string Reason) : DomainError;

    /// <summary>The fold of a view fails at an event: the log cannot be folded into it beyond that, and nothing has been exchanged.</summary>
    public sealed record ViewUnfoldable(string View, long Position, string EventType, string Reason) : DomainError;
}
