namespace EventDock.Engine;

using EventDock.Domain.Images;
using EventDock.Domain.Kernel;
using EventDock.Domain.Layers;
using EventDock.Domain.Oci;

/// <summary>What an image's events say of it.</summary>
public static class Contents
{
    public static ImageContent Of(ImageConfig config, Seq<StoredLayer> layers) =>
        new(
            config.Created,
            config.Author,
            config.Platform.Os,
            config.Platform.Architecture,
            config.Platform.Variant,
            config.Run,
            layers.Map(l => new ImageLayer(l.Id, l.DiffId, l.Size)).Strict(),
            config.History,
            layers.Fold(new ByteCount(0), (sum, l) => sum + l.Size));

    /// <summary>The configuration again, as it was read.</summary>
    public static ImageConfig Config(ImageContent content) =>
        new(
            content.Created,
            content.Author,
            new Platform(content.Os, content.Architecture, content.Variant),
            content.Run,
            content.Layers.Map(l => l.DiffId).Strict(),
            content.History);
}
