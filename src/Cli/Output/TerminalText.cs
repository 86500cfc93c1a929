namespace EventDock.Cli.Output;

using System.Globalization;
using System.Text;

/// <summary>
/// Text from outside (labels, names, registry messages, lines of a Dockerfile) made fit for a terminal: nothing in it can move
/// the cursor, change colours, break the line or turn the direction of writing.
/// </summary>
public static class TerminalText
{
    /// <summary>
    /// Control characters (C0, DEL, C1), line and paragraph separators, bidirectional and other invisible format characters
    /// stand as \x1b, \n, \t, \u202e. All else stays; the backslash, too, so that harmless text is shown unchanged.
    /// </summary>
    public static string Escape(string text)
    {
        var at = FirstUnfit(text);
        if (at < 0)
        {
            return text;
        }

        var result = new StringBuilder(text.Length + 16).Append(text, 0, at);
        foreach (var rune in text.AsSpan(at).EnumerateRunes())
        {
            _ = !IsUnfit(rune) ? result.Append(rune.ToString()) : rune.Value switch
            {
                '\n' => result.Append(@"\n"),
                '\r' => result.Append(@"\r"),
                '\t' => result.Append(@"\t"),
                < 0x100 => result.Append(CultureInfo.InvariantCulture, $"\\x{rune.Value:x2}"),
                < 0x10000 => result.Append(CultureInfo.InvariantCulture, $"\\u{rune.Value:x4}"),
                _ => result.Append(CultureInfo.InvariantCulture, $"\\U{rune.Value:x8}"),
            };
        }

        return result.ToString();
    }

    /// <summary>Nothing in it needs an escape.</summary>
    public static bool IsFit(string text) => FirstUnfit(text) < 0;

    /// <summary>The same for a whole output: its lines and tabs are ours and stay.</summary>
    public static string EscapeLines(string text) =>
        string.Join('\n', text.Split('\n').Select(line => string.Join('\t', line.Split('\t').Select(Escape))));

    /// <summary>
    /// What a relaxed encoder leaves in JSON and a terminal would obey (C1, bidirectional marks) is \u.... in it; of what takes two, both.
    /// </summary>
    public static string EscapeJson(string json)
    {
        if (IsFit(json))
        {
            return json;
        }

        // A line's end stands between values alone.
        var result = new StringBuilder(json.Length + 16);
        foreach (var rune in json.EnumerateRunes())
        {
            if (rune.Value == '\n' || !IsUnfit(rune))
            {
                result.Append(rune.ToString());
                continue;
            }

            foreach (var half in rune.ToString())
            {
                result.Append(CultureInfo.InvariantCulture, $"\\u{(int)half:x4}");
            }
        }

        return result.ToString();
    }

    private static int FirstUnfit(string text)
    {
        // Nearly all text ends here, at the speed of a search.
        var at = text.AsSpan().IndexOfAnyExceptInRange(' ', '~');
        if (at < 0)
        {
            return -1;
        }

        foreach (var rune in text.AsSpan(at).EnumerateRunes())
        {
            if (IsUnfit(rune))
            {
                return at;
            }

            at += rune.Utf16SequenceLength;
        }

        return -1;
    }

    // The zero-width joiner and non-joiner are part of words and of emoji, and harmless.
    private static bool IsUnfit(Rune rune) =>
        rune.IsAscii ? rune.Value < 0x20 || rune.Value == 0x7f
        : rune.Value is not (0x200c or 0x200d) && Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control
            or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
}
