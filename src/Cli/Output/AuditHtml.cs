namespace EventDock.Cli.Output;

using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using EventDock.Engine;

/// <summary>
/// An audit report as one page: no script, nothing from elsewhere, and a policy that lets nothing in. It is XML as well, so that
/// programs can read it. It fits a telephone, a screen and paper, in light and in dark.
/// </summary>
public static class AuditHtml
{
    /// <summary>So many rows a table can have and the page still be scrolled.</summary>
    private const int MostRows = 2000;

    public static string Of(AuditReported report)
    {
        var text = new StringBuilder(1 << 16);
        Head(text, report);
        text.Append("<body>\n<main>\n");
        Opening(text, report);
        Table(text, AuditTables.Rights(report));
        AuditTimeline.Draw(text, report);
        Table(text, AuditTables.Containers(report, MostRows));
        Table(text, AuditTables.Tags(report, MostRows));
        Table(text, AuditTables.Programs(report));
        Table(text, AuditTables.Operations(report, MostRows));
        Table(text, AuditTables.Refused(report, MostRows));
        Table(text, AuditTables.Ledger(report));
        Statement(text, report);
        return text.Append("</main>\n</body>\n</html>\n").ToString();
    }

    private static void Head(StringBuilder text, AuditReported report) =>
        text.Append("<!DOCTYPE html>\n<html xmlns=\"http://www.w3.org/1999/xhtml\" lang=\"en\">\n<head>\n<meta charset=\"utf-8\" />\n")
            .Append("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'sha256-")
            .Append(Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(AuditStyleSheet.Text))))
            .Append("'; base-uri 'none'; form-action 'none'\" />\n")
            .Append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\" />\n<meta name=\"color-scheme\" content=\"light dark\" />\n")
            .Append("<meta name=\"referrer\" content=\"no-referrer\" />\n<title>")
            .Append(CultureInfo.InvariantCulture, $"{AuditHead.Title}, {Escape(AuditHead.Facts(report)[0].Value)}")
            .Append("</title>\n<style>").Append(AuditStyleSheet.Text).Append("</style>\n</head>\n");

    private static void Opening(StringBuilder text, AuditReported report)
    {
        var sound = AuditStatement.Alarms(report).Count == 0;
        text.Append("<header>\n<h1>").Append(AuditHead.Title).Append("</h1>\n<dl class=\"facts\">\n");
        foreach (var (label, value) in AuditHead.Facts(report))
        {
            text.Append(CultureInfo.InvariantCulture, $"<div><dt>{label}</dt><dd>{Escape(value)}</dd></div>\n");
        }

        text.Append(CultureInfo.InvariantCulture,
            $"</dl>\n<p class=\"verdict {(sound ? "sound" : "unsound")}\"><a href=\"#statement\">{Escape(AuditHead.Verdict(report))}</a></p>\n");
        text.Append("<nav>\n");
        foreach (var (part, count, what, alarm) in AuditHead.Figures(report))
        {
            text.Append(CultureInfo.InvariantCulture,
                $"<a href=\"#{part}\"{(alarm ? " class=\"look\"" : "")}><b>{count:N0}</b> {Escape(what)}</a>\n");
        }

        text.Append("</nav>\n</header>\n");
    }

    private static void Table(StringBuilder text, AuditTable table)
    {
        text.Append(CultureInfo.InvariantCulture, $"<section id=\"{table.Id}\">\n<h2>{Escape(table.Title)}</h2>\n");
        if (table.Rows.Count == 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"<p class=\"none\">{Escape(table.Empty)}</p>\n</section>\n");
            return;
        }

        if (table.Note.Length > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"<p class=\"note\">{Escape(table.Note)}</p>\n");
        }

        text.Append("<table>\n<thead><tr>");
        foreach (var column in table.Columns)
        {
            text.Append(CultureInfo.InvariantCulture, $"<th scope=\"col\">{Escape(column)}</th>");
        }

        text.Append("</tr></thead>\n<tbody>\n");
        foreach (var row in table.Rows)
        {
            text.Append("<tr>");
            for (var n = 0; n < row.Length; n++)
            {
                text.Append(CultureInfo.InvariantCulture, $"<td data-label=\"{Escape(table.Columns[n])}\"><div>");
                foreach (var line in row[n].Lines)
                {
                    Line(text, line);
                }

                text.Append("</div></td>");
            }

            text.Append("</tr>\n");
        }

        text.Append("</tbody>\n</table>\n</section>\n");
    }

    private static void Line(StringBuilder text, AuditLine line)
    {
        var tag = line.Style == AuditStyle.Code ? "code" : "p";
        text.Append(CultureInfo.InvariantCulture, $"<{tag}{Class(line.Style)}>{Escape(line.Text)}</{tag}>");
    }

    private static string Class(AuditStyle style) => style switch
    {
        AuditStyle.Faint => " class=\"faint\"",
        AuditStyle.Alarm => " class=\"alarm\"",
        _ => "",
    };

    private static void Statement(StringBuilder text, AuditReported report)
    {
        text.Append("<section id=\"statement\">\n<h2>Completeness and verification</h2>\n<ul>\n");
        foreach (var line in AuditStatement.Alarms(report))
        {
            text.Append(CultureInfo.InvariantCulture, $"<li class=\"alarm\">{Escape(line)}</li>\n");
        }

        foreach (var line in AuditStatement.Complete(report).Concat(AuditStatement.Verified(report)))
        {
            text.Append(CultureInfo.InvariantCulture, $"<li>{Escape(line)}</li>\n");
        }

        text.Append("</ul>\n</section>\n");
    }

    /// <summary>Fit for a terminal, and then for text and attributes of XML.</summary>
    internal static string Escape(string raw)
    {
        var text = TerminalText.Escape(raw);
        if (text.AsSpan().IndexOfAny("&<>\"'") < 0 && text.AsSpan().IndexOfAnyExceptInRange(' ', '\ud7ff') < 0)
        {
            return text;
        }

        var result = new StringBuilder(text.Length + 32);
        foreach (var rune in text.EnumerateRunes())
        {
            _ = rune.Value switch
            {
                '&' => result.Append("&amp;"),
                '<' => result.Append("&lt;"),
                '>' => result.Append("&gt;"),
                '"' => result.Append("&quot;"),
                '\'' => result.Append("&#39;"),
                0xfffe or 0xffff => result.Append('\ufffd'),
                _ => result.Append(rune.ToString()),
            };
        }

        return result.ToString();
    }
}
