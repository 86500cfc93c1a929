namespace EventDock.Domain.Kernel;

/// <summary>One event as it stands in the ledger.</summary>
/// <param name="Position">Its place among all events: 1, 2, 3 … without a gap, in commit order.</param>
/// <param name="Version">Its place in its stream, from 1, without a gap.</param>
/// <param name="Occurred">When it happened, by the clock of the host that saw it.</param>
/// <param name="At">When it was recorded, by the ledger's clock; never earlier than that of the position before.</param>
public sealed record Recorded<T>(
    long Position, string Stream, long Version, T Event, DateTimeOffset Occurred, DateTimeOffset At, Guid Id, Origin Origin)
    where T : DockEvent
{
    public Fact Fact => new(Event, Occurred);

    /// <summary>What of it has been redacted; null where nothing has.</summary>
    public Redaction? Redaction { get; init; }
}
