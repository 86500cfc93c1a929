namespace EventDock.Cli.Output;

using System.Globalization;
using EventDock.Adapters.Posix;
using EventDock.Cli.Commands;
using EventDock.Cli.Grammar;
using EventDock.Domain.Kernel;
using EventDock.Domain.Ledger;
using EventDock.Engine;
using EventDock.Projections;

/// <summary>How events are printed.</summary>
/// <param name="Header">What stands before the first; none for most.</param>
/// <param name="Lines">Of one event. Asked in the order in which they are printed: lanes go on from one to the next.</param>
/// <param name="Names">They need what containers were called.</param>
/// <param name="Rows">They need what changed in the views.</param>
/// <param name="Paths">They need the paths that a LayerWritten lists.</param>
internal sealed record LogForm(Option<string> Header, Func<LogEntry, Either<DomainError, Seq<string>>> Lines, bool Names, bool Rows, bool Paths)
{
    public static readonly LogForm Default = new(None, entry => Seq1(Line(entry)), Names: true, Rows: false, Paths: false);

    /// <summary>Errors: FlagsTogether, Invalid, BadTemplate; of a template that no event fits, too.</summary>
    public static Either<DomainError, LogForm> Of(ParsedArgs args)
    {
        var (graph, oneline, patch) = (args.On("graph"), args.On("oneline"), args.On("patch"));
        return args.Text("format") switch
        {
            null => People(graph, oneline, patch),
            _ when graph => new DomainError.FlagsTogether("--graph", "--format"),
            _ when oneline => new DomainError.FlagsTogether("--oneline", "--format"),
            _ when patch => new DomainError.FlagsTogether("--patch", "--format"),
            "json" => new LogForm(None, entry => Seq1(LogJson.Of(entry.Event)), Names: false, Rows: false, Paths: true),
            "csv" => Csv(),
            { } template when template.Contains("{{", StringComparison.Ordinal) => Template(template),
            { } other => new DomainError.Invalid("--format", other, "log prints json, csv, what a Go template names, or lines for people"),
        };
    }

    private static LogForm People(bool graph, bool oneline, bool patch)
    {
        var lanes = Lanes.None;
        return new LogForm(None, Lines, Names: true, patch, patch);

        Either<DomainError, Seq<string>> Lines(LogEntry entry)
        {
            var line = oneline ? OneLine(entry) : Line(entry);
            var more = patch ? LogPatch.Of(entry) : [];
            if (!graph)
            {
                return more.Prepend(line).ToArray().ToSeq();
            }

            var step = lanes.Next(entry.Event);
            lanes = step.After;
            var below = LogGraph.Below(lanes);
            return more.Select(text => below + text).Prepend(LogGraph.Beside(step) + line).ToArray().ToSeq();
        }
    }

    /// <summary>#12 and the sentence.</summary>
    public static string OneLine(LogEntry entry) =>
        string.Create(CultureInfo.InvariantCulture, $"#{entry.Event.Position} {Sentence(entry)}");

    /// <summary>With when, why, which event and who.</summary>
    public static string Line(LogEntry entry)
    {
        var e = entry.Event;
        var reason = e.Origin.Reason is { } said ? $" (reason: {TerminalText.Escape(said)})" : "";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"#{e.Position,-6} {Rfc3339.Micros(e.At)[..19]}Z  {Sentence(entry)}{reason}  [{EventCodec.NameOf(e.Event)}, {LogText.Who(e.Origin.Actor)}]");
    }

    private static string Sentence(LogEntry entry) => TerminalText.Escape(LogSentence.Of(entry));

    private static LogForm Csv() => new(
        CsvText.Line(LogFields.Of(Sample).Select(field => field.Name)) + "\r",
        entry => Seq1(CsvText.Line(LogFields.Of(entry).Select(field => field.Value)) + "\r"),
        Names: true, Rows: false, Paths: false);

    private static Either<DomainError, LogForm> Template(string typed)
    {
        var fit = Terminal.Is(1);
        return InfoCommand.Template(typed).Bind(template => template.Render(LogFields.Row(Sample)).Map(_ => new LogForm(
            None,
            entry => template.Render(LogFields.Row(entry)).Map(text => Seq1(fit ? TerminalText.EscapeLines(text) : text)),
            Names: true, Rows: false, Paths: false)));
    }

    /// <summary>An event like any other, so that a template which asks for what no event has is refused before anything is printed.</summary>
    private static LogEntry Sample => new(
        new Recorded<DockEvent>(
            1, Streams.Bookmark("b"), 1, new BookmarkSet("b", 1), DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch, Guid.Empty,
            RedactedForm.Headers(1, DateTimeOffset.UnixEpoch, Guid.Empty).Origin),
        None, Seq<ShownRow>());
}
