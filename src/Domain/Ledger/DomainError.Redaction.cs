namespace EventDock.Domain.Kernel;

public abstract partial record DomainError
{
    /// <summary>What is there now rests on the event's data: without them the view would show the key's row otherwise.</summary>
    public sealed record StillNeeded(long Position, string View, string Key) : DomainError;

    /// <summary>The data of a redaction are what tells it from an edit.</summary>
    public sealed record RedactionStays(long Position) : DomainError;
}
