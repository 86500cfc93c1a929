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
    public static string Align(string text)
    {
        var lines = text.Split('\n').Select(l => l.Split('\t')).ToArray();
        var widths = lines.Select(cells => new int[cells.Length - 1]).ToArray();
        for (var column = 0; widths.Any(w => w.Length > column); column++)
        {
            for (var first = 0; first < lines.Length; first++)
            {
                var end = first;
                var width = 0;
                for (; end < lines.Length && widths[end].Length > column; end++)
                {
                    width = Math.Max(width, Math.Max(MinWidth, Runes(lines[end][column]) + Padding));
                }

                for (var line = first; line < end; line++)
                {
                    widths[line][column] = width;
                }

                first = end;
            }
        }

        var result = new StringBuilder(text.Length * 2);
        for (var line = 0; line < lines.Length; line++)
        {
            var cells = lines[line];
            for (var i = 0; i < cells.Length; i++)
            {
                result.Append(cells[i]).Append(' ', i < cells.Length - 1 ? widths[line][i] - Runes(cells[i]) : 0);
            }

            result.Append(line < lines.Length - 1 ? "\n" : "");
        }

        return result.ToString();
    }

    private static int Runes(string text)
    {
        var count = 0;
        foreach (var c in text)
        {
            count += char.IsLowSurrogate(c) ? 0 : 1;
        }

        return count;
    }
}
