namespace EventDock.Cli.Output;

/// <summary>
/// Lines of CSV (RFC 4180): a cell with a comma, a quote or a line's end in it is quoted. What a spreadsheet would take for a formula has an
/// apostrophe before it.
/// </summary>
public static class CsvText
{
    /// <summary>Without the line's end, which RFC 4180 has as CR LF.</summary>
    public static string Line(IEnumerable<string> cells) => string.Join(',', cells.Select(cell => Quoted(Harmless(cell))));

    /// <summary>What stands in the cell.</summary>
    public static string Harmless(string cell) =>
        cell is ['=' or '+' or '-' or '@' or '\t' or '\r', ..] ? "'" + cell : cell;

    private static string Quoted(string cell) =>
        cell.AsSpan().ContainsAny(",\"\r\n") ? $"\"{cell.Replace("\"", "\"\"")}\"" : cell;
}
