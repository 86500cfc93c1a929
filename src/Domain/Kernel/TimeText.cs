namespace EventDock.Domain.Kernel;

using System.Globalization;

/// <summary>A moment as docker's client takes it: a span before now (Go's durations), a date or time with or without its zone, or seconds since 1970.</summary>
public static class TimeText
{
    private static readonly string[] Forms =
    [
        "yyyy-MM-dd", "yyyy-MM-dd'T'HH", "yyyy-MM-dd'T'HH:mm", "yyyy-MM-dd'T'HH:mm:ss", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF",
    ];

    private static readonly string[] Zoned = Forms.Select(form => form + "K").ToArray();

    /// <summary>Nine digits of a second are read, of which seven are kept.</summary>
    private const int KeptDigits = 7;

    /// <param name="zone">How far a time of that clock, whose zone is not said, is from UTC.</param>
    public static Option<DateTimeOffset> Parse(string text, DateTimeOffset now, Func<DateTime, TimeSpan> zone) =>
        text != "0" && Span(text) is { } ago ? Some(now - ago)
        : (Local(Shortened(text), zone) | Rfc3339.Parse(text) | Unix(text)).Map(AskedTime.Within);

    private static Option<DateTimeOffset> Local(string text, Func<DateTime, TimeSpan> zone) =>
        DateTime.TryParseExact(text, Forms, CultureInfo.InvariantCulture, DateTimeStyles.None, out var local)
            ? Some(AskedTime.At(local, zone(local)))
        : DateTimeOffset.TryParseExact(text, Zoned, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at)
            ? Some(at.ToUniversalTime())
        : None;

    private static string Shortened(string text)
    {
        var dot = text.IndexOf('.');
        if (dot < 0 || text.IndexOf('-') < 0)
        {
            return text;
        }

        var end = dot + 1;
        while (end < text.Length && char.IsAsciiDigit(text[end]))
        {
            end++;
        }

        return end - dot - 1 > KeptDigits ? text[..(dot + 1 + KeptDigits)] + text[end..] : text;
    }

    private static Option<DateTimeOffset> Unix(string text) =>
        decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds) && seconds < 1e11m
            ? Some(DateTimeOffset.UnixEpoch.AddTicks((long)(seconds * TimeSpan.TicksPerSecond)))
            : None;

    /// <summary>Go's time.ParseDuration: 42m, 1h30m, 1.5h, 10ms, -3s. Null for what is none, and for what is beyond all times.</summary>
    private static TimeSpan? Span(string text)
    {
        var back = text.StartsWith('-');
        var rest = text.AsSpan(text is ['-' or '+', ..] ? 1 : 0);
        decimal ticks = 0;
        if (rest.IsEmpty)
        {
            return null;
        }

        while (!rest.IsEmpty)
        {
            var digits = rest.IndexOfAnyExcept("0123456789.");
            if (digits is < 1 or > 15
                || !decimal.TryParse(rest[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
            {
                return null;
            }

            rest = rest[digits..];
            var letters = rest.IndexOfAny("0123456789.") is var next and >= 0 ? next : rest.Length;
            if (Unit(rest[..letters]) is not { } unit)
            {
                return null;
            }

            ticks += number * unit;
            rest = rest[letters..];
        }

        return ticks < TimeSpan.TicksPerDay * 365_000m ? TimeSpan.FromTicks((long)(back ? -ticks : ticks)) : null;
    }

    private static decimal? Unit(ReadOnlySpan<char> name) => name switch
    {
        "ns" => 0.01m,
        "us" or "µs" or "μs" => TimeSpan.TicksPerMicrosecond,
        "ms" => TimeSpan.TicksPerMillisecond,
        "s" => TimeSpan.TicksPerSecond,
        "m" => TimeSpan.TicksPerMinute,
        "h" => TimeSpan.TicksPerHour,
        _ => null,
    };
}
