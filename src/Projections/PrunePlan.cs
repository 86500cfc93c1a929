namespace EventDock.Projections;

using System.Text;
using EventDock.Domain.Oci;

/// <summary>A label that must be there (with that value, where one is said), or must not.</summary>
public sealed record LabelFilter(string Key, string? Value, bool Not)
{
    /// <summary>KEY or KEY=value, as docker's --filter label= has it.</summary>
    public static LabelFilter Read(string text, bool not = false) =>
        text.IndexOf('=') is var at and >= 0 ? new LabelFilter(text[..at], text[(at + 1)..], not) : new LabelFilter(text, null, not);

    public bool Takes(Seq<Label> labels) => labels.Exists(l => l.Key == Key && (Value is null || l.Value == Value)) != Not;
}

/// <summary>What may go.</summary>
/// <param name="Images">Images without a tag; with <paramref name="All"/> every image that no container is made of.</param>
/// <param name="Containers">Containers that do not run.</param>
/// <param name="Layers">Layers that nothing stands on: results of build steps, older than <see cref="PrunePlan.InUse"/>.</param>
/// <param name="Until">Only what was created before.</param>
public sealed record PruneRequest(
    bool Images, bool Containers, bool Layers, bool All, Option<DateTimeOffset> Until, Seq<LabelFilter> Labels);

/// <summary>The views at one moment.</summary>
public sealed record PruneViews(Seq<ImageRow> Images, Seq<TagRow> Tags, Seq<LayerRow> Layers, Seq<ContainerRow> Containers)
{
    /// <summary>What is kept of the files of containers that are gone for good.</summary>
    public Seq<ContentUsage> Contents { get; init; } = Seq<ContentUsage>();
}

/// <param name="References">All its names, canonical.</param>
public sealed record PrunedImage(string Id, Seq<string> References);

/// <summary>Exactly what goes, and how many bytes that frees.</summary>
public sealed record PrunePlan(Seq<string> Containers, Seq<PrunedImage> Images, Seq<string> Layers)
{
    /// <summary>A build may be about to use a younger layer.</summary>
    public static readonly TimeSpan InUse = TimeSpan.FromHours(1);

    private const int DigestLength = 16;

    /// <summary>Bytes of every layer that goes with it, thin ones included; what is not to be seen in the plan's id.</summary>
    public required IReadOnlyDictionary<string, long> Sizes { get; init; }

    /// <summary>Kept files of containers that had gone before.</summary>
    public Seq<ContentUsage> Contents { get; init; } = Seq<ContentUsage>();

    public long Bytes => Sizes.Values.Sum() + Contents.Sum(c => c.Bytes);

    /// <summary>Bytes of those of its layers that are named.</summary>
    public long SizeOf(IEnumerable<string> ids) =>
        ids.Distinct(StringComparer.Ordinal).Sum(id => Sizes.TryGetValue(id, out var size) ? size : 0);

    public bool IsEmpty => Containers.IsEmpty && Images.IsEmpty && Layers.IsEmpty && Contents.IsEmpty;

    /// <summary>One line a thing, in order: what <see cref="Digest"/> is of, and what is shown.</summary>
    public IReadOnlyList<string> Lines =>
    [
        .. Containers.Map(c => $"container {c}").Strict(),
        .. Images.Map(i => $"image {string.Join(' ', i.References.Prepend(i.Id))}").Strict(),
        .. Layers.Map(l => $"layer {l}").Strict(),
        .. Contents.Map(c => $"content {c.Container}").Strict(),
    ];

    /// <summary>The same list has the same.</summary>
    public string Digest => Domain.Oci.Digest.Of(Encoding.UTF8.GetBytes(string.Join('\n', Lines))).Hex[..DigestLength];

    public static PrunePlan Of(PruneRequest request, PruneViews views, DateTimeOffset now)
    {
        var containers = request.Containers ? views.Containers.Where(c => Goes(request, c)).ToArray() : [];
        var gone = containers.Select(c => c.Id.Value).ToHashSet(StringComparer.Ordinal);
        var staying = views.Containers.Where(c => !gone.Contains(c.Id.Value)).ToArray();
        var used = staying.Select(c => c.ImageId).ToHashSet(StringComparer.Ordinal);
        var tags = views.Tags.ToLookup(t => t.Image, StringComparer.Ordinal);
        var images = request.Images
            ? views.Images.Where(i => !used.Contains(i.Id) && Goes(request, i, tags[i.Id])).ToArray()
            : [];
        var usage = DiskUsage.Of(views.Images, views.Layers, views.Containers);
        var layers = request.Layers ? usage.Unheld.Where(l => l.Created < now - InUse && Before(request, l.Created)).ToArray() : [];
        var leaving = images.Select(i => i.Id).ToHashSet(StringComparer.Ordinal);
        var kept = views.Images.Where(i => !leaving.Contains(i.Id)).SelectMany(i => i.Content.Layers).Select(l => l.Id)
            .Concat(DiskUsage.Held(views.Layers, staying)).ToHashSet(StringComparer.Ordinal);
        return new PrunePlan(
            Sorted(containers.Select(c => c.Id.Value)),
            images.OrderBy(i => i.Id, StringComparer.Ordinal)
                .Select(i => new PrunedImage(i.Id, Sorted(tags[i.Id].Select(t => t.Reference)))).ToArray().ToSeq().Strict(),
            Sorted(layers.Select(l => l.Id)))
        {
            // Of what has gone neither age nor labels are asked: with a filter it stays.
            Contents = request is { Containers: true, Until.IsNone: true, Labels.IsEmpty: true }
                ? views.Contents.OrderBy(c => c.Container, StringComparer.Ordinal).ToArray().ToSeq().Strict()
                : Seq<ContentUsage>(),
            Sizes = images.SelectMany(i => i.Content.Layers).DistinctBy(l => l.Id).Where(l => !kept.Contains(l.Id))
                .Select(l => (l.Id, l.Size))
                .Concat(layers.Select(l => (l.Id, l.Size)))
                .Concat(views.Layers.Where(l => gone.Contains(l.Id)).Select(l => (l.Id, Size: l.WrittenBytes)))
                .ToDictionary(l => l.Id, l => l.Size.Value, StringComparer.Ordinal),
        };
    }

    private static bool Goes(PruneRequest request, ContainerRow container) =>
        container.State is ContainerRow.CreatedState or ContainerRow.Exited
        && Before(request, container.Created)
        && request.Labels.ForAll(f => f.Takes(container.Settings.Labels));

    private static bool Goes(PruneRequest request, ImageRow image, IEnumerable<TagRow> tags) =>
        (request.All || tags.All(t => t.Reference.Contains('@')))
        && Before(request, image.Content.Created ?? DateTimeOffset.UnixEpoch)
        && request.Labels.ForAll(f => f.Takes(image.Content.Run.Labels));

    private static bool Before(PruneRequest request, DateTimeOffset created) => request.Until.ForAll(until => created <= until);

    private static Seq<string> Sorted(IEnumerable<string> names) => names.Order(StringComparer.Ordinal).ToArray().ToSeq().Strict();
}
