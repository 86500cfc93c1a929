namespace EventDock.Cli.Output;

using System.Text;

/// <summary>
/// Columns as docker lays them out: Go's tabwriter with least width 10, padding 3 and blanks (docker 20.10). Widths count
/// characters (runes), not cells of the terminal, as there. The last cell of a line is never padded.
/// </summary>
public static class Table
{
    private const int MinWidth = 10, Padding = 3;

    /// <summary>A header and rows of equally many cells, each line ended. Cells must not hold tabs or line ends.</summary>
    public static string Format(Seq<string> headers, Seq<Seq<string>> rows) =>
        Align(string.Concat(headers.Cons(rows).Map(cells => string.Join('\t', cells) + "\n")));

    /// <summary>
    /// Lines whose cells are ended by tabs. A column is a block of consecutive lines that have a cell in it which a tab ends;
    /// lines without one part the blocks, as in the elastic tabstops that tabwriter implements.
    /// </summary>
    public static string Align(string text) => Align(text, MinWidth);

    /// <summary>The same with another least width of a column, its padding included.</summary>
    public static string Align(string text, int minWidth)
    {
        var cells = Cells(text);
        var widths = Widths(cells, minWidth);
        var result = new StringBuilder(text.Length * 2);
        for (var line = 0; line < cells.Count; line++)
        {
            for (var i = 0; i < cells[line].Length; i++)
            {
                var (start, length, runes) = cells[line][i];
                result.Append(text, start, length).Append(' ', i < widths[line].Length ? widths[line][i] - runes : 0);
            }

            result.Append(line < cells.Count - 1 ? "\n" : "");
        }

        return result.ToString();
    }

    /// <summary>Of every line its cells: where each begins, how long it is, and of how many characters.</summary>
    private static List<(int Start, int Length, int Runes)[]> Cells(string text)
    {
        var lines = new List<(int, int, int)[]>();
        var cells = new List<(int, int, int)>();
        for (var start = 0; ;)
        {
            var length = text.AsSpan(start).IndexOfAny('\t', '\n');
            var cell = length < 0 ? text.AsSpan(start) : text.AsSpan(start, length);
            cells.Add((start, cell.Length, Runes(cell)));
            start += cell.Length + 1;
            if (length >= 0 && text[start - 1] == '\t')
            {
                continue;
            }

            lines.Add(cells.ToArray());
            cells.Clear();
            if (length < 0)
            {
                return lines;
            }
        }
    }

    private static int[][] Widths(List<(int Start, int Length, int Runes)[]> cells, int minWidth)
    {
        var widths = cells.Select(line => new int[line.Length - 1]).ToArray();
        for (var column = 0; widths.Any(w => w.Length > column); column++)
        {
            for (var first = 0; first < cells.Count; first++)
            {
                var end = first;
                var width = 0;
                for (; end < cells.Count && widths[end].Length > column; end++)
                {
                    width = Math.Max(width, Math.Max(minWidth, cells[end][column].Runes + Padding));
                }

                for (var line = first; line < end; line++)
                {
                    widths[line][column] = width;
                }

                first = end;
            }
        }

        return widths;
    }

    private static int Runes(ReadOnlySpan<char> text)
    {
        if (Ascii.IsValid(text))
        {
            return text.Length;
        }

        var count = 0;
        foreach (var c in text)
        {
            count += char.IsLowSurrogate(c) ? 0 : 1;
        }

        return count;
    }
}
