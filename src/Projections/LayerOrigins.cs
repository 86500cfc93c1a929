namespace EventDock.Projections;

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
