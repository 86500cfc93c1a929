namespace EventDock.Projections;

/// <summary>Who has a layer.</summary>
/// <param name="Images">Each image that has it, once.</param>
/// <param name="Containers">Each container above it, of which there is an image or not.</param>
public sealed record LayerUsers(Seq<TreeImage> Images, Seq<ContainerUsage> Containers)
{
    private static readonly LayerUsers Nobody = new(Seq<TreeImage>(), Seq<ContainerUsage>());

    /// <summary>Of every layer of a tree that somebody has.</summary>
    public static Func<string, LayerUsers> Of(LayerTree tree)
    {
        var images = new Dictionary<string, List<TreeImage>>(StringComparer.Ordinal);
        var orphans = new Dictionary<string, List<ContainerUsage>>(StringComparer.Ordinal);
        var layers = tree.Layers.ToArray();
        foreach (var image in layers.SelectMany(l => l.Images))
        {
            foreach (var layer in image.Image.Content.Layers.DistinctBy(l => l.Id))
            {
                Add(images, layer.Id, image);
            }
        }

        // Depth first, so that from the end on all that stands on a layer has been seen before it.
        foreach (var layer in Enumerable.Reverse(layers))
        {
            foreach (var orphan in layer.Orphans.Concat(layer.Above.SelectMany(a => orphans.GetValueOrDefault(a.Layer.Id) ?? [])))
            {
                Add(orphans, layer.Layer.Id, orphan);
            }
        }

        // A thin layer has its container's id, and is that container's alone.
        var thin = images.Values.SelectMany(i => i).DistinctBy(i => i.Image.Id).Concat(tree.Bare).SelectMany(i => i.Containers)
            .Concat(layers.SelectMany(l => l.Orphans))
            .ToDictionary(c => c.Container.Id.Value, StringComparer.Ordinal);
        return id => thin.TryGetValue(id, out var own) ? new LayerUsers(Seq<TreeImage>(), Seq1(own))
            : images.ContainsKey(id) || orphans.ContainsKey(id)
            ? new LayerUsers(
                (images.GetValueOrDefault(id) ?? []).ToSeq().Strict(),
                (images.GetValueOrDefault(id) ?? []).SelectMany(i => i.Containers).Concat(orphans.GetValueOrDefault(id) ?? []).ToArray().ToSeq().Strict())
            : Nobody;
    }

    private static void Add<T>(Dictionary<string, List<T>> to, string key, T value)
    {
        if (!to.TryGetValue(key, out var list))
        {
            to[key] = list = [];
        }

        list.Add(value);
    }
}
