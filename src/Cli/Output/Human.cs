namespace EventDock.Cli.Output;

using System.Globalization;
using System.Text;
using EventDock.Domain.Kernel;
using EventDock.Projections;

/// <summary>Times, sizes and commands as docker shows them to people.</summary>
public static class Human
{
    private static readonly string[] Units = ["B", "kB", "MB", "GB", "TB", "PB", "EB"];

    /// <summary>As go-units does: <c>Less than a second</c>, <c>About a minute</c>, <c>5 minutes</c>, <c>3 weeks</c> …</summary>
    public static string Duration(TimeSpan span)
    {
        var seconds = (long)span.TotalSeconds;
        var minutes = (long)span.TotalMinutes;
        var hours = (long)(span.TotalHours + 0.5);
        return (seconds, minutes, hours) switch
        {
            ( < 1, _, _) => "Less than a second",
            (1, _, _) => "1 second",
            ( < 60, _, _) => Counted(seconds, "seconds"),
            (_, 1, _) => "About a minute",
            (_, < 60, _) => Counted(minutes, "minutes"),
            (_, _, 1) => "About an hour",
            (_, _, < 48) => Counted(hours, "hours"),
            (_, _, < 24 * 7 * 2) => Counted(hours / 24, "days"),
            (_, _, < 24 * 30 * 2) => Counted(hours / 24 / 7, "weeks"),
            (_, _, < 24 * 365 * 2) => Counted(hours / 24 / 30, "months"),
            _ => Counted((long)span.TotalHours / 24 / 365, "years"),
        };
    }

    public static string Ago(DateTimeOffset at, DateTimeOffset now) => Duration(now - at) + " ago";

    /// <summary>Decimal units and three digits, as in <c>images</c> and <c>history</c>: 0B, 427B, 1.98MB.</summary>
    public static string Size(long bytes) => Sized(bytes, 3);

    /// <summary>The same with four digits, as in the progress of a pull: 1.983MB.</summary>
    public static string ProgressSize(long bytes) => Sized(bytes, 4);

    /// <summary>A time as docker's CreatedAt has it: 2006-01-02 15:04:05 +0000 UTC.</summary>
    public static string CreatedAt(DateTimeOffset at) =>
        at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss '+0000 UTC'", CultureInfo.InvariantCulture);

    /// <summary>STATUS of <c>ps</c>: Up 5 minutes, Exited (0) 2 hours ago, Created.</summary>
    /// <param name="state">As in the containers view: created, starting, running, paused, exited.</param>
    /// <param name="exitCode">Null where nobody could see it.</param>
    public static string Status(
        string state, DateTimeOffset? startedAt, DateTimeOffset? finishedAt, int? exitCode, DateTimeOffset now) =>
        (state, startedAt, finishedAt) switch
        {
            ("running", { } started, _) => $"Up {Duration(now - started)}",
            ("running", _, _) => "Up",
            ("paused", { } started, _) => $"Up {Duration(now - started)} (Paused)",
            ("exited", _, { } finished) => $"Exited ({Code(exitCode)}) {Ago(finished, now)}",
            ("exited", _, _) => $"Exited ({Code(exitCode)})",
            ("starting", _, _) => "Starting",
            _ => "Created",
        };

    /// <summary>
    /// COMMAND of <c>ps</c>: words joined, an argument with a blank (not the program) in single quotes, as docker has it; cut to 20 columns with an ellipsis unless
    /// nothing is to be cut; the whole quoted, so that no control character is left.
    /// </summary>
    public static string Command(Seq<string> words, bool cut)
    {
        var joined = string.Join(' ', words.Take(1).Concat(words.Skip(1).Select(w => w.Contains(' ') ? $"'{w}'" : w)));
        return GoQuote.Quote(cut ? Ellipsis(joined, 20) : joined);
    }

    /// <summary>CREATED BY of <c>history</c>: tabs become blanks; 45 columns.</summary>
    public static string CreatedBy(string text, bool cut)
    {
        var line = text.Replace("\t", " ", StringComparison.Ordinal);
        return TerminalText.Escape(cut ? Ellipsis(line, 45) : line);
    }

    /// <summary>12 digits of an id, without its algorithm.</summary>
    public static string ShortId(string id)
    {
        var hex = id.IndexOf(':') is var colon and >= 0 ? id[(colon + 1)..] : id;
        return hex.Length > 12 ? hex[..12] : hex;
    }

    /// <summary>At most so many columns of a terminal; what is cut off is replaced by an ellipsis. Wide characters count two.</summary>
    public static string Ellipsis(string text, int columns)
    {
        if (Ascii.IsValid(text))
        {
            return text.Length <= columns ? text : string.Concat(text.AsSpan(0, columns - 1), "…");
        }

        var width = 0;
        var keep = new StringBuilder();
        foreach (var rune in text.EnumerateRunes())
        {
            width += Width(rune.Value);
            if (width <= columns - 1)
            {
                keep.Append(rune.ToString());
            }
        }

        return width <= columns ? text : keep.Append('…').ToString();
    }

    private static string Counted(long count, string unit) => string.Create(CultureInfo.InvariantCulture, $"{count} {unit}");

    private static string Code(int? code) => (code ?? ContainerRow.UnseenCode).ToString(CultureInfo.InvariantCulture);

    /// <summary>
    /// Go's %.3g of the same quotient, but for what it rounds up to 1e+03: that is one of the next unit here.
    /// </summary>
    private static string Sized(long bytes, int digits)
    {
        var size = (double)Math.Max(bytes, 0);
        var unit = 0;
        while (size >= 1000 && unit < Units.Length - 1)
        {
            (size, unit) = (size / 1000, unit + 1);
        }

        var text = size.ToString(digits == 3 ? "G3" : "G4", CultureInfo.InvariantCulture);
        return text.Contains('E') ? $"1{Units[unit + 1]}" : text + Units[unit];
    }

    /// <summary>East Asian wide and full-width characters (Unicode TR 11), and the emoji among them.</summary>
    private static int Width(int rune) => rune < 0x1100 ? 1 : rune is
        <= 0x115f or 0x231a or 0x231b or 0x2329 or 0x232a or (>= 0x23e9 and <= 0x23ec) or 0x23f0 or 0x23f3 or 0x25fd or 0x25fe
        or 0x2614 or 0x2615 or (>= 0x2648 and <= 0x2653) or 0x267f or 0x2693 or 0x26a1 or 0x26aa or 0x26ab or 0x26bd or 0x26be
        or 0x26c4 or 0x26c5 or 0x26ce or 0x26d4 or 0x26ea or 0x26f2 or 0x26f3 or 0x26f5 or 0x26fa or 0x26fd or 0x2705 or 0x270a
        or 0x270b or 0x2728 or 0x274c or 0x274e or (>= 0x2753 and <= 0x2755) or 0x2757 or (>= 0x2795 and <= 0x2797) or 0x27b0
        or 0x27bf or 0x2b1b or 0x2b1c or 0x2b50 or 0x2b55 or (>= 0x2e80 and <= 0x303e) or (>= 0x3041 and <= 0x33ff)
        or (>= 0x3400 and <= 0x4dbf) or (>= 0x4e00 and <= 0xa4c6) or (>= 0xa960 and <= 0xa97c) or (>= 0xac00 and <= 0xd7a3)
        or (>= 0xf900 and <= 0xfaff) or (>= 0xfe10 and <= 0xfe19) or (>= 0xfe30 and <= 0xfe6b) or (>= 0xff01 and <= 0xff60)
        or (>= 0xffe0 and <= 0xffe6) or (>= 0x16fe0 and <= 0x18aff) or (>= 0x1b000 and <= 0x1b2ff) or 0x1f004 or 0x1f0cf or 0x1f18e
        or (>= 0x1f191 and <= 0x1f19a) or (>= 0x1f200 and <= 0x1f320) or (>= 0x1f32d and <= 0x1f335) or (>= 0x1f337 and <= 0x1f37c)
        or (>= 0x1f37e and <= 0x1f393) or (>= 0x1f3a0 and <= 0x1f3ca) or (>= 0x1f3cf and <= 0x1f3d3) or (>= 0x1f3e0 and <= 0x1f3f0)
        or 0x1f3f4 or (>= 0x1f3f8 and <= 0x1f43e) or 0x1f440 or (>= 0x1f442 and <= 0x1f4fc) or (>= 0x1f4ff and <= 0x1f53d)
        or (>= 0x1f54b and <= 0x1f567) or 0x1f57a or 0x1f595 or 0x1f596 or 0x1f5a4 or (>= 0x1f5fb and <= 0x1f64f)
        or (>= 0x1f680 and <= 0x1f6c5) or 0x1f6cc or (>= 0x1f6d0 and <= 0x1f6d7) or 0x1f6eb or 0x1f6ec or (>= 0x1f6f4 and <= 0x1f6fc)
        or (>= 0x1f7e0 and <= 0x1f7eb) or (>= 0x1f90c and <= 0x1f9ff) or (>= 0x1fa70 and <= 0x1faff)
        or (>= 0x20000 and <= 0x3fffd) ? 2 : 1;
}
