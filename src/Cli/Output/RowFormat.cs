namespace EventDock.Cli.Output;

using System.Text;
using EventDock.Domain.Kernel;

/// <summary>
/// What --format says of a list (ps, images, history): nothing or <c>table</c> for docker's columns, <c>table …</c> for columns
/// of one's own, <c>json</c> for a line of JSON a row, else a template a row.
/// </summary>
/// <param name="Columns">docker's own columns, as a template: <c>{{.ID}}\t{{.Names}}</c>.</param>
/// <param name="Headers">The header of each field that can be a column.</param>
public sealed record RowFormat(string Columns, IReadOnlyList<(string Field, string Header)> Headers)
{
    private const string TableWord = "table";

    /// <summary>The whole output, every line ended. Cells of a table are escaped for terminals.</summary>
    /// <param name="format">As given; null or empty where none was.</param>
    public Either<DomainError, string> Render(string? format, Seq<TemplateValue.Row> rows)
    {
        var text = string.IsNullOrEmpty(format) || format == TableWord ? TableWord + Columns : format;
        if (text == "json")
        {
            return string.Concat(rows.Map(r => r.Json() + "\n"));
        }

        var table = text.StartsWith(TableWord, StringComparison.Ordinal);
        var template = (table ? text[TableWord.Length..] : text).Trim(' ').Replace("\\t", "\t").Replace("\\n", "\n");
        return GoTemplate.Parse(template).Bind(parsed =>
            (table ? rows.Map(Fit) : rows).All(r => parsed.Render(r)).Bind(lines =>
                table
                    ? Header(template).Map(header => Table.Align(Lines(header.Cons(lines))))
                    : Right<DomainError, string>(Lines(lines))));
    }

    private static string Lines(Seq<string> lines) => string.Concat(lines.Map(line => line + "\n"));

    /// <summary>The template over the headers; functions that change text leave a header as it is, as in docker.</summary>
    private Either<DomainError, string> Header(string template) =>
        GoTemplate.Parse(template).Bind(parsed => parsed.RenderHeader(
            new TemplateValue.Map(Headers.Select(h => KeyValuePair.Create(h.Field, TemplateValue.Of(h.Header))).ToArray())));

    private static TemplateValue.Row Fit(TemplateValue.Row row) => row with
    {
        Fields = row.Fields.Select(f => f.Value is TemplateValue.Text t
            ? KeyValuePair.Create(f.Key, TemplateValue.Of(TerminalText.Escape(t.Value)))
            : f).ToArray(),
    };
}
