namespace EventDock.Cli.Output;

using System.Globalization;
using System.Text;
using EventDock.Engine;

/// <summary>An audit report as Markdown (GitHub's, for its tables). What is in it cannot make a table, HTML or a link to a page of its own; of
/// an address of mail GitHub makes one to write to it, whatever stands before its @.</summary>
public static class AuditMarkdown
{
    public static string Of(AuditReported report)
    {
        var text = new StringBuilder();
        text.Append("# ").Append(AuditHead.Title).Append("\n\n");
        foreach (var (label, value) in AuditHead.Facts(report))
        {
            text.Append("- **").Append(label).Append(":** ").Append(Escape(value)).Append('\n');
        }

        text.Append("\n**").Append(Escape(AuditHead.Verdict(report))).Append("**\n\n");
        text.Append(string.Join(
            " · ", AuditHead.Figures(report).Select(f => string.Create(CultureInfo.InvariantCulture, $"{f.Count:N0} {Escape(f.What)}")))).Append(".\n");
        foreach (var table in AuditTables.Whole(report))
        {
            Table(text, table);
        }

        text.Append("\n## Completeness and verification\n\n");
        foreach (var line in AuditStatement.Alarms(report))
        {
            text.Append("- **").Append(Escape(line)).Append("**\n");
        }

        foreach (var line in AuditStatement.Complete(report).Concat(AuditStatement.Verified(report)))
        {
            text.Append("- ").Append(Escape(line)).Append('\n');
        }

        return text.ToString();
    }

    private static void Table(StringBuilder text, AuditTable table)
    {
        text.Append("\n## ").Append(table.Title).Append("\n\n");
        if (table.Rows.Count == 0)
        {
            text.Append(table.Empty).Append('\n');
            return;
        }

        if (table.Note.Length > 0)
        {
            text.Append(table.Note).Append("\n\n");
        }

        text.Append("| ").Append(string.Join(" | ", table.Columns)).Append(" |\n|").Append(string.Concat(Enumerable.Repeat("---|", table.Columns.Length))).Append('\n');
        foreach (var row in table.Rows)
        {
            text.Append("| ").Append(string.Join(" | ", row.Select(cell => string.Join("<br>", cell.Lines.Select(Line))))).Append(" |\n");
        }
    }

    private static string Line(AuditLine line) => line.Style == AuditStyle.Alarm ? $"**{Escape(line.Text)}**" : Escape(line.Text);

    /// <summary>Every sign that Markdown could take for its own has a backslash before it; a name with an underscore inside stays one.</summary>
    internal static string Escape(string text)
    {
        var fit = TerminalText.Escape(text);
        var result = new StringBuilder(fit.Length + 16);
        for (var n = 0; n < fit.Length; n++)
        {
            if (IsMarkup(fit, n))
            {
                result.Append('\\');
            }

            result.Append(fit[n]);
        }

        return result.ToString();
    }

    private static bool IsMarkup(string text, int n) => text[n] switch
    {
        '\\' or '`' or '*' or '[' or ']' or '<' or '>' or '|' or '~' or '&' or '$' or '!' => true,
        '_' => n == 0 || n == text.Length - 1 || !char.IsLetterOrDigit(text[n - 1]) || !char.IsLetterOrDigit(text[n + 1]),

        // http:// and www. would become links of their own.
        ':' => n + 2 < text.Length && text[n + 1] == '/' && text[n + 2] == '/',
        '.' => n >= 3 && text.AsSpan(n - 3, 3).Equals("www", StringComparison.OrdinalIgnoreCase),

        // At the beginning of a line these begin a heading or a list.
        '#' or '+' or '-' or '=' => n == 0,
        _ => false,
    };
}
