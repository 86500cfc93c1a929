namespace EventDock.Projections;

/// <summary>What one image takes: bytes in layers that other images have, too, and in layers that it alone has.</summary>
/// <param name="Containers">Made of it, whatever their state.</param>
public sealed record ImageUsage(ImageRow Image, long Shared, long Unique, int Containers);

/// <param name="Written">Bytes of the files that it has added or changed, as recorded.</param>
public sealed record ContainerUsage(ContainerRow Container, long Written);

/// <summary>Files of a container's layer that are kept beyond the layer (--record content).</summary>
/// <param name="IsHeld">The container is there.</param>
public sealed record ContentUsage(string Container, int Archives, long Bytes, bool IsHeld);

/// <summary>What images, containers and layers of no image take on disk, as the ledger knows it: no file is looked at.</summary>
/// <param name="ImageBytes">Of the images' layers, each counted once.</param>
/// <param name="Unheld">Layers that no image and no container stands on: results of build steps.</param>
public sealed record DiskUsage(Seq<ImageUsage> Images, long ImageBytes, Seq<ContainerUsage> Containers, Seq<LayerRow> Unheld)
{
    /// <summary>Kept files of containers, those of removed ones included.</summary>
    public Seq<ContentUsage> Contents { get; init; } = Seq<ContentUsage>();

    public int ActiveImages => Images.Count(i => i.Containers > 0);

    /// <summary>What is not in an image of which there are containers alone; docker counts it so.</summary>
    public long ReclaimableImages => ImageBytes - Images.Where(i => i.Containers > 0).Sum(i => i.Unique);

    public int ActiveContainers => Containers.Count(IsActive);

    public long ContainerBytes => Containers.Sum(c => c.Written);

    public long ReclaimableContainers => Containers.Where(c => !IsActive(c)).Sum(c => c.Written);

    public long UnheldBytes => Unheld.Sum(l => l.Size.Value);

    public static DiskUsage Of(Seq<ImageRow> images, Seq<LayerRow> layers, Seq<ContainerRow> containers)
    {
        // An image has each of its layers once, however often its manifest names it.
        var own = images.Select(image => (Image: image, Layers: image.Content.Layers.DistinctBy(l => l.Id).ToArray())).ToArray();
        var users = new Dictionary<string, int>(StringComparer.Ordinal);
        long total = 0;
        foreach (var layer in own.SelectMany(i => i.Layers))
        {
            if (!users.TryAdd(layer.Id, 1))
            {
                users[layer.Id]++;
            }
            else
            {
                total += layer.Size.Value;
            }
        }

        var made = containers.GroupBy(c => c.ImageId, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Count(), StringComparer.Ordinal);
        var held = Held(layers, containers);
        return new DiskUsage(
            own.Select(i => new ImageUsage(
                i.Image,
                i.Layers.Where(l => users[l.Id] > 1).Sum(l => l.Size.Value),
                i.Layers.Where(l => users[l.Id] == 1).Sum(l => l.Size.Value),
                made.GetValueOrDefault(i.Image.Id))).ToArray().ToSeq().Strict(),
            total,
            Written(layers, containers),
            layers.Where(l => l.Container is null && !users.ContainsKey(l.Id) && !held.Contains(l.Id)).ToArray().ToSeq().Strict());
    }

    /// <summary>Layers below containers: an image may have been removed under one.</summary>
    public static IReadOnlySet<string> Held(Seq<LayerRow> layers, IEnumerable<ContainerRow> containers)
    {
        var byId = layers.ToDictionary(l => l.Id, StringComparer.Ordinal);
        var held = new System.Collections.Generic.HashSet<string>(StringComparer.Ordinal);
        foreach (var container in containers)
        {
            for (var at = byId.GetValueOrDefault(container.Id.Value)?.Parent; at is not null && held.Add(at);)
            {
                at = byId.GetValueOrDefault(at)?.Parent;
            }
        }

        return held;
    }

    internal static Seq<ContainerUsage> Written(Seq<LayerRow> layers, Seq<ContainerRow> containers)
    {
        var thin = layers.Where(l => l.Container is not null).ToDictionary(l => l.Id, l => l.WrittenBytes.Value, StringComparer.Ordinal);
        return containers.Select(c => new ContainerUsage(c, thin.GetValueOrDefault(c.Id.Value))).ToArray().ToSeq().Strict();
    }

    private static bool IsActive(ContainerUsage usage) => usage.Container.State is ContainerRow.Running or ContainerRow.Starting;
}
