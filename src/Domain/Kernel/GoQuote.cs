namespace EventDock.Domain.Kernel;

using System.Globalization;
using System.Text;

/// <summary>
/// Text in double quotes as docker prints it (Go's strconv.Quote): what is not printable stands as an escape, so that no
/// control character and no bidirectional override is left in it.
/// </summary>
public static class GoQuote
{
    public static string Quote(string text) => string.Concat("\"", Escape(text, '"'), "\"");

    /// <summary>The escapes without the quotes; <paramref name="quote"/> and the backslash are escaped, too.</summary>
    public static string Escape(string text, char quote)
    {
        var plain = Plain(text, quote);
        if (plain == text.Length)
        {
            return text;
        }

        var result = new StringBuilder(text.Length + 8).Append(text, 0, plain);
        foreach (var rune in text.AsSpan(plain).EnumerateRunes())
        {
            _ = rune.Value switch
            {
                '\\' => result.Append(@"\\"),
                var c when c == quote => result.Append('\\').Append(quote),
                _ when IsPrintable(rune) => result.Append(rune.ToString()),
                '\a' => result.Append(@"\a"),
                '\b' => result.Append(@"\b"),
                '\f' => result.Append(@"\f"),
                '\n' => result.Append(@"\n"),
                '\r' => result.Append(@"\r"),
                '\t' => result.Append(@"\t"),
                '\v' => result.Append(@"\v"),
                < 0x20 or 0x7f => result.Append(CultureInfo.InvariantCulture, $"\\x{rune.Value:x2}"),
                < 0x10000 => result.Append(CultureInfo.InvariantCulture, $"\\u{rune.Value:x4}"),
                _ => result.Append(CultureInfo.InvariantCulture, $"\\U{rune.Value:x8}"),
            };
        }

        return result.ToString();
    }

    /// <summary>So many characters from the beginning on stand for themselves: all of them, nearly always.</summary>
    private static int Plain(string text, char quote)
    {
        var at = 0;
        while (at < text.Length && text[at] is >= ' ' and <= '~' and not '\\' && text[at] != quote)
        {
            at++;
        }

        return at;
    }

    /// <summary>Letters, marks, numbers, punctuation, symbols, and of the spaces only the plain one.</summary>
    public static bool IsPrintable(Rune rune) =>
        rune.Value == ' ' || Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format
            or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned
            or UnicodeCategory.SpaceSeparator or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);
}
