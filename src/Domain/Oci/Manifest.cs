namespace EventDock.Domain.Oci;

/// <summary>One image for one platform: its config and its layers, base first (OCI image-spec, manifest.md).</summary>
public sealed record Manifest(string MediaType, Descriptor Config, Seq<Descriptor> Layers);

/// <summary>One entry of an index (OCI image-spec, image-index.md) or Docker manifest list.</summary>
public sealed record IndexEntry(Descriptor Descriptor, Platform? Platform)
{
    /// <summary>The image's name, where an annotation gives one (see <see cref="OciLayout.NameOf"/>).</summary>
    public string? Name { get; init; }
}

/// <summary>What a reference resolves to: a manifest, or a list of them.</summary>
public abstract record ManifestOrIndex
{
    private ManifestOrIndex() { }

    public sealed record Single(Manifest Manifest) : ManifestOrIndex;

    public sealed record Index(Seq<IndexEntry> Entries) : ManifestOrIndex;
}
