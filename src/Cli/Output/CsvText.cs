namespace EventDock.Cli.Output;

using System.Globalization;

/// <summary>
/// Lines of CSV (RFC 4180): a cell with a comma or a quote in it is quoted. Control characters are escaped, so that a row is a line. What a
/// spreadsheet would take for a formula has an apostrophe before it; a number is none.
/// </summary>
public static class CsvText
{
    /// <summary>Without the line's end, which RFC 4180 has as CR LF.</summary>
    public static string Line(IEnumerable<string> cells) => string.Join(',', cells.Select(cell => Quoted(Harmless(cell))));

    /// <summary>What stands in the cell.</summary>
    public static string Harmless(string cell)
    {
        var fit = TerminalText.Escape(cell);
        return fit is ['=' or '+' or '-' or '@' or '＝' or '＋' or '－' or '＠', ..]
            && !long.TryParse(fit, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _)
            ? "'" + fit
            : fit;
    }

    private static string Quoted(string cell) =>
        cell.AsSpan().ContainsAny(",\"") ? $"\"{cell.Replace("\"", "\"\"")}\"" : cell;
}
