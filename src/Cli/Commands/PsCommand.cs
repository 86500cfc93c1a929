namespace EventDock.Cli.Commands;

using EventDock.Cli.Grammar;
using EventDock.Cli.Output;
using EventDock.Domain.Kernel;
using EventDock.Domain.Oci;
using EventDock.Engine;
using EventDock.Projections;
using static EventDock.Engine.Pipeline;

/// <summary><c>eventdock ps</c></summary>
public static class PsCommand
{
    private static readonly RowFormat Rows = new(
        "{{.ID}}\t{{.Image}}\t{{.Command}}\t{{.RunningFor}}\t{{.Status}}\t{{.Ports}}\t{{.Names}}",
        [
            ("ID", "CONTAINER ID"), ("Image", "IMAGE"), ("Command", "COMMAND"), ("CreatedAt", "CREATED AT"),
            ("RunningFor", "CREATED"), ("Ports", "PORTS"), ("State", "STATE"), ("Status", "STATUS"), ("Names", "NAMES"),
            ("Networks", "NETWORKS"), ("Labels", "LABELS"), ("Mounts", "MOUNTS"), ("LocalVolumes", "LOCAL VOLUMES"),
        ]);

    public static EitherAsync<DomainError, int> Run(ParsedArgs args, Session session, CancellationToken cancel) =>
        // What ended unseen is recorded before it is shown: otherwise ps would tell of processes that are gone.
        from ports in session.Read(cancel)
        from moment in Moments.AsOf(args.Text("as-of"), ports, session, cancel)
        from settled in moment.Position.IsNone && ports.Ledger.Root.IsSome ? Reconcile.Run(ports, cancel) : Done
        from rows in args.On("all") ? ports.Views.Containers.All(moment.Position, cancel) : ports.Views.ContainersRunning(moment.Position, cancel)
        let shown = Newest(rows)
        let images = Canonical(shown)
        let references = images.Values.Where(r => r.Length > 0).Distinct().ToSeq()
        from tags in shown.IsEmpty || args.On("quiet") ? Give(Seq<TagRow>()) : ports.Views.Tags.Keyed(references, moment.Position, cancel)
        let naming = new Naming(images, tags.Map(t => (t.Reference, t.Image)).ToHashSet())
        from text in args.On("quiet") && args.Text("format") is null
            ? Give(string.Concat(shown.Map(r => (args.On("no-trunc") ? r.Id.Value : r.Id.Short) + "\n")))
            : Rendered(args.Text("format"), shown, r => Row(r, naming, moment.Clock, !args.On("no-trunc"))).ToAsync()
        let printed = session.Print(text)
        let footer = Moments.Footer(session, moment)
        select 0;

    private const int MountWidth = 15;

    private static Seq<ContainerRow> Newest(Seq<ContainerRow> rows) =>
        rows.OrderByDescending(r => r.Created).ThenBy(r => r.Id.Value, StringComparer.Ordinal).ToSeq().Strict();

    /// <summary>Of each image as it was typed the tag it means; empty where that is none. Many containers have few images.</summary>
    private static Dictionary<string, string> Canonical(Seq<ContainerRow> rows) =>
        rows.Map(r => r.Image).Distinct().ToDictionary(
            text => text,
            text => ImageReference.Parse(text).Match(Right: r => r.Tagged.Canonical, Left: _ => ""),
            StringComparer.Ordinal);

    private static TemplateValue.Row Row(ContainerRow row, Naming tags, DateTimeOffset now, bool cut) =>
        TemplateValue.RowOf(
            "*formatter.containerContext",
            ("Command", Human.Command(row.Settings.Arguments, cut)),
            ("CreatedAt", Human.CreatedAt(row.Created)),
            ("ID", cut ? row.Id.Short : row.Id.Value),
            ("Image", Image(row, tags, cut)),
            ("Labels", string.Join(',', row.Settings.Labels.Map(l => $"{l.Key}={l.Value}"))),
            ("LocalVolumes", "0"),
            ("Mounts", string.Join(',', row.Settings.More.Mounts.Filter(m => m.Source.Length > 0).Map(m => cut ? Human.Ellipsis(m.Source, MountWidth) : m.Source))),
            ("Names", row.Name),
            ("Networks", row.Settings.Network),
            ("Ports", ""),
            ("RunningFor", Human.Ago(row.Created, now)),
            ("State", row.State),
            ("Status", Human.Status(row.State, row.StartedAt, row.FinishedAt, row.ExitCode, now)));

    /// <summary>As typed, while that still names the image; the image's id after the tag has moved on.</summary>
    private static string Image(ContainerRow row, Naming tags, bool cut)
    {
        var still = row.ImageId.StartsWith(row.Image.Replace(Digest.Prefix, "", StringComparison.Ordinal), StringComparison.Ordinal)
                    || tags.Now.Contains((tags.Canonical[row.Image], row.ImageId));
        return still ? row.Image : cut ? row.ImageId[..12] : Digest.Prefix + row.ImageId;
    }

    /// <param name="Canonical">What was typed, and the tag it means.</param>
    /// <param name="Now">Which tag names which image.</param>
    private sealed record Naming(IReadOnlyDictionary<string, string> Canonical, IReadOnlySet<(string Reference, string Image)> Now);

    /// <summary>As docker's ps, and no other list of its: a template that could not be filled is refused also where nothing is to be shown.</summary>
    private static Either<DomainError, string> Rendered(string? format, Seq<ContainerRow> rows, Func<ContainerRow, TemplateValue.Row> row) =>
        rows.IsEmpty
            ? Rows.Render(format, Seq1(Blank), blank => blank).Bind(_ => Rows.Render(format, rows, row))
            : Rows.Render(format, rows, row);

    private static TemplateValue.Row Blank => TemplateValue.RowOf(
        "*formatter.containerContext", Rows.Headers.Select(h => (h.Field, "")).ToArray());
}
