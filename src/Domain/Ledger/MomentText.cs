namespace EventDock.Domain.Ledger;

using System.Globalization;
using EventDock.Domain.Kernel;

/// <summary>What a text about time is read by.</summary>
/// <param name="Now">The moment at which it was typed, as the clock on the wall shows it there.</param>
/// <param name="Offsets">
/// How far a local time is from UTC: one span, none for a time that the clock passes over, two for one that it shows twice.
/// </param>
public sealed record LocalClock(DateTimeOffset Now, Func<DateTime, Seq<TimeSpan>> Offsets);

/// <summary>
/// How moments are written, wherever one is taken: <c>1234</c> or <c>#1234</c>; a time (RFC 3339, a date, <c>14:05</c>,
/// <c>yesterday 9:00</c>, <c>now</c>); <c>2h ago</c>; <c>@{3}</c>; an event's id; a bookmark's name.
/// </summary>
public static class MomentText
{
    private const char PositionSign = '#';

    /// <summary>As in git: words have a number before them, and a bookmark begins with a letter.</summary>
    private static readonly (string Word, TimeSpan Span)[] Units =
    [
        ("s", TimeSpan.FromSeconds(1)), ("sec", TimeSpan.FromSeconds(1)), ("second", TimeSpan.FromSeconds(1)),
        ("m", TimeSpan.FromMinutes(1)), ("min", TimeSpan.FromMinutes(1)), ("minute", TimeSpan.FromMinutes(1)),
        ("h", TimeSpan.FromHours(1)), ("hour", TimeSpan.FromHours(1)),
        ("d", TimeSpan.FromDays(1)), ("day", TimeSpan.FromDays(1)),
        ("w", TimeSpan.FromDays(7)), ("week", TimeSpan.FromDays(7)),
    ];

    private static readonly string[] Days = ["yyyy-MM-dd"];
    private static readonly string[] Hours = ["H:mm", "H:mm:ss", "H:mm:ss.FFFFFFF"];

    private static readonly string[] DayHours =
        (from separator in (string[])["'T'", " "] from hour in (string[])["HH", .. Hours] select $"yyyy-MM-dd{separator}{hour}").ToArray();

    /// <summary>Errors: Invalid, MomentAmbiguous, MomentToCome.</summary>
    public static Either<DomainError, Moment> Parse(string what, string text, LocalClock clock) =>
        Steps(text) is { } inner ? Inside(what, text, inner, clock)
        : Position(text) is { } position ? new Moment.At(position)
        : Guid.TryParseExact(text, "D", out var id) ? new Moment.Event(id)
        : Ago(text) is { } ago ? Past(text, clock.Now - ago, clock, None)
        : text == "now" ? new Moment.Time(clock.Now)
        : OfDay(text, clock) is { } hour ? Local(text, hour.At, clock, hour.DayBefore)
        : DateTime.TryParseExact(text, [.. Days, .. DayHours], CultureInfo.InvariantCulture, DateTimeStyles.None, out var local)
            ? Local(text, local, clock, None)
        : Zoned(text, clock) is { } zoned ? Past(text, zoned, clock, None)
        : IsBookmark(text) ? new Moment.Marked(text)
        : new DomainError.Invalid(what, text, Forms);

    /// <summary><c>A..B</c>, <c>A..</c>, <c>..B</c>; A alone is <c>A..</c>, as in git.</summary>
    public static Either<DomainError, MomentRange> Range(string what, string text, LocalClock clock)
    {
        var dots = text.IndexOf("..", StringComparison.Ordinal);
        var (after, until) = dots < 0 ? (text, "") : (text[..dots], text[(dots + 2)..]);
        return Side(after).Bind(first => Side(until).Map(last => new MomentRange(first, last)));

        Either<DomainError, Option<Moment>> Side(string side) =>
            side.Length == 0 ? Right<DomainError, Option<Moment>>(None) : Parse(what, side, clock).Map(Some);
    }

    /// <summary>A name that no other moment is written as: letters, digits, <c>.</c>, <c>_</c> and <c>-</c>, a letter first.</summary>
    public static bool IsBookmark(string text) =>
        text.Length is > 0 and <= 128 && char.IsAsciiLetter(text[0])
        && text.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '_' or '-')
        && !text.Contains("..", StringComparison.Ordinal) && text is not ("now" or "today" or "yesterday")
        && !Guid.TryParseExact(text, "D", out _);

    private const string Forms =
        "must be a position (1234 or '#1234'), a time (2026-11-20T14:05:00Z, 2026-11-20 14:05, 14:05, 'yesterday 9:00'), "
        + "a distance ('2h ago'), @{3}, an event's id or a bookmark";

    private static string? Steps(string text) =>
        text.StartsWith("@{", StringComparison.Ordinal) && text.EndsWith('}') ? text[2..^1] : null;

    /// <summary>A number alone counts events here, and is no position.</summary>
    private static Either<DomainError, Moment> Inside(string what, string text, string inner, LocalClock clock) =>
        int.TryParse(inner, NumberStyles.None, CultureInfo.InvariantCulture, out var events) ? new Moment.Before(events)
        : Steps(inner) is null && !inner.All(char.IsAsciiDigit) ? Parse(what, inner, clock)
        : new DomainError.Invalid(what, text, Forms);

    private static long? Position(string text) =>
        long.TryParse(
            text.StartsWith(PositionSign) ? text.AsSpan(1) : text, NumberStyles.None, CultureInfo.InvariantCulture, out var position)
            ? position
            : null;

    /// <summary><c>2h ago</c>, <c>3 days ago</c>, <c>1h30m ago</c>; docker's <c>42m</c> means the same.</summary>
    private static TimeSpan? Ago(string text)
    {
        var rest = (text.EndsWith(" ago", StringComparison.Ordinal) ? text[..^4] : text).AsSpan().Trim(' ');
        if (rest.IsEmpty || !char.IsAsciiDigit(rest[0]))
        {
            return null;
        }

        var sum = TimeSpan.Zero;
        while (!rest.IsEmpty)
        {
            var digits = rest.IndexOfAnyExcept("0123456789");
            if (digits is < 1 or > 9)
            {
                return null;
            }

            var number = int.Parse(rest[..digits], NumberStyles.None, CultureInfo.InvariantCulture);
            rest = rest[digits..].TrimStart(' ');
            var letters = rest.IndexOfAnyExceptInRange('a', 'z') is var end and >= 0 ? end : rest.Length;
            if (Unit(rest[..letters]) is not { } unit || number > Longest / unit)
            {
                return null;
            }

            sum += number * unit;
            rest = rest[letters..].TrimStart(' ');
        }

        return sum <= Longest ? sum : null;
    }

    /// <summary>A thousand years.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromDays(365_000);

    private static TimeSpan? Unit(ReadOnlySpan<char> name)
    {
        foreach (var (word, span) in Units)
        {
            if (name.SequenceEqual(word) || (word.Length > 1 && name.Length == word.Length + 1 && name[^1] == 's' && name.StartsWith(word)))
            {
                return span;
            }
        }

        return null;
    }

    /// <summary>An hour of today or of yesterday; for one of today that has not come, how yesterday's is written.</summary>
    private static (DateTime At, Option<string> DayBefore)? OfDay(string text, LocalClock clock)
    {
        var today = clock.Now.Date;
        foreach (var (word, day) in (ReadOnlySpan<(string, DateTime)>)[("", today), ("today ", today), ("yesterday ", today.AddDays(-1))])
        {
            if (text.StartsWith(word, StringComparison.Ordinal)
                && DateTime.TryParseExact(text[word.Length..], Hours, CultureInfo.InvariantCulture, DateTimeStyles.NoCurrentDateDefault, out var hour))
            {
                return (day + hour.TimeOfDay, day == today ? Some($"yesterday {text[word.Length..]}") : None);
            }
        }

        return text switch
        {
            "today" => (today, None),
            "yesterday" => (today.AddDays(-1), None),
            _ => null,
        };
    }

    private static Either<DomainError, Moment> Local(string text, DateTime local, LocalClock clock, Option<string> instead)
    {
        var meant = clock.Offsets(local).Map(offset => AskedTime.At(local, offset)).Strict();
        return meant.Count switch
        {
            0 => new DomainError.MomentAmbiguous(text, Seq<string>()),
            1 => Past(text, meant[0], clock, instead),
            _ => new DomainError.MomentAmbiguous(
                text, meant.Map(at => at.ToString("yyyy-MM-dd'T'HH:mm:sszzz", CultureInfo.InvariantCulture)).Strict()),
        };
    }

    /// <summary>With a zone of its own, or a span that only docker writes: 1.5h, 300ms.</summary>
    private static DateTimeOffset? Zoned(string text, LocalClock clock) =>
        text.Length > 0 && char.IsAsciiDigit(text[0]) && text.Any(letter => char.IsAsciiLetter(letter) || letter == '-')
            ? TimeText.Parse(text, clock.Now, _ => TimeSpan.Zero).ToNullable()
            : null;

    private static Either<DomainError, Moment> Past(string text, DateTimeOffset at, LocalClock clock, Option<string> instead) =>
        at <= clock.Now ? new Moment.Time(at.ToUniversalTime()) : new DomainError.MomentToCome(text, at.ToUniversalTime(), instead);
}
