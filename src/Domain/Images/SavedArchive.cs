namespace EventDock.Domain.Images;

using EventDock.Domain.Oci;

/// <param name="Id">The layer's id.</param>
/// <param name="Size">Of its uncompressed archive.</param>
public sealed record SavedLayer(string Id, Digest DiffId, long Size);

/// <summary>An image that is to be written into an archive.</summary>
/// <param name="Config">The very bytes whose digest is its id.</param>
public sealed record SavedImage(byte[] Config, Seq<SavedLayer> Layers, Seq<ImageReference> Names);

/// <summary>
/// The entries of an archive of images: a docker-archive and an OCI layout at once, whose files are the same blobs. docker,
/// podman and skopeo read it.
/// </summary>
public static class SavedArchive
{
    public static Seq<ArchivePart> Parts(Seq<SavedImage> images)
    {
        var manifests = images.Map(image => (Image: image, Bytes: ManifestJson.Write(Manifest(image)))).Strict();
        var index = OciLayout.WriteIndex(manifests.Bind(m => Entries(m.Image, m.Bytes)).Strict());
        return Seq<ArchivePart>(
                new ArchivePart.Small(OciLayout.LayoutFile, OciLayout.Layout),
                new ArchivePart.Small(OciLayout.IndexFile, index),
                new ArchivePart.Small(DockerArchive.ManifestFile, DockerArchive.Write(images.Map(Archived).Strict())))
            + Repositories(images)
            + Seq<ArchivePart>(new ArchivePart.Folder("blobs/"), new ArchivePart.Folder("blobs/sha256/"))
            + manifests.Bind(m => Seq(Blob(m.Bytes), Blob(m.Image.Config))).DistinctBy(p => p.Name).ToSeq().Strict()
            + images.Bind(i => i.Layers).DistinctBy(l => l.DiffId.Hex)
                .Select(l => (ArchivePart)new ArchivePart.Layer(OciLayout.BlobFile(l.DiffId), l.Id, l.Size)).ToSeq().Strict();
    }

    private static Manifest Manifest(SavedImage image) =>
        new(
            MediaType.OciManifest,
            new Descriptor(MediaType.OciConfig, Digest.Of(image.Config), image.Config.Length),
            image.Layers.Map(l => new Descriptor(MediaType.OciLayer, l.DiffId, l.Size)).Strict());

    private static Seq<(Descriptor Manifest, Option<ImageReference> Name)> Entries(SavedImage image, byte[] manifest)
    {
        var descriptor = new Descriptor(MediaType.OciManifest, Digest.Of(manifest), manifest.Length);
        return image.Names.IsEmpty
            ? Seq1((descriptor, Option<ImageReference>.None))
            : image.Names.Map(name => (descriptor, Some(name))).Strict();
    }

    private static ArchivedImage Archived(SavedImage image) =>
        new(
            OciLayout.BlobFile(Digest.Of(image.Config)), image.Names,
            image.Layers.Map(l => OciLayout.BlobFile(l.DiffId)).Strict());

    /// <summary>Names for readers that know no manifest.json; an image without layers has nothing that they could name.</summary>
    private static Seq<ArchivePart> Repositories(Seq<SavedImage> images)
    {
        var tags = images.Filter(i => !i.Layers.IsEmpty)
            .Bind(i => i.Names.Map(name => (name, i.Layers[i.Layers.Count - 1].DiffId.Hex))).Strict();
        return tags.IsEmpty
            ? Seq<ArchivePart>()
            : Seq1<ArchivePart>(new ArchivePart.Small(DockerArchive.RepositoriesFile, DockerArchive.WriteRepositories(tags)));
    }

    private static ArchivePart Blob(byte[] bytes) => new ArchivePart.Small(OciLayout.BlobFile(Digest.Of(bytes)), bytes);
}
