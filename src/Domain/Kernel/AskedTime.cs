namespace EventDock.Domain.Kernel;

/// <summary>The times that can be asked of: a day short of a DateTimeOffset's own ends, so that a zone or a slack can be added to each.</summary>
public static class AskedTime
{
    private static readonly DateTimeOffset
        Earliest = new(DateTime.MinValue.AddDays(1), TimeSpan.Zero), Latest = new(DateTime.MaxValue.AddDays(-1), TimeSpan.Zero);

    /// <summary>What is beyond the ends is at them: before all that was recorded, or after it.</summary>
    public static DateTimeOffset Within(DateTimeOffset at) => at < Earliest ? Earliest : at > Latest ? Latest : at;

    /// <summary>A local time, as far from UTC as it is said to be.</summary>
    public static DateTimeOffset At(DateTime local, TimeSpan offset) =>
        new DateTimeOffset(Math.Clamp(local.Ticks - offset.Ticks, Earliest.Ticks, Latest.Ticks), TimeSpan.Zero).ToOffset(offset);
}
