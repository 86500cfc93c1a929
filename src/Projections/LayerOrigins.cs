namespace EventDock.Projections;

using EventDock.Domain.Oci;

/// <summary>How layers came to be, as far as views say it: pulled, built, imported, loaded, or container (a thin one).</summary>
public static class LayerOrigins
{
    public const string Built = "built", Container = "container";

    /// <summary>
    /// An image that brought its layers came with the same append as they. What a build has made of them stands in its steps. A layer
    /// whose image has been removed since is left out: only its event knows.
    /// </summary>
    public static IReadOnlyDictionary<string, string> Of(Seq<LayerRow> layers, Seq<ImageRow> images, Seq<BuildStepRow> steps)
    {
        var made = steps.Where(s => s.Layer is not null).Select(s => s.Layer!).ToHashSet(StringComparer.Ordinal);
        var brought = new Dictionary<(string Layer, DateTimeOffset At), string>();
        foreach (var image in images)
        {
            foreach (var layer in image.Content.Layers)
            {
                brought.TryAdd((layer.Id, image.Arrived), image.Origin);
            }
        }

        var origins = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var layer in layers)
        {
            var origin = layer.Container is not null ? Container
                : brought.TryGetValue((layer.Id, layer.Created), out var way) ? way
                : made.Contains(layer.Id) ? Built
                : null;
            if (origin is not null)
            {
                origins.Add(layer.Id, origin);
            }
        }

        return origins;
    }

    /// <summary>By the verb of the command that made it.</summary>
    public static string OfVerb(string verb) => verb switch
    {
        "import" => "imported",
        "load" => "loaded",
        // What a build or a run has not made itself it has fetched.
        "pull" or "build" or "run" or "create" => "pulled",
        _ => verb,
    };
}

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
        foreach (var layer in layers.Reverse())
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
