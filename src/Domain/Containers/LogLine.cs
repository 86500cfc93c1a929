namespace EventDock.Domain.Containers;

using System.Globalization;

/// <summary>
/// One record of conmon's k8s-file log, <c>TIME stdout|stderr F|P TEXT</c>: the text is bytes and follows from
/// <see cref="TextStart"/>. F ends a line of the container's, P is a part of one (the newline was not there yet).
/// </summary>
/// <param name="Seconds">Since 1970, UTC.</param>
public readonly record struct LogLine(long Seconds, int Nanoseconds, bool IsError, bool EndsLine, int TextStart)
{
    /// <summary>None where the record is not of that form (a line cut by a crash).</summary>
    public static Option<LogLine> Parse(ReadOnlySpan<byte> record)
    {
        var space = record.IndexOf((byte)' ');
        if (space < 20 || Time(record[..space]) is not { } time)
        {
            return None;
        }

        var rest = record[(space + 1)..];
        var isError = rest.StartsWith("stderr "u8);
        return (isError || rest.StartsWith("stdout "u8)) && rest.Length >= 9 && rest[7] is (byte)'F' or (byte)'P' && rest[8] == ' '
            ? Some(new LogLine(time.Seconds, time.Nanoseconds, isError, rest[7] == 'F', space + 10))
            : None;
    }

    /// <summary>docker's: RFC 3339 in UTC with nine digits of a second.</summary>
    public string Timestamp =>
        DateTimeOffset.FromUnixTimeSeconds(Seconds).ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture)
        + "." + Nanoseconds.ToString("D9", CultureInfo.InvariantCulture) + "Z";

    public bool IsBefore(DateTimeOffset time) => Ticks < time.UtcTicks;

    public bool IsAfter(DateTimeOffset time) => Ticks > time.UtcTicks;

    private long Ticks => DateTimeOffset.UnixEpoch.UtcTicks + (Seconds * TimeSpan.TicksPerSecond) + (Nanoseconds / 100);

    /// <summary><c>2026-01-02T03:04:05.678901234+01:00</c>, or with Z, or without a fraction. By hand: a log has millions of them.</summary>
    private static (long Seconds, int Nanoseconds)? Time(ReadOnlySpan<byte> text)
    {
        var zone = text[19..].IndexOfAny((byte)'+', (byte)'-', (byte)'Z') + 19;
        if (zone < 19 || Offset(text[zone..]) is not { } offset || Whole(text) is not { } whole)
        {
            return null;
        }

        var nanoseconds = 0;
        var fraction = text[19..zone];
        for (var i = 1; i <= 9 && fraction.Length > 0; i++)
        {
            var digit = i < fraction.Length ? fraction[i] - '0' : 0;
            if (digit is < 0 or > 9)
            {
                return null;
            }

            nanoseconds = (nanoseconds * 10) + digit;
        }

        return (whole - offset, nanoseconds);
    }

    /// <summary>Seconds since 1970 of its first 19 characters, as if they were UTC.</summary>
    private static long? Whole(ReadOnlySpan<byte> text) =>
        text is [_, _, _, _, (byte)'-', _, _, (byte)'-', _, _, (byte)'T', _, _, (byte)':', _, _, (byte)':', _, _, ..]
        && Number(text[..4]) is { } year and > 0 && Number(text[5..7]) is { } month and >= 1 and <= 12
        && Number(text[8..10]) is { } day and >= 1 && day <= DateTime.DaysInMonth(year, month)
        && Number(text[11..13]) is { } hour and < 24 && Number(text[14..16]) is { } minute and < 60
        && Number(text[17..19]) is { } second and < 60
            ? (new DateTime(year, month, day, hour, minute, second).Ticks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerSecond
            : null;

    private static int? Number(ReadOnlySpan<byte> digits)
    {
        var number = 0;
        foreach (var character in digits)
        {
            if (Digit(character) is not { } digit)
            {
                return null;
            }

            number = (number * 10) + digit;
        }

        return number;
    }

    private static int? Offset(ReadOnlySpan<byte> zone) =>
        zone is [(byte)'Z'] ? 0
        : zone is [var sign, var h1, var h2, (byte)':', var m1, var m2]
          && Digit(h1) is { } a && Digit(h2) is { } b && Digit(m1) is { } c && Digit(m2) is { } d
            ? (sign == '-' ? -60 : 60) * ((a * 600) + (b * 60) + (c * 10) + d)
            : null;

    private static int? Digit(byte character) => character is >= (byte)'0' and <= (byte)'9' ? character - '0' : null;
}
