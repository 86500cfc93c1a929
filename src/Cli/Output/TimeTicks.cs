namespace EventDock.Cli.Output;

using System.Globalization;

/// <summary>Round times along an axis.</summary>
public static class TimeTicks
{
    private const int Most = 8;

    private static readonly TimeSpan[] Steps =
    [
        .. new[] { 1, 2, 5, 10, 15, 30 }.Select(n => TimeSpan.FromSeconds(n)), .. new[] { 1, 2, 5, 10, 15, 30 }.Select(n => TimeSpan.FromMinutes(n)),
        .. new[] { 1, 2, 3, 6, 12 }.Select(n => TimeSpan.FromHours(n)), .. new[] { 1, 2, 7, 14, 30, 90, 180, 365, 730, 1825 }.Select(n => TimeSpan.FromDays(n)),
    ];

    /// <summary>At most nine, each with its time and, where the day is another than that of the tick before, its day. UTC.</summary>
    public static IReadOnlyList<(DateTimeOffset At, string Label, string Day)> Between(DateTimeOffset from, DateTimeOffset until)
    {
        var step = Steps.FirstOrDefault(s => (until - from) / s <= Most, TimeSpan.FromTicks(((until - from) / Most).Ticks + 1));
        var first = from.UtcTicks % step.Ticks == 0 ? from.UtcTicks : ((from.UtcTicks / step.Ticks) + 1) * step.Ticks;
        var ticks = new List<(DateTimeOffset, string, string)>();
        var day = "";
        for (var at = first; at <= until.UtcTicks; at += step.Ticks)
        {
            var time = new DateTimeOffset(at, TimeSpan.Zero);
            var date = time.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
            ticks.Add(step >= TimeSpan.FromDays(1)
                ? (time, date, "")
                : (time, time.ToString(step < TimeSpan.FromMinutes(1) ? "HH:mm:ss" : "HH:mm", CultureInfo.InvariantCulture), date == day ? "" : date));
            day = date;
        }

        return ticks;
    }
}
