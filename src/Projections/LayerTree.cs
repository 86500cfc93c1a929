namespace EventDock.Projections;

using EventDock.Domain.Oci;

/// <summary>An image where its layers end.</summary>
/// <param name="Names">As docker shows them; none of an image without a tag.</param>
/// <param name="Containers">Made of it.</param>
public sealed record TreeImage(ImageRow Image, Seq<string> Names, Seq<ContainerUsage> Containers);

/// <summary>A layer, and all that stands on it.</summary>
/// <param name="Images">That end here.</param>
/// <param name="Orphans">Containers that end here, whose image has been removed.</param>
/// <param name="UsedBy">Images that have the layer, here or further up.</param>
/// <param name="Runs">Containers that have it.</param>
public sealed record TreeLayer(
    LayerRow Layer, Seq<TreeImage> Images, Seq<ContainerUsage> Orphans, Seq<TreeLayer> Above, int UsedBy, int Runs);

/// <summary>All committed layers, each once, by what they stand on; with the images and containers that use them.</summary>
/// <param name="Bare">Images without a layer.</param>
public sealed record LayerTree(Seq<TreeLayer> Roots, Seq<TreeImage> Bare)
{
    /// <summary>Depth first, as the tree is shown.</summary>
    public IEnumerable<TreeLayer> Layers
    {
        get
        {
            var found = new List<TreeLayer>();
            var left = new Stack<TreeLayer>(Roots.Rev());
            while (left.TryPop(out var layer))
            {
                found.Add(layer);
                foreach (var above in layer.Above.Rev())
                {
                    left.Push(above);
                }
            }

            return found;
        }
    }

    /// <summary>Of all layers.</summary>
    public long Bytes => Layers.Sum(l => l.Layer.Size.Value);

    /// <summary>Of these images alone: what they have, and the containers that are made of them.</summary>
    public static PruneViews Only(PruneViews views, IReadOnlySet<string> images)
    {
        var kept = views.Images.Filter(i => images.Contains(i.Id)).Strict();
        var layers = kept.Bind(i => i.Content.Layers).Map(l => l.Id).ToHashSet(StringComparer.Ordinal);
        var containers = views.Containers.Filter(c => images.Contains(c.ImageId)).Strict();
        return new PruneViews(
            kept, views.Tags, views.Layers.Filter(l => l.Container is not null || layers.Contains(l.Id)).Strict(), containers);
    }

    public static LayerTree Of(PruneViews views)
    {
        var committed = views.Layers.Where(l => l.Container is null).ToDictionary(l => l.Id, StringComparer.Ordinal);
        var images = Images(views);
        var known = views.Images.Select(i => i.Id).ToHashSet(StringComparer.Ordinal);
        var ends = new Ends(
            images.Where(i => Top(i.Image) is not null).ToLookup(i => Top(i.Image)!, StringComparer.Ordinal),
            Orphans(views, known).ToLookup(o => o.Below, o => o.Usage, StringComparer.Ordinal));
        var above = committed.Values.Where(l => l.Parent is not null && committed.ContainsKey(l.Parent))
            .ToLookup(l => l.Parent!, StringComparer.Ordinal);
        var roots = committed.Values.Where(l => l.Parent is null || !committed.ContainsKey(l.Parent));
        return new LayerTree(Built(roots, above, ends), images.Where(i => Top(i.Image) is null).ToArray().ToSeq().Strict());
    }

    /// <summary>What ends at which layer.</summary>
    private sealed record Ends(ILookup<string, TreeImage> Images, ILookup<string, ContainerUsage> Orphans);

    private static string? Top(ImageRow image) => image.Content.Layers.IsEmpty ? null : image.Content.Layers.Last.Id;

    private static TreeImage[] Images(PruneViews views)
    {
        var tags = views.Tags.ToLookup(t => t.Image, StringComparer.Ordinal);
        var containers = DiskUsage.Written(views.Layers, views.Containers).ToLookup(c => c.Container.ImageId, StringComparer.Ordinal);
        return views.Images
            .Select(i => new TreeImage(i, Names(tags[i.Id]), Ordered(containers[i.Id])))
            .OrderBy(i => i.Names.HeadOrNone().IfNone("\uffff"), StringComparer.Ordinal).ThenBy(i => i.Image.Id, StringComparer.Ordinal).ToArray();
    }

    private static Seq<string> Names(IEnumerable<TagRow> tags) =>
        tags.Select(t => ImageReference.Parse(t.Reference)).ToSeq().Choose(r => r.ToOption())
            .Filter(r => r.Tag is not null).Map(r => r.Familiar).Order(StringComparer.Ordinal).ToArray().ToSeq().Strict();

    /// <summary>The layer that each container of a removed image stands on.</summary>
    private static IEnumerable<(string Below, ContainerUsage Usage)> Orphans(PruneViews views, System.Collections.Generic.HashSet<string> known)
    {
        var parents = views.Layers.Where(l => l.Container is not null).ToDictionary(l => l.Id, l => l.Parent, StringComparer.Ordinal);
        return Ordered(DiskUsage.Written(views.Layers, views.Containers).Where(c => !known.Contains(c.Container.ImageId)))
            .Select(usage => (Below: parents.GetValueOrDefault(usage.Container.Id.Value) ?? "", usage))
            .Where(o => o.Below.Length > 0);
    }

    private static Seq<ContainerUsage> Ordered(IEnumerable<ContainerUsage> containers) =>
        containers.OrderBy(c => c.Container.Name, StringComparer.Ordinal).ToArray().ToSeq().Strict();

    /// <summary>From the uppermost down, with a stack of its own: how high layers may stand on each other nobody has limited.</summary>
    private static Seq<TreeLayer> Built(IEnumerable<LayerRow> roots, ILookup<string, LayerRow> above, Ends ends)
    {
        var order = new List<LayerRow>();
        var left = new Stack<LayerRow>(roots);
        while (left.TryPop(out var layer))
        {
            order.Add(layer);
            foreach (var next in above[layer.Id])
            {
                left.Push(next);
            }
        }

        var built = new Dictionary<string, TreeLayer>(StringComparer.Ordinal);
        for (var at = order.Count - 1; at >= 0; at--)
        {
            built[order[at].Id] = Node(order[at], Sorted(above[order[at].Id].Select(l => built[l.Id])), ends);
        }

        return Sorted(order.Where(l => l.Parent is null || !built.ContainsKey(l.Parent)).Select(l => built[l.Id]));
    }

    private static TreeLayer Node(LayerRow layer, Seq<TreeLayer> above, Ends ends)
    {
        var images = ends.Images[layer.Id].ToArray().ToSeq().Strict();
        var orphans = ends.Orphans[layer.Id].ToArray().ToSeq().Strict();
        return new TreeLayer(
            layer, images, orphans, above,
            images.Count + above.Sum(a => a.UsedBy),
            images.Sum(i => i.Containers.Count) + orphans.Count + above.Sum(a => a.Runs));
    }

    private static Seq<TreeLayer> Sorted(IEnumerable<TreeLayer> layers) =>
        layers.OrderBy(l => l.Layer.Created).ThenBy(l => l.Layer.Id, StringComparer.Ordinal).ToArray().ToSeq().Strict();
}
