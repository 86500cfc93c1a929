namespace EventDock.Cli.Commands;

using System.Globalization;
using EventDock.Cli.Grammar;
using EventDock.Cli.Output;
using EventDock.Domain.Kernel;
using EventDock.Domain.Oci;
using EventDock.Engine;
using EventDock.Projections;

/// <summary><c>eventdock system df</c>, docker's columns; of the views alone.</summary>
public static class SystemDfCommand
{
    private static readonly RowFormat Kinds = new(
        "{{.Type}}\t{{.TotalCount}}\t{{.Active}}\t{{.Size}}\t{{.Reclaimable}}",
        [("Type", "TYPE"), ("TotalCount", "TOTAL"), ("Active", "ACTIVE"), ("Size", "SIZE"), ("Reclaimable", "RECLAIMABLE")]);

    private static readonly RowFormat Images = new(
        "{{.Repository}}\t{{.Tag}}\t{{.ID}}\t{{.CreatedSince}}\t{{.Size}}\t{{.SharedSize}}\t{{.UniqueSize}}\t{{.Containers}}",
        [
            ("Repository", "REPOSITORY"), ("Tag", "TAG"), ("ID", "IMAGE ID"), ("CreatedSince", "CREATED"), ("Size", "SIZE"),
            ("SharedSize", "SHARED SIZE"), ("UniqueSize", "UNIQUE SIZE"), ("Containers", "CONTAINERS"),
        ]);

    private static readonly RowFormat Containers = new(
        "{{.ID}}\t{{.Image}}\t{{.Command}}\t{{.LocalVolumes}}\t{{.Size}}\t{{.RunningFor}}\t{{.Status}}\t{{.Names}}",
        [
            ("ID", "CONTAINER ID"), ("Image", "IMAGE"), ("Command", "COMMAND"), ("LocalVolumes", "LOCAL VOLUMES"), ("Size", "SIZE"),
            ("RunningFor", "CREATED"), ("Status", "STATUS"), ("Names", "NAMES"),
        ]);

    private static readonly RowFormat Unheld = new(
        "{{.ID}}\t{{.Size}}\t{{.CreatedSince}}", [("ID", "CACHE ID"), ("Size", "SIZE"), ("CreatedSince", "CREATED")]);

    public static EitherAsync<DomainError, int> Run(ParsedArgs args, Session session, CancellationToken cancel) =>
        from ports in session.Read(cancel)
        from moment in Moments.AsOf(args, ports, session, cancel)
        from images in ports.Views.Images.All(moment.Position, cancel)
        from layers in ports.Views.Layers.All(moment.Position, cancel)
        from containers in ports.Views.Containers.All(moment.Position, cancel)
        from tags in args.On("verbose") ? ports.Views.Tags.All(moment.Position, cancel) : RightAsync<DomainError, Seq<TagRow>>(Seq<TagRow>())
        from contents in KeptContents.Usage(ports, containers, moment.Position, cancel)
        let usage = DiskUsage.Of(images, layers, containers) with { Contents = contents }
        from text in (args.On("verbose") ? Verbose(usage, tags, moment.Clock) : Brief(args.Text("format"), usage)).ToAsync()
        let printed = session.Print(text)
        let footer = Moments.Footer(session, moment)
        select 0;

    private static Either<DomainError, string> Brief(string? format, DiskUsage usage) =>
        Kinds.Render(
            format,
            Seq(
                Kind("Images", usage.Images.Count, usage.ActiveImages, usage.ImageBytes, usage.ReclaimableImages),
                Kind("Containers", usage.Containers.Count, usage.ActiveContainers, usage.ContainerBytes, usage.ReclaimableContainers),
                Kind("Local Volumes", 0, 0, 0, 0),
                Kind("Build Cache", usage.Unheld.Count, 0, usage.UnheldBytes, usage.UnheldBytes))
            + Contents(usage.Contents),
            row => row);

    /// <summary>Something that docker has not: there is a row of it only where there is some of it.</summary>
    private static Seq<TemplateValue.Row> Contents(Seq<ContentUsage> kept) =>
        kept.ForAll(k => k.Archives == 0)
            ? Seq<TemplateValue.Row>()
            : Seq1(Kind(
                "Kept Contents", kept.Sum(k => k.Archives), kept.Where(k => k.IsHeld).Sum(k => k.Archives), kept.Sum(k => k.Bytes),
                kept.Where(k => !k.IsHeld).Sum(k => k.Bytes)));

    private static TemplateValue.Row Kind(string type, int total, int active, long size, long reclaimable) =>
        TemplateValue.RowOf(
            "*formatter.diskUsageContext",
            ("Active", Number(active)),
            ("Reclaimable", size > 0
                ? $"{Human.ProgressSize(reclaimable)} ({(reclaimable * 100 / size).ToString(CultureInfo.InvariantCulture)}%)"
                : Human.ProgressSize(reclaimable)),
            ("Size", Human.ProgressSize(size)),
            ("TotalCount", Number(total)),
            ("Type", type));

    private static Either<DomainError, string> Verbose(DiskUsage usage, Seq<TagRow> tags, DateTimeOffset now)
    {
        var names = tags.ToLookup(t => t.Image, StringComparer.Ordinal);
        var images = usage.Images.OrderByDescending(i => i.Image.Content.Created ?? DateTimeOffset.UnixEpoch)
            .ThenBy(i => i.Image.Id, StringComparer.Ordinal).ToArray().ToSeq();
        return Images.Render(null, images, i => Row(i, names[i.Image.Id], now)).Bind(ofImages =>
            Containers.Render(null, usage.Containers, c => Row(c, now)).Bind(ofContainers =>
                Unheld.Render(null, usage.Unheld, l => Row(l, now)).Map(ofLayers =>
                    $"Images space usage:\n\n{ofImages}\nContainers space usage:\n\n{ofContainers}\nLocal Volumes space usage:\n\n"
                    + $"{Table.Format(Seq("VOLUME NAME", "LINKS", "SIZE"), Seq<Seq<string>>())}\n"
                    + $"Build cache usage: {Human.ProgressSize(usage.UnheldBytes)}\n\n{ofLayers}")));
    }

    private static TemplateValue.Row Row(ImageUsage usage, IEnumerable<TagRow> tags, DateTimeOffset now)
    {
        var name = tags.Select(t => ImageReference.Parse(t.Reference).ToOption()).Where(r => r.Exists(n => n.Tag is not null)).FirstOrDefault();
        return TemplateValue.RowOf(
            "*formatter.imageContext",
            ("Containers", Number(usage.Containers)),
            ("CreatedSince", usage.Image.Content.Created is { } created ? Human.Ago(created, now) : "N/A"),
            ("ID", usage.Image.Id[..12]),
            ("Repository", name.Match(Some: n => n.FamiliarRepository, None: () => "<none>")),
            ("SharedSize", Human.ProgressSize(usage.Shared)),
            ("Size", Human.ProgressSize(usage.Shared + usage.Unique)),
            ("Tag", name.Match(Some: n => n.Tag ?? "<none>", None: () => "<none>")),
            ("UniqueSize", Human.ProgressSize(usage.Unique)));
    }

    private static TemplateValue.Row Row(ContainerUsage usage, DateTimeOffset now) =>
        TemplateValue.RowOf(
            "*formatter.containerContext",
            ("Command", Human.Command(usage.Container.Settings.Arguments, cut: true)),
            ("ID", usage.Container.Id.Short),
            ("Image", usage.Container.Image),
            ("LocalVolumes", "0"),
            ("Names", usage.Container.Name),
            ("RunningFor", Human.Ago(usage.Container.Created, now)),
            ("Size", Human.ProgressSize(usage.Written)),
            ("Status", Human.Status(
                usage.Container.Status, usage.Container.StartedAt, usage.Container.FinishedAt, usage.Container.ExitCode, now)));

    private static TemplateValue.Row Row(LayerRow layer, DateTimeOffset now) =>
        TemplateValue.RowOf(
            "*formatter.buildCacheContext",
            ("CreatedSince", Human.Ago(layer.Created, now)),
            ("ID", layer.Id[..12]),
            ("Size", Human.ProgressSize(layer.Size.Value)));

    private static string Number(int count) => count.ToString(CultureInfo.InvariantCulture);
}
