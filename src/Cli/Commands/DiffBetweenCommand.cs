namespace EventDock.Cli.Commands;

using System.Globalization;
using EventDock.Adapters.Posix;
using EventDock.Cli.Grammar;
using EventDock.Cli.Output;
using EventDock.Domain.Kernel;
using EventDock.Domain.Layers;
using EventDock.Engine;
using static EventDock.Engine.Pipeline;

/// <summary>What a container's own layer gained and lost, by what was recorded of it.</summary>
public static class DiffBetweenCommand
{
    private const int LongestText = 1 << 20;

    private static readonly RowFormat Rows = new(
        "{{.Kind}}\t{{.Type}}\t{{.Size}}\t{{.Path}}",
        [
            ("Kind", "KIND"), ("Type", "TYPE"), ("Path", "PATH"), ("PathBase64", "PATH BASE64"), ("Size", "SIZE"), ("Bytes", "BYTES"),
            ("Digest", "DIGEST"),
        ]);

    public static EitherAsync<DomainError, int> Range(ParsedArgs args, Session session, CancellationToken cancel) =>
        from form in ImageDiffCommand.OneForm(args).ToAsync()
        from once in args.Has("as-of") || args.On("occurred")
            ? Fail<Unit>(new DomainError.FlagsTogether("--as-of", "AFTER..UNTIL"))
            : Done
        from ports in session.Read(cancel)
        from between in DiffBetween.Range(ports, args.Arguments[0], args.Arguments[1], cancel)
        from shown in Show(args, ports, between, session, cancel)
        select 0;

    public static EitherAsync<DomainError, int> AsOf(ParsedArgs args, Session session, CancellationToken cancel) =>
        from form in ImageDiffCommand.OneForm(args).ToAsync()
        from ports in session.Read(cancel)
        from moment in Moments.AsOf(args, ports, session, cancel)
        from between in moment.Position.Match(
            Some: position => DiffBetween.AsOf(ports, args.Arguments[0], position, cancel),
            None: () => Fail<ThinBetween>(new DomainError.FlagNeeds("--occurred", "--as-of")))
        from shown in Show(args, ports, between, session, cancel)
        let footer = Moments.Footer(session, moment)
        select 0;

    private static EitherAsync<DomainError, Unit> Show(
        ParsedArgs args, Ports ports, ThinBetween between, Session session, CancellationToken cancel) =>
        from printed in args.On("patch") ? Patch(ports, between, session, cancel) : Listed(args, between).Map(session.Print)
        let told = session.Tell(EndStates(between))
        from whole in between.Broken.LastOrNone().Match(
            Some: e => Fail<Unit>(new DomainError.BadContent($"container {between.Container.Id.Short}", Why(e))), None: () => Done)
        select unit;

    private static EitherAsync<DomainError, string> Listed(ParsedArgs args, ThinBetween between) =>
        args.On("stat") ? Give(Stat(between.Lines))
        : args.Text("format") is { } format ? Rows.Render(format, between.Lines, Row).ToAsync()
        : Give(string.Concat(between.Lines.Map(line => (args.On("name-only") ? "" : $"{line.Kind} ") + PathText.Show(line.Path) + "\n")));

    private static string Why(Recorded<DockEvent> e) => string.Create(
        CultureInfo.InvariantCulture,
        $"the list is not whole: of what position {e.Position} recorded {(e.Event is LayerWritten { Incomplete: { } reason } ? reason : e.Event is LayerWritten ? "only counts are known" : "is gone")}");

    /// <summary>A layer is recorded at moments; what is told are its states at two of those.</summary>
    private static string EndStates(ThinBetween between)
    {
        var from = between.First.Match(Some: State, None: () => "how it was made");
        return between.Last.Match(
            Some: last => between.First.Exists(first => first.Position == last.Position) || (between.After > 0 && last.Position <= between.After)
                ? $"nothing was recorded between the two: the last record is {State(last)}"
                : $"from {from} to {State(last)}: end states, as they were recorded",
            None: () => "nothing had been recorded of it by then");
    }

    private static string State(Recorded<DockEvent> e) => string.Create(
        CultureInfo.InvariantCulture,
        $"#{e.Position} ({(e.Event is LayerWritten written ? $"{written.Cause}, " : "")}{Rfc3339.Seconds(e.Occurred)})");

    private static string Stat(Seq<NetChange> lines)
    {
        var rows = Seq(("added", "A"), ("changed", "C"), ("removed", "D"))
            .Map(kind => (kind.Item1, lines.Filter(line => line.Kind == kind.Item2).Strict())).Strict();
        return string.Concat(rows.Add(("in all", lines)).Map(row => string.Create(
            CultureInfo.InvariantCulture, $"{row.Item1,-8} {row.Item2.Count,7} {Human.Size(row.Item2.Sum(Size)),9}\n")));
    }

    private static long Size(NetChange line) => line.Kind == "D" ? 0 : line.Last.Size.Value;

    private static TemplateValue.Row Row(NetChange line) => TemplateValue.RowOf(
        "*formatter.thinChangeContext",
        ("Bytes", Size(line).ToString(CultureInfo.InvariantCulture)),
        ("Digest", line.Kind == "D" ? "" : line.Last.Digest?.Value ?? ""),
        ("Kind", line.Kind),
        ("Path", PathText.Exact(line.Path) ?? PathText.Show(line.Path)),
        ("PathBase64", PathText.Exact(line.Path) is null ? Convert.ToBase64String([(byte)'/', .. line.Path]) : ""),
        ("Size", Human.Size(Size(line))),
        ("Type", line.Last.Type));

    private static EitherAsync<DomainError, Unit> Patch(Ports ports, ThinBetween between, Session session, CancellationToken cancel)
    {
        var patch = new PatchText(Terminal.Is(1));
        return DiffContents.Of(ports, between, LongestText, line => session.Print(Text(patch, line)), cancel);
    }

    private static string Text(PatchText patch, PatchedLine line) => line.Change.Match(
        Some: change => IsSame(change) ? $"# {line.Line.Kind} {PathText.Show(line.Line.Path)} (written again, the content is the same)\n" : patch.Of(change),
        None: () => $"# {line.Line.Kind} {PathText.Show(line.Line.Path)} ({(HasContent(line.Line) ? "content not recorded" : line.Line.Last.Type)})\n");

    private static bool IsSame(FileChange change) =>
        change is { Before: { } before, After: { } after, Text: null }
        && (before.Type, before.Mode, before.Uid, before.Gid) == (after.Type, after.Mode, after.Uid, after.Gid) && before.Size == after.Size;

    private static bool HasContent(NetChange line) => line.Last.Type is "file" or "symlink" or "whiteout";
}
