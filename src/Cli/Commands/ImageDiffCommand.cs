namespace EventDock.Cli.Commands;

using System.Globalization;
using EventDock.Adapters.Posix;
using EventDock.Cli.Grammar;
using EventDock.Cli.Output;
using EventDock.Domain.Kernel;
using EventDock.Domain.Layers;
using EventDock.Engine;
using EventDock.Projections;
using static EventDock.Engine.Pipeline;

/// <summary><c>eventdock image diff A B</c>: what B has otherwise than A. Layers that both stand on are not looked through.</summary>
public static class ImageDiffCommand
{
    private const int LongestText = 1 << 20;

    private static readonly RowFormat Rows = new("{{.Kind}}\t{{.Size}}\t{{.Growth}}\t{{.Path}}", FileFields.OfChange);

    public static EitherAsync<DomainError, int> Run(ParsedArgs args, Session session, CancellationToken cancel) =>
        from one in OneForm(args).ToAsync()
        from ports in session.Read(cancel)
        from moment in Moments.AsOf(args, ports, session, cancel)
        from before in Find.Image(ports, args.Arguments[0], moment.Position, cancel)
        from after in Find.Image(ports, args.Arguments[1], moment.Position, cancel)
        let what = new LayerComparison(Layers(before), Layers(after), args.On("patch") ? LongestText : 0)
        from done in args.On("stat") ? Stat(ports, what, before, session, cancel)
            : args.Text("format") is { } format && format != "json" ? Formatted(ports, what, format, session, cancel)
            : ports.Reader.Compare(what, Line(args, session), cancel)
        let footer = Moments.Footer(session, moment)
        select 0;

    internal static Either<DomainError, Unit> OneForm(ParsedArgs args)
    {
        var given = Seq("format", "name-only", "patch", "stat").Filter(flag => flag == "format" ? args.Has(flag) : args.On(flag)).Strict();
        return given.Count > 1
            ? new DomainError.FlagsTogether($"--{given[0]}", $"--{given[1]}")
            : unit;
    }

    private static Seq<string> Layers(ImageRow image) => image.Content.Layers.Map(l => l.Id).Strict();

    /// <summary>Each as it is found.</summary>
    private static Func<FileChange, Unit> Line(ParsedArgs args, Session session)
    {
        var patch = new PatchText(Terminal.Is(1));
        return args.On("name-only") ? change => session.Line(PathText.Show(change.Path))
            : args.On("patch") ? change => session.Print(patch.Of(change))
            : args.Has("format") ? change => session.Line(FileFields.Row(change).Json())
            : change => session.Line(
                $"{change.Kind} {(change.After is { } now ? Human.Size(now.Size) : ""),9} {PathText.Signed(change.Growth),9}  {PathText.Show(change.Path)}");
    }

    private static EitherAsync<DomainError, Unit> Formatted(
        Ports ports, LayerComparison what, string format, Session session, CancellationToken cancel)
    {
        var changes = new List<FileChange>();
        return
            from walked in ports.Reader.Compare(what, Taken, cancel)
            from text in Rows.Render(format, changes.ToSeq().Strict(), FileFields.Row).ToAsync()
            select session.Print(text);

        Unit Taken(FileChange change)
        {
            changes.Add(change);
            return unit;
        }
    }

    private static EitherAsync<DomainError, Unit> Stat(
        Ports ports, LayerComparison what, ImageRow before, Session session, CancellationToken cancel)
    {
        var counts = new Dictionary<string, (int Paths, long Growth)> { ["A"] = default, ["C"] = default, ["D"] = default };
        return ports.Reader.Compare(what, Counted, cancel).Map(_ => session.Print(Table()));

        Unit Counted(FileChange change)
        {
            var (paths, growth) = counts[change.Kind];
            counts[change.Kind] = (paths + 1, growth + change.Growth);
            return unit;
        }

        string Table() =>
            string.Concat(counts.Select(c => $"{Word(c.Key),-8} {Number(c.Value.Paths),7} {PathText.Signed(c.Value.Growth),9}\n"))
            + $"{"in all",-8} {Number(counts.Values.Sum(c => c.Paths)),7} {PathText.Signed(counts.Values.Sum(c => c.Growth)),9}\n"
            + $"{"shared",-8} {Number(what.Shared),7} {Human.Size(before.Content.Layers.Take(what.Shared).Sum(l => l.Size.Value)),9}  layers below both\n";
    }

    private static string Word(string kind) => kind switch
    {
        "A" => "added",
        "C" => "changed",
        _ => "removed",
    };

    private static string Number(int count) => count.ToString(CultureInfo.InvariantCulture);
}
