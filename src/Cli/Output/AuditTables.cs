namespace EventDock.Cli.Output;

using EventDock.Domain.Kernel;
using EventDock.Domain.Oci;
using EventDock.Engine;
using EventDock.Projections;

/// <summary>The parts of an audit report, in the order in which they are read; the statement of what was verified comes after them.</summary>
internal static class AuditTables
{
    /// <summary>So many sentences of an operation are printed: of a build of a hundred steps the rest is counted.</summary>
    private const int MostSentences = 12, MostNamed = 6;

    private const int All = int.MaxValue;

    public static readonly string[] SevenQuestions = ["When", "What", "Who", "On what", "From where", "To or from where", "Where"];

    /// <summary>Every part, with all of its rows.</summary>
    public static IReadOnlyList<AuditTable> Whole(AuditReported report) =>
    [
        Rights(report), Containers(report, All), Tags(report, All), Programs(report), Operations(report, All), Refused(report, All), Ledger(report),
    ];

    public static AuditTable Rights(AuditReported report) => new(
        "called-out", "Called out", "Containers that were given more than docker's sandbox: what they asked for, as it was typed.",
        "No container of the range was given more than docker's sandbox.",
        ["Container", "Given", "By", "Made"],
        report.Range.Containers.Where(container => container.Rights.Count > 0).Select(container => new[]
        {
            Named(container),
            AuditCell.Of(container.Rights.Select(AuditWords.Right), AuditStyle.Alarm),
            AuditCell.Of(container.By is { } by ? AuditWords.Who(by) : "before the range"),
            AuditCell.Of(AuditWords.Time(container.Created)),
        }).ToArray());

    /// <param name="most">The newest so many; likewise of tags, operations and refused commands.</param>
    public static AuditTable Containers(AuditReported report, int most) => new(
        "containers", "Containers",
        "Every container that was there at some time in the range, its processes from start to end, and the image by its digest."
        + Note(report.Range.Containers, most, "container"),
        "There was no container.",
        ["Container", "Image", "Made", "Processes", "Removed"],
        Newest(report.Range.Containers, most).Select(container => new[]
        {
            Named(container),
            Image(container, report.Origins.GetValueOrDefault(container.ImageId)),
            new AuditCell(
                new AuditLine(AuditWords.Time(container.Created)),
                new AuditLine(container.By is { } by ? $"by {AuditWords.Who(by)}" : "before the range", AuditStyle.Faint)),
            Runs(container),
            AuditCell.Of(container.Removed is { } removed ? AuditWords.Time(removed) : "no"),
        }).ToArray());

    public static AuditTable Tags(AuditReported report, int most) => new(
        "tags", "Tag moves", "Which image a tag named before and after." + Note(report.Range.TagMoves, most, "move"), "No tag was moved.",
        ["When", "Tag", "From", "To", "Who"],
        Newest(report.Range.TagMoves, most).Select(move => new[]
        {
            When(move.At, AuditWords.Position(move.Position)),
            AuditCell.Of(ImageReference.Shown(move.Reference)),
            Digested(move.From),
            Digested(move.To),
            new AuditCell(new AuditLine(AuditWords.Who(move.By)), new AuditLine(AuditWords.Line(move.By), AuditStyle.Code)),
        }).ToArray());

    public static AuditTable Programs(AuditReported report) => new(
        "programs", "Executables in thin layers",
        "Files that appeared or changed in a container's own layer and that their mode lets somebody execute, as they were when the layer was looked at."
        + (report.Range.MorePrograms > 0
            ? $" The first {AuditWords.Counted(report.Range.Programs.Count, "file")}; "
                + $"{AuditWords.Counted(report.Range.MorePrograms, "more is", "more are")} not listed."
            : "")
        + (report.Range.CutLists > 0
            ? $" {AuditWords.Counted(report.Range.CutLists, "list of changes is", "lists of changes are")} not whole in the ledger, so that there may have been others."
            : ""),
        "None was recorded.",
        ["When", "Container", "File", "Digest", "Seen at"],
        report.Range.Programs.Select(program => new[]
        {
            When(program.At, AuditWords.Position(program.Position)),
            AuditCell.Of(program.Container),
            new AuditCell(
                new AuditLine(Path(program.Change), AuditStyle.Code),
                new AuditLine($"{(program.Change.Kind == "A" ? "new" : "changed")}, {Human.Size(program.Change.Size.Value)}", AuditStyle.Faint)),
            AuditCell.Code(program.Change.Digest?.Value ?? $"not read: {program.Change.NotRead}"),
            AuditCell.Of(program.Cause),
        }).ToArray());

    public static AuditTable Operations(AuditReported report, int most) => new(
        "operations", "Operations",
        "Every command, by the events that it recorded: what, when, who, on what, from where, to or from where, and where it was seen. Times are UTC."
        + Note(report.Range.Operations, most, "operation"),
        "Nothing happened.", SevenQuestions, Newest(report.Range.Operations, most).Select(Operation).ToArray());

    public static AuditTable Refused(AuditReported report, int most) => new(
        "refused", "Refused commands", Note(report.Range.Refused, most, "command").TrimStart(), "No command was refused.", ["When", "Command", "Who", "Why"],
        Newest(report.Range.Refused, most).Select(refused => new[]
        {
            When(refused.Event.Occurred, AuditWords.Position(refused.Event.Position)),
            AuditCell.Code(AuditWords.Line(refused.Event.Origin)),
            AuditCell.Of(AuditWords.Who(refused.Event.Origin)),
            AuditCell.Of(((Domain.Roots.CommandRefused)refused.Event.Event).Text),
        }).ToArray());

    public static AuditTable Ledger(AuditReported report) => new(
        "ledger", "The ledger itself", "Redactions, events of other programs, sealed and dropped segments, adoptions.", "Nothing of it was touched.",
        ["When", "What", "Who"],
        report.Range.Ledger.Select(one => new[]
        {
            When(one.Event.Occurred, AuditWords.Position(one.Event.Position)),
            AuditCell.Of(LogSentence.Of(one.Event)),
            AuditCell.Of(AuditWords.Who(one.Event.Origin)),
        }).ToArray());

    /// <summary>The answers to the seven questions, in the order of <see cref="SevenQuestions"/>.</summary>
    public static AuditCell[] Operation(AuditedOperation operation)
    {
        var what = operation.Events.Take(MostSentences).Select(e => new AuditLine(LogSentence.Of(e.Event, e.Known), Style(e.Event)));
        var rest = operation.Count - Math.Min(operation.Events.Count, MostSentences);
        var on = operation.On.Take(MostNamed).Select(AuditWords.Subject).ToList();
        return
        [
            When(operation.From, AuditWords.Positions(operation.Positions), operation.Until - operation.From),
            new AuditCell([
                new AuditLine(AuditWords.Line(operation.Origin), AuditStyle.Code), .. Reason(operation.Origin), .. what,
                .. rest > 0 ? [new AuditLine($"and {AuditWords.Counted(rest, "further event")}", AuditStyle.Faint)] : System.Array.Empty<AuditLine>(),
            ]),
            new AuditCell([new AuditLine(AuditWords.Who(operation.Origin)), .. Faint(AuditWords.WhoElse(operation.Origin.Actor))]),
            AuditCell.Of(on.Count == 0 ? [operation.Refused ? "nothing was changed" : "nothing"]
                : operation.Subjects > on.Count ? [.. on, $"and {AuditWords.Counted(operation.Subjects - on.Count, "more", "more")}"] : on),
            AuditCell.Of(AuditWords.FromWhere(operation.Origin.Actor)),
            AuditCell.Of(operation.Places.Count == 0 ? ["this host"] : operation.Places.Take(MostNamed).Select(AuditWords.Place)),
            operation.Origin.Host.HostId.Length == 0
                ? AuditCell.Of("(redacted)")
                : new AuditCell(
                    new AuditLine($"host {Human.ShortId(operation.Origin.Host.HostId)}"),
                    new AuditLine($"boot {operation.Origin.Host.BootId.Split('-')[0]}, process {operation.Origin.Host.Pid}", AuditStyle.Faint)),
        ];
    }

    private static IEnumerable<T> Newest<T>(IReadOnlyCollection<T> all, int most) => all.Skip(Math.Max(0, all.Count - most));

    private static string Note<T>(IReadOnlyCollection<T> all, int most, string one) =>
        all.Count > most ? $" The newest {AuditWords.Counted(most, one)} of {AuditWords.Counted(all.Count, one)}; --format json or md has all of them." : "";

    private static IEnumerable<AuditLine> Reason(Origin origin) => origin.Reason is { } reason ? [new AuditLine($"reason: {reason}")] : [];

    private static IEnumerable<AuditLine> Faint(string text) => text.Length > 0 ? [new AuditLine(text, AuditStyle.Faint)] : [];

    private static AuditStyle Style(Recorded<DockEvent> recorded) =>
        recorded.Event is Domain.Roots.CommandRefused || recorded.Redaction is not null ? AuditStyle.Alarm : AuditStyle.Plain;

    private static AuditCell When(DateTimeOffset at, string positions, TimeSpan lasted = default) => new([
        new AuditLine(AuditWords.Time(at)), new AuditLine(positions, AuditStyle.Faint),
        .. LogSentence.Lasted(lasted) is { Length: > 0 } text ? [new AuditLine($"over {text}", AuditStyle.Faint)] : System.Array.Empty<AuditLine>(),
    ]);

    private static AuditCell Named(AuditedContainer container) => new([
        new AuditLine(container.Name), new AuditLine(container.Id.Short, AuditStyle.Code),
        .. container.Names.Count > 0 ? [new AuditLine($"before: {string.Join(", ", container.Names)}", AuditStyle.Faint)] : System.Array.Empty<AuditLine>(),
    ]);

    private static AuditCell Image(AuditedContainer container, Domain.Images.ImageEvent? arrival) => new([
        new AuditLine(container.Image), new AuditLine(Digest.Prefix + container.ImageId, AuditStyle.Code), .. Faint(AuditWords.Origin(arrival)),
    ]);

    private static AuditCell Runs(AuditedContainer container) => new([
        .. container.RunCount > container.Runs.Count
            ? [new AuditLine($"{AuditWords.Counted(container.RunCount - container.Runs.Count, "earlier process", "earlier processes")}", AuditStyle.Faint)]
            : System.Array.Empty<AuditLine>(),
        .. container.Runs.Count == 0 ? [new AuditLine("never started", AuditStyle.Faint)] : System.Array.Empty<AuditLine>(),
        .. container.Runs.Select(run => new AuditLine(AuditWords.Run(run), run is { Ended: not null, ExitCode: not 0 } ? AuditStyle.Alarm : AuditStyle.Plain)),
    ]);

    private static AuditCell Digested(string? image) => image is null ? AuditCell.Of("none") : AuditCell.Code(Digest.Prefix + image);

    private static string Path(Domain.Layers.PathChange change) => change.Base64
        ? Adapters.Posix.Bytes.Show(Convert.FromBase64String(change.Path))
        : change.Path;
}
