namespace EventDock.Domain.Ledger;

/// <summary>A moment of the ledger, as somebody has named it. Which position it is, the ledger alone can say.</summary>
public abstract record Moment
{
    private Moment()
    {
    }

    /// <summary>As of this position: with its event.</summary>
    public sealed record At(long Position) : Moment;

    /// <summary>As of the last position recorded (or, where that clock is asked for, the last event that occurred) at or before it.</summary>
    public sealed record Time(DateTimeOffset Instant) : Moment
    {
        /// <summary>That clock is asked for.</summary>
        public bool Occurred { get; init; }
    }

    /// <summary>The same, read by the clock of what happened.</summary>
    public Moment ByOccurred => this is Time time ? time with { Occurred = true } : this;

    /// <summary><c>@{3}</c>: before the last three events of the thing in question.</summary>
    public sealed record Before(int Events) : Moment;

    /// <summary>As of the event with this id.</summary>
    public sealed record Event(Guid Id) : Moment;

    /// <summary>A bookmark.</summary>
    public sealed record Marked(string Name) : Moment;
}

/// <summary>What came after the first moment, up to and with the second; None: from the beginning, or up to now.</summary>
public sealed record MomentRange(Option<Moment> After, Option<Moment> Until);
