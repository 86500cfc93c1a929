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
            ("Networks", "NETWORKS"), ("Labels", "LABELS"), ("Mounts", "MOUNTS"), ("LocalVolumes", "LOCAL VOLUMES"), ("Size", "SIZE"),
        ])
    {
        HasLabels = true,
    };

    private static readonly RowFormat WithSizes = Rows with { Columns = Rows.Columns + "\t{{.Size}}" };

    public static EitherAsync<DomainError, int> Run(ParsedArgs args, Session session, CancellationToken cancel) =>
        from ports in session.Read(cancel)
        from moment in Moments.AsOf(args, ports, session, cancel)
        from filters in ContainerFilterFlags.Parse(
            args.All("filter"),
            text => Find.Container(ports, text, moment.Position, cancel),
            text => Find.Image(ports, text, moment.Position, cancel))
        let most = Most(args)
        from present in Settled(
            ports, moment.Position.IsNone && ports.Ledger.Root.IsSome, args.On("all") || most.IsSome || filters.AskForAll, moment.Position, cancel)
        from removed in args.On("removed") ? RemovedRows(ports, moment.Position, cancel) : Give(NoneRemoved)
        let rows = removed.IsEmpty ? present : present + removed.Rows
        from known in filters.Ancestors.IsSome ? ports.Views.Images.All(moment.Position, cancel) : Give(Seq<ImageRow>())
        let shown = filters.Of(rows, known, most)
        from sizes in HasSizes(args) ? Sizes(ports, shown, moment.Position, cancel) : Give(NoSizes)
        let images = Canonical(shown)
        let references = images.Values.Where(r => r.Length > 0).Distinct().ToSeq()
        from tags in shown.IsEmpty || args.On("quiet") ? Give(Seq<TagRow>()) : ports.Views.Tags.Keyed(references, moment.Position, cancel)
        let naming = new Naming(images, tags.Map(t => (t.Reference, t.Image)).ToHashSet())
        from text in args.On("quiet") && args.Text("format") is null
            ? Give(string.Concat(shown.Map(r => (args.On("no-trunc") ? r.Id.Value : r.Id.Short) + "\n")))
            : Rendered(
                args.On("size") ? WithSizes : Rows, args.Text("format"), shown,
                r => Row(r, naming, sizes(r), removed.Status(r, moment.Clock), moment.Clock, !args.On("no-trunc"))).ToAsync()
        let printed = session.Print(text)
        let footer = Moments.Footer(session, moment)
        select 0;

    private const int MountWidth = 15;

    /// <summary>Containers that are not there any more, and when each was removed.</summary>
    private sealed record RemovedContainers(Seq<ContainerRow> Rows, IReadOnlyDictionary<string, DateTimeOffset> At)
    {
        public bool IsEmpty => Rows.IsEmpty;

        public string Status(ContainerRow row, DateTimeOffset now) => row.State == ContainerRow.Removed
            ? $"Removed {Human.Ago(At[row.Id.Value], now)}"
            : Human.Status(row.Status, row.StartedAt, row.FinishedAt, row.ExitCode, now);
    }

    private static readonly RemovedContainers NoneRemoved = new(Seq<ContainerRow>(), new Dictionary<string, DateTimeOffset>());

    private static EitherAsync<DomainError, RemovedContainers> RemovedRows(Ports ports, Option<long> position, CancellationToken cancel) =>
        ports.Views.RemovedContainers.Find(new EndedQuery(position), cancel).Map(ended => new RemovedContainers(
            ended.Map(e => e.Row with { State = ContainerRow.Removed, Paused = false }).Strict(),
            ended.ToDictionary(e => e.Row.Id.Value, e => e.At, StringComparer.Ordinal)));

    /// <summary>
    /// What ended unseen is recorded before it is shown: otherwise ps would tell of processes that are gone. Seldom is there anything to
    /// record: so the rows are read once, and again only then.
    /// </summary>
    private static EitherAsync<DomainError, Seq<ContainerRow>> Settled(
        Ports ports, bool now, bool all, Option<long> position, CancellationToken cancel)
    {
        return
            from first in Read()
            from changed in now
                ? Reconcile.Rows(ports, first.Filter(r => r.State is ContainerRow.Starting or ContainerRow.Running).Strict(), cancel)
                : Give(false)
            from rows in changed ? Read() : Give(first)
            select all ? rows : rows.Filter(r => r.State == ContainerRow.Running).Strict();

        EitherAsync<DomainError, Seq<ContainerRow>> Read() =>
            all ? ports.Views.Containers.All(position, cancel)
            : now ? ports.Views.ContainersUnended(cancel)
            : ports.Views.ContainersRunning(position, cancel);
    }

    /// <summary>-l and -n; none or less than none is no bound.</summary>
    private static Option<int> Most(ParsedArgs args) =>
        args.Number("last") is { } last and not -1
            ? last > 0 ? Some((int)Math.Min(last, int.MaxValue)) : None
            : args.On("latest") ? Some(1) : None;

    private static bool HasSizes(ParsedArgs args) =>
        args.On("size") || args.Text("format")?.Contains(".Size", StringComparison.Ordinal) == true;

    private static readonly Func<ContainerRow, string> NoSizes = _ => Human.Size(0);

    /// <summary>What a container has written, as recorded, and that with its image: no file is looked at.</summary>
    private static EitherAsync<DomainError, Func<ContainerRow, string>> Sizes(
        Ports ports, Seq<ContainerRow> rows, Option<long> at, CancellationToken cancel) =>
        from present in ports.Views.Layers.Keyed(rows.Map(r => r.Id.Value).Strict(), at, cancel)
        from removed in rows.Exists(r => r.State == ContainerRow.Removed)
            ? ports.Views.RemovedLayers.Find(
                new EndedQuery(at) { Keys = rows.Filter(r => r.State == ContainerRow.Removed).Map(r => r.Id.Value).Strict() }, cancel)
            : Give(Seq<Ended<LayerRow>>())
        let layers = present + removed.Map(e => e.Row).Strict()
        from images in ports.Views.Images.Keyed(rows.Map(r => r.ImageId).Distinct().ToSeq(), at, cancel)
        let written = layers.ToDictionary(l => l.Id, l => l.WrittenBytes.Value, StringComparer.Ordinal)
        let below = images.ToDictionary(i => i.Id, i => i.Content.Size.Value, StringComparer.Ordinal)
        select new Func<ContainerRow, string>(row =>
        {
            var own = written.GetValueOrDefault(row.Id.Value);
            var whole = own + below.GetValueOrDefault(row.ImageId);
            return whole > 0 ? $"{Human.Size(own)} (virtual {Human.Size(whole)})" : Human.Size(own);
        });

    /// <summary>Of each image as it was typed the tag it means; empty where that is none. Many containers have few images.</summary>
    private static Dictionary<string, string> Canonical(Seq<ContainerRow> rows) =>
        rows.Map(r => r.Image).Distinct().ToDictionary(
            text => text,
            text => ImageReference.Parse(text).Match(Right: r => r.Tagged.Canonical, Left: _ => ""),
            StringComparer.Ordinal);

    private static TemplateValue.Row Row(ContainerRow row, Naming tags, string size, string status, DateTimeOffset now, bool cut) =>
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
            ("Size", size),
            ("State", row.Status),
            ("Status", status)) with
        {
            Method = new TemplateMethod("Label", key => row.Settings.Labels.Find(l => l.Key == key).Map(l => l.Value).IfNone("")),
        };

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
    private static Either<DomainError, string> Rendered(
        RowFormat list, string? format, Seq<ContainerRow> rows, Func<ContainerRow, TemplateValue.Row> row) =>
        rows.IsEmpty
            ? list.Render(format, Seq1(Blank), blank => blank).Bind(_ => list.Render(format, rows, row))
            : list.Render(format, rows, row);

    private static TemplateValue.Row Blank => TemplateValue.RowOf(
        "*formatter.containerContext", Rows.Headers.Select(h => (h.Field, "")).ToArray()) with
    {
        Method = new TemplateMethod("Label", _ => ""),
    };
}
