namespace EventDock.Engine;

using EventDock.Domain.Kernel;
using EventDock.Domain.Oci;
using EventDock.Projections;

/// <summary>
/// Which other repositories of a registry have had a layer, as far as is known here: an image that was pulled from or pushed to one
/// has a reference by digest there.
/// </summary>
public sealed class Repositories
{
    private readonly Dictionary<string, List<string>> byLayer = new(StringComparer.Ordinal);

    private Repositories() { }

    /// <summary>Paths within the registry, in the order in which they are worth asking.</summary>
    public Seq<string> Of(string layer) => byLayer.TryGetValue(layer, out var paths) ? paths.ToArray().ToSeq() : Seq<string>();

    public static EitherAsync<DomainError, Repositories> Known(Ports ports, ImageReference besides, CancellationToken cancel) =>
        from tags in ports.Views.Tags.Prefixed(besides.Host + "/", None, cancel)
        let named = tags.Choose(t => ImageReference.Parse(t.Reference).ToOption().Map(r => (Reference: r, t.Image)))
            .Filter(t => t.Reference.Digest is not null && t.Reference.Path != besides.Path).Strict()
        from images in ports.Views.Images.Keyed(named.Map(t => t.Image).Distinct().ToSeq().Strict(), None, cancel)
        select From(named, images);

    private static Repositories From(Seq<(ImageReference Reference, string Image)> named, Seq<ImageRow> images)
    {
        var known = new Repositories();
        var paths = named.ToLookup(n => n.Image, n => n.Reference.Path, StringComparer.Ordinal);
        foreach (var image in images)
        {
            foreach (var layer in image.Content.Layers)
            {
                foreach (var path in paths[image.Id])
                {
                    known.Add(layer.Id, path);
                }
            }
        }

        return known;
    }

    private void Add(string layer, string path)
    {
        if (!byLayer.TryGetValue(layer, out var paths))
        {
            byLayer[layer] = paths = [];
        }

        if (!paths.Contains(path))
        {
            paths.Add(path);
        }
    }
}
