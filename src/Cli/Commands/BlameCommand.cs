namespace EventDock.Cli.Commands;

using System.Globalization;
using System.Text.Json.Nodes;
using EventDock.Adapters.Host;
using EventDock.Adapters.Posix;
using EventDock.Cli.Grammar;
using EventDock.Cli.Output;
using EventDock.Domain.Kernel;
using EventDock.Domain.Layers;
using EventDock.Engine;
using static EventDock.Engine.Pipeline;

/// <summary><c>eventdock blame CONTAINER|IMAGE PATH</c></summary>
public static class BlameCommand
{
    private const int InstructionWidth = 32;

    /// <param name="First">From 1.</param>
    /// <param name="Last">Null: to the end.</param>
    private sealed record Lines(int First, int? Last);

    public static EitherAsync<DomainError, int> Run(ParsedArgs args, Session session, CancellationToken cancel) =>
        from json in WhyCommand.Json(args, "blame prints json, or text for people").ToAsync()
        from type in WhyCommand.Type(args, "container", "image").ToAsync()
        from lines in Wanted(args.Text("lines")).ToAsync()
        from ports in session.Read(cancel)
        from moment in Moments.AsOf(args, ports, session, cancel)
        from file in BlameFile.Run(
            ports, args.Arguments[0], type.IfNoneUnsafe((string?)null), CommandLineBytes.Of(args.Arguments)[1], moment.Position, cancel)
        from there in file.Lines.Exists(all => all.Count < lines.First && lines.First > 1)
            ? Fail<Unit>(new DomainError.LinesBeyond(file.Trace.Path, file.Lines.Map(all => all.Count).IfNone(0)))
            : Done
        let printed = session.Print(string.Concat(file.Lines.Match(
            Some: all => Numbered(all, lines).Select(line => json ? Json(file, line.Number, line.Line) : Text(file, line.Number, line.Line, !args.On("no-trunc"))),
            None: () => [json ? Whole(file) : WholeText(file, !args.On("no-trunc"))])))
        let footer = Moments.Footer(session, moment)
        select 0;

    /// <summary>As git blame takes it: 3,7 or 3,+5 or 3 or 3, or ,7.</summary>
    private static Either<DomainError, Lines> Wanted(string? text)
    {
        if (text is null)
        {
            return new Lines(1, null);
        }

        var comma = text.IndexOf(',');
        var (from, to) = comma < 0 ? (text, "") : (text[..comma], text[(comma + 1)..]);
        var first = from.Length == 0 ? 1 : Number(from);
        var last = to.Length == 0 ? 0 : Number(to.TrimStart('+'));
        return text.Length == 0 || first is not > 0 || last is null || (to.Length > 0 && last == 0) || (comma == 0 && to.Length == 0)
            || (!to.StartsWith('+') && to.Length > 0 && last < first)
            ? new DomainError.Invalid("--lines", text, "must be two lines (10,20), a line and how many (10,+5), or a line")
            : new Lines(first.Value, to.Length == 0 ? null : to[0] == '+' ? (int)Math.Min(int.MaxValue, (long)first.Value + last.Value - 1) : last.Value);
    }

    private static int? Number(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static IEnumerable<(int Number, BlamedLine Line)> Numbered(Seq<BlamedLine> all, Lines wanted) =>
        all.Select((line, n) => (n + 1, line)).Where(l => l.Item1 >= wanted.First && !(l.Item1 > wanted.Last));

    private static string Text(BlamedFile file, int number, BlamedLine line, bool cut)
    {
        var shown = line.Text.TrimEnd('\n');
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{Who(file.Versions[line.Version], cut)} {number,4}) {(Terminal.Is(1) ? TerminalText.EscapeLines(shown) : shown)}\n");
    }

    private static string WholeText(BlamedFile file, bool cut)
    {
        var seen = file.Trace.Versions.Last;
        return $"{Who(file.Versions.Last, cut)}) {PathText.Show(file.Trace.Path)} as a whole: {file.Whole}, {Human.Size(seen.File.Size)}\n";
    }

    /// <summary>Layer, when, who and by which instruction.</summary>
    private static string Who(Brought brought, bool cut)
    {
        var (id, e, what) = brought switch
        {
            Brought.ByLayer by => (cut ? by.Layer[..12] : by.Layer, by.Thin.Map(t => t.Event) | by.Step.Bind(s => s.Came),
                by.Step.Bind(s => s.Entry).Map(CauseText.Instruction).IfNone("")),
            Brought.ByThin { Changed: false } by => (
                "thin layer  ", by.Record.Map(r => r.Event),
                by.Record.Map(r => r.Event.Event is LayerWritten written ? $"the container, at {written.Cause}" : "").IfNone("not recorded yet")),
            _ => ("thin layer  ", None, "not recorded yet"),
        };
        var when = e.Match(Some: at => $"{Rfc3339.Seconds(at.Occurred)} #{at.Position.ToString(CultureInfo.InvariantCulture),-6} {LogText.Who(at.Origin.Actor),-8}", None: () => new string(' ', 37));
        var instruction = TerminalText.Escape(cut ? Human.Ellipsis(what.ReplaceLineEndings(" "), InstructionWidth) : what);
        return $"{id} ({when} {(cut ? instruction.PadRight(InstructionWidth) : instruction)}";
    }

    private static string Json(BlamedFile file, int number, BlamedLine line) => CauseJson.Line(new JsonObject
    {
        ["Line"] = number,
        ["Text"] = line.Text.TrimEnd('\n'),
        ["Version"] = line.Version,
        ["Brought"] = CauseJson.By(file.Versions[line.Version]),
    });

    private static string Whole(BlamedFile file) => CauseJson.Line(new JsonObject
    {
        ["Line"] = null,
        ["Whole"] = file.Whole,
        ["Size"] = file.Trace.Versions.Last.File.Size,
        ["Version"] = file.Versions.Count - 1,
        ["Brought"] = CauseJson.By(file.Versions.Last),
    });
}
