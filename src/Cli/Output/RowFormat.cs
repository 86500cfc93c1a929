namespace EventDock.Cli.Output;

using System.Text;
using EventDock.Adapters.Posix;
using EventDock.Domain.Kernel;

/// <summary>
/// What --format says of a list (ps, images, history): nothing or <c>table</c> for docker's columns, <c>table …</c> for columns
/// of one's own, <c>json</c> for a line of JSON a row, else a template a row.
/// </summary>
/// <param name="Columns">docker's own columns, as a template: <c>{{.ID}}\t{{.Names}}</c>.</param>
/// <param name="Headers">The header of each field that can be a column.</param>
public sealed record RowFormat(string Columns, IReadOnlyList<(string Field, string Header)> Headers)
{
    /// <summary>Its rows can be asked for one label: <c>{{.Label "x"}}</c>.</summary>
    public bool HasLabels { get; init; }

    private const string TableWord = "table";

    /// <summary>So many rows are worth another processor.</summary>
    private const int Many = 1000;

    /// <summary>
    /// The whole output, every line ended. Cells of a table are escaped for terminals; so is all that goes to one, while a program
    /// that asks by a template for a field gets it as it is.
    /// </summary>
    /// <param name="format">As given; null or empty where none was.</param>
    /// <param name="row">What an item's fields are. Asked on several threads at once where there are many.</param>
    public Either<DomainError, string> Render<T>(string? format, Seq<T> items, Func<T, TemplateValue.Row> row)
    {
        var text = string.IsNullOrEmpty(format) || format == TableWord ? TableWord + Columns : format;
        if (text == "json")
        {
            return string.Concat(items.Map(item => row(item).Json() + "\n"));
        }

        var table = text.StartsWith(TableWord, StringComparison.Ordinal);
        var fit = table || Terminal.Is(1);
        var template = GoTemplate.Unescaped((table ? text[TableWord.Length..] : text).Trim(' '));
        return GoTemplate.Parse(template).Bind(parsed =>
            Lines(items, item => parsed.Render(fit ? Fit(row(item)) : row(item))).Bind(lines =>
                table
                    ? Header(template).Map(header => Table.Align(Lines(header.Cons(lines))))
                    : Right<DomainError, string>(Lines(lines))));
    }

    /// <summary>In the order of the items; of a long list each processor makes a part.</summary>
    private static Either<DomainError, Seq<string>> Lines<T>(Seq<T> items, Func<T, Either<DomainError, string>> line)
    {
        var parts = Math.Min(Environment.ProcessorCount, 1 + (items.Count / Many));
        if (parts == 1)
        {
            return items.All(line);
        }

        var size = (items.Count + parts - 1) / parts;
        var others = Enumerable.Range(1, parts - 1).Select(n => Task.Run(() => Part(n))).ToArray();

        // This thread does its part, and would do another's that has not begun.
        return Part(0).Cons(others.Select(part => part.GetAwaiter().GetResult())).ToSeq()
            .All(part => part).Map(made => made.Bind(part => part).Strict());

        Either<DomainError, Seq<string>> Part(int n) => items.Skip(n * size).Take(size).Strict().All(line);
    }

    private static string Lines(Seq<string> lines) => string.Concat(lines.Map(line => line + "\n"));

    /// <summary>The template over the headers; functions that change text leave a header as it is, as in docker.</summary>
    private Either<DomainError, string> Header(string template) =>
        GoTemplate.Parse(template).Bind(parsed => parsed.RenderHeader(
            new TemplateValue.Map(Headers.Select(h => KeyValuePair.Create(h.Field, TemplateValue.Of(h.Header))).ToArray()) { Method = Heading }));

    /// <summary>Above a label stands the last part of its key, as docker has it.</summary>
    private TemplateMethod? Heading => HasLabels
        ? new TemplateMethod("Label", key => key[(key.LastIndexOf('.') + 1)..].Replace('-', ' ').Replace('_', ' '))
        : null;

    private static TemplateValue.Row Fit(TemplateValue.Row row) => row.Method is { } method
        ? Fields(row) with { Method = method with { Of = word => TerminalText.Escape(method.Of(word)) } }
        : Fields(row);

    private static TemplateValue.Row Fields(TemplateValue.Row row) =>
        row.Fields.All(f => f.Value is not TemplateValue.Text t || TerminalText.IsFit(t.Value))
            ? row
            : row with
            {
                Fields = row.Fields.Select(f => f.Value is TemplateValue.Text t
                    ? KeyValuePair.Create(f.Key, TemplateValue.Of(TerminalText.Escape(t.Value)))
                    : f).ToArray(),
            };
}
