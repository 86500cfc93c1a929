namespace EventDock.Cli.Output;

using System.Globalization;
using EventDock.Cli.Commands;
using EventDock.Domain.Images;
using EventDock.Domain.Kernel;
using EventDock.Domain.Ledger;
using EventDock.Domain.Oci;
using EventDock.Projections;

/// <summary>The words of an audit report, whatever form it is printed in.</summary>
public static class AuditWords
{
    /// <summary>UTC, to the second.</summary>
    public static string Time(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    public static string Position(long position) => string.Create(CultureInfo.InvariantCulture, $"#{position}");

    public static string Positions(IReadOnlyList<PositionRun> runs)
    {
        const int most = 4;
        var text = string.Join(", ", runs.Take(most).Select(run => run.First == run.Last ? Position(run.First) : $"{Position(run.First)}–{Position(run.Last)}"));
        return runs.Count > most ? $"{text}, … {Position(runs[^1].Last)}" : text;
    }

    public static string Counted(long count, string one, string? many = null) =>
        string.Create(CultureInfo.InvariantCulture, $"{count:N0} {(count == 1 ? one : many ?? one + "s")}");

    /// <summary>The person, as far as the kernel knows; and the program of EventDock's own that saw it.</summary>
    public static string Who(Origin origin) =>
        Seer(origin.Line) is { } seer ? $"EventDock ({seer})" : LogText.Who(origin.Actor);

    /// <summary>What else is known of who it was: of a name the uid, too, since that is what the kernel vouches for.</summary>
    public static string WhoElse(Actor actor)
    {
        if (actor.Uid == RedactedForm.Nobody.Uid)
        {
            return "";
        }

        var login = actor.LoginUid != Actor.Unset;
        var words = new List<string>();
        if (actor.Name is not null && login)
        {
            words.Add($"login uid {actor.LoginUid}");
        }

        if (login || actor.SudoUid is not null || (actor.Name is not null && actor.Uid != 0))
        {
            words.Add(string.Create(CultureInfo.InvariantCulture, $"as uid {actor.Uid}"));
        }

        if (actor.SudoUid is { } sudo && (login || actor.Name is not null))
        {
            words.Add($"by sudo of uid {sudo}");
        }

        return string.Join(", ", words);
    }

    public static IEnumerable<string> FromWhere(Actor actor)
    {
        if (actor.SshClient is { } ssh)
        {
            yield return $"ssh from {ssh}";
        }

        if (actor.Terminal is { } terminal)
        {
            yield return terminal;
        }

        if (actor.Executable is { } program)
        {
            yield return program;
        }

        if (actor is { SshClient: null, Terminal: null, Executable: null })
        {
            yield return "not known";
        }
    }

    public static string Line(Origin origin) =>
        origin.Line.IsEmpty ? "(redacted)" : string.Join(' ', origin.Line.Map(LogSentence.Word));

    public static string Subject(AuditedSubject subject) => subject.Kind switch
    {
        SubjectKind.Container => subject.Name == Human.ShortId(subject.Id) ? $"container {subject.Name}" : $"container {subject.Name} ({Human.ShortId(subject.Id)})",
        SubjectKind.Image => subject.Name.Length > 0 ? $"image {subject.Name} ({Human.ShortId(subject.Id)})" : $"image {Human.ShortId(subject.Id)}",
        SubjectKind.Tag => $"tag {subject.Name}",
        SubjectKind.Layer => $"layer {Human.ShortId(subject.Id)}",
        SubjectKind.BuildStep => $"build step {Human.ShortId(subject.Id)}",
        SubjectKind.Bookmark => $"bookmark {subject.Name}",
        SubjectKind.Root => $"root {Human.ShortId(subject.Id)}",
        SubjectKind.Store => $"the store: {subject.Name}",
        SubjectKind.Ledger => $"the ledger, {subject.Name}",
        SubjectKind.Stream => $"{subject.Name} (redacted)",
        _ => throw new System.Diagnostics.UnreachableException($"no word for {subject.Kind}"),
    };

    public static string Place(AuditedPlace place) => place.Kind switch
    {
        PlaceKind.PulledFrom => $"from the registry {place.Where}: {place.What}",
        PlaceKind.PushedTo => $"to the registry {place.Where}: {place.What}",
        PlaceKind.ImportedFrom => $"from {(place.Where == "-" ? "standard input" : place.Where)}",
        PlaceKind.LoadedFrom => $"from {(place.Where == "-" ? "standard input" : place.Where)}",
        PlaceKind.CopiedIn => $"into {place.Where}, to {place.What}",
        PlaceKind.CopiedOut => $"out of {place.Where} to the caller: {place.What}",
        PlaceKind.Exported => $"out of {place.Where} to the caller: all files",
        _ => throw new System.Diagnostics.UnreachableException($"no word for {place.Kind}"),
    };

    public static string Right(ContainerRight right) => right.Kind switch
    {
        RightKind.Privileged => "privileged: all capabilities and devices, no filter of system calls",
        RightKind.PrivilegedExec => $"privileged exec: {right.Detail}",
        RightKind.HostNamespace => $"host namespace: {right.Detail}",
        RightKind.JoinedNamespace => $"another container's namespace: {right.Detail}",
        RightKind.Unconfined => $"security option: {right.Detail}",
        RightKind.Capability => $"added capability: {right.Detail}",
        RightKind.Device => $"device: {right.Detail}",
        RightKind.HostMount => $"host mount: {right.Detail}",
        _ => throw new System.Diagnostics.UnreachableException($"no word for {right.Kind}"),
    };

    public static string Run(AuditedRun run) => run switch
    {
        { Failed: not null } => string.Create(CultureInfo.InvariantCulture, $"{Time(run.Started)} could not be started ({run.ExitCode})"),
        { Ended: null } => $"{Time(run.Started)} – still running",
        { ExitCode: { } code } => string.Create(
            CultureInfo.InvariantCulture, $"{Span(run.Started, run.Ended.Value)}, exit {code}{(run.OutOfMemory ? ", out of memory" : "")}"),
        _ => $"{Span(run.Started, run.Ended.Value)}, exit code not seen",
    };

    /// <summary>The day once, where it is the same.</summary>
    private static string Span(DateTimeOffset from, DateTimeOffset until) =>
        $"{Time(from)} – {(from.UtcDateTime.Date == until.UtcDateTime.Date ? Time(until)[11..] : Time(until))}";

    /// <summary>Where an image came from, with the digest that stood for it there.</summary>
    public static string Origin(ImageEvent? arrival) => arrival switch
    {
        ImagePulled e => $"pulled as {ImageReference.Shown(e.Reference)}@{e.Manifest.Value}",
        ImageBuilt e => e.Base is { } from ? $"built here on {Digest.Prefix}{from}" : "built here from scratch",
        ImageImported e => $"imported from {(e.Source == "-" ? "standard input" : e.Source)}",
        ImageCommitted e => $"committed from container {Human.ShortId(e.Container)}",
        ImageLoaded e => $"loaded from {(e.Source == "-" ? "standard input" : e.Source)}{(e.Manifest is { } manifest ? $" as {manifest.Value}" : "")}",
        _ => "",
    };

    /// <summary>What conmon and a container's life call by themselves; nobody has typed it.</summary>
    private static string? Seer(Seq<string> line) => line.Count > 1 ? line[1] switch
    {
        ContainerEndedCommand.Word or ExecEndedCommand.Word => "the container's monitor",
        RecordWritesCommand.Word => "record-interval",
        _ => null,
    } : null;
}
