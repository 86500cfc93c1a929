namespace EventDock.Domain.Ledger;

/// <summary>What this root remembers of its last anchoring, so that the question whether one is due asks no database.</summary>
/// <param name="Origin">The log that it was of.</param>
/// <param name="Size">What every target has got.</param>
/// <param name="Done">When; null for never.</param>
/// <param name="Tried">When it was last tried, with whatever result.</param>
public sealed record AnchorMemory(string Origin, long Size, DateTimeOffset? Done, DateTimeOffset? Tried)
{
    /// <summary>A target that fails is not asked again by every command.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);

    public static AnchorMemory Nothing(string origin) => new(origin, 0, null, null);

    /// <summary>Is it time? Never without targets, and never without an event that is not anchored.</summary>
    public bool IsDue(LedgerConfig config, long head, DateTimeOffset now) =>
        !config.Anchors.IsEmpty && head > Size
        && (Tried is not { } tried || tried <= Done || Past(tried, now) >= Pause)
        && (head - Size >= config.Events || Done is not { } done || Past(done, now) >= TimeSpan.FromMinutes(config.Minutes));

    /// <summary>A clock that was set back must not put anchoring off.</summary>
    private static TimeSpan Past(DateTimeOffset then, DateTimeOffset now) => now < then ? TimeSpan.MaxValue : now - then;
}
