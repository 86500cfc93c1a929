namespace EventDock.Domain.Kernel;

using System.Globalization;
using System.Text;

/// <summary>
/// Text in double quotes as docker prints it (Go's strconv.Quote): what is not printable stands as an escape, so that no
/// control character and no bidirectional override is left in it.
/// </summary>
public static class GoQuote
{
    public static string Quote(string text) => new StringBuilder("\"").Append(Escape(text, '"')).Append('"').ToString();

    /// <summary>The escapes without the quotes; <paramref name="quote"/> and the backslash are escaped, too.</summary>
    public static string Escape(string text, char quote)
    {
        var result = new StringBuilder(text.Length + 8);
        foreach (var rune in text.EnumerateRunes())
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

    /// <summary>Letters, marks, numbers, punctuation, symbols, and of the spaces only the plain one.</summary>
    public static bool IsPrintable(Rune rune) =>
        rune.Value == ' ' || Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format
            or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned
            or UnicodeCategory.SpaceSeparator or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);
}
