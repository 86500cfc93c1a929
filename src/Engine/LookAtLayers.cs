namespace EventDock.Engine;

using EventDock.Domain.Kernel;
using EventDock.Domain.Layers;
using EventDock.Domain.Oci;
using EventDock.Projections;
using static EventDock.Engine.Pipeline;

/// <summary>What is to be known of layers without looking at their files: from the views, as of a position or now.</summary>
public static class LookAtLayers
{
    public static EitherAsync<DomainError, PruneViews> Views(Ports ports, Option<long> asOf, CancellationToken cancel) =>
        from images in ports.Views.Images.All(asOf, cancel)
        from tags in ports.Views.Tags.All(asOf, cancel)
        from layers in ports.Views.Layers.All(asOf, cancel)
        from containers in ports.Views.Containers.All(asOf, cancel)
        select new PruneViews(images, tags, layers, containers);

    /// <summary>How each layer came to be: from the views where they know it, else from its own event.</summary>
    public static EitherAsync<DomainError, IReadOnlyDictionary<string, string>> Origins(
        Ports ports, PruneViews views, Func<Seq<string>, string> verb, Option<long> asOf, CancellationToken cancel) =>
        from steps in ports.Views.BuildSteps.All(asOf, cancel)
        let known = LayerOrigins.Of(views.Layers, views.Images, steps)
        let open = views.Layers.Filter(l => !known.ContainsKey(l.Id)).Map(l => l.Id).Strict()
        from told in open.IsEmpty ? Give(known) : Told(ports, known, open, verb, asOf, cancel)
        select told;

    /// <summary>A committed layer by its id, its diffID or any unambiguous beginning of its id.</summary>
    public static EitherAsync<DomainError, LayerRow> Find(Ports ports, string text, Option<long> asOf, CancellationToken cancel)
    {
        var hex = text.StartsWith(Digest.Prefix, StringComparison.Ordinal) ? text[Digest.Prefix.Length..] : text;
        return
            from found in hex.Length is > 0 and <= 64 && Digest.IsHex(hex) ? ports.Views.Layers.Prefixed(hex, asOf, cancel) : Give(Seq<LayerRow>())
            let committed = found.Filter(l => l.Container is null).Strict()
            from same in committed.IsEmpty && hex.Length == 64 ? ByDiffId(ports, hex, asOf, cancel) : Give(committed)
            from one in same.Count switch
            {
                0 => Fail<LayerRow>(new DomainError.NoSuchLayer(text)),
                1 => Give(same.Head),
                _ => Fail<LayerRow>(new DomainError.Ambiguous("layer", text, same.Map(l => l.Id[..12]).Strict())),
            }
            select one;
    }

    private static EitherAsync<DomainError, Seq<LayerRow>> ByDiffId(Ports ports, string hex, Option<long> asOf, CancellationToken cancel) =>
        ports.Views.Layers.All(asOf, cancel).Map(all => all.Filter(l => l.DiffId?.Hex == hex).Strict());

    private static EitherAsync<DomainError, IReadOnlyDictionary<string, string>> Told(
        Ports ports, IReadOnlyDictionary<string, string> known, Seq<string> open, Func<Seq<string>, string> verb, Option<long> asOf,
        CancellationToken cancel)
    {
        // Newest first: the first of a layer is the one that made it as it is now.
        var all = new Dictionary<string, string>(known, StringComparer.Ordinal);
        return ports.Ledger.Log.Read(
            new LogQuery(
                open.Map(Streams.Layer).Strict(), Seq<string>(), Seq1(nameof(LayerCreated)), null, null, null, asOf.ToNullable(), null),
            recorded =>
            {
                if (recorded.Event is LayerCreated e)
                {
                    all.TryAdd(e.Id, LayerOrigins.OfVerb(verb(recorded.Origin.Line)));
                }

                return unit;
            },
            cancel).Map(_ => (IReadOnlyDictionary<string, string>)all);
    }
}
