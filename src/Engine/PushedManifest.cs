namespace EventDock.Engine;

using EventDock.Domain.Images;
using EventDock.Domain.Kernel;
using EventDock.Domain.Oci;
using EventDock.Projections;
using static EventDock.Engine.Pipeline;

/// <summary>The manifest under which an image is pushed.</summary>
/// <param name="Bytes">The very bytes: their digest is its name.</param>
/// <param name="Config">The configuration's.</param>
public sealed record PushedManifest(Manifest Manifest, byte[] Bytes, byte[] Config)
{
    /// <summary>
    /// The one that it was pulled by, byte for byte, where that is kept and names the blobs that are kept; else one made of those. An
    /// image that was pulled twice may have layers that are packed as the other pull had them.
    /// </summary>
    public static EitherAsync<DomainError, PushedManifest> Of(Ports ports, ImageRow image, CancellationToken cancel) =>
        from id in Digest.FromHex(image.Id).ToAsync()
        from config in ports.Blobs.Read(id, ImageConfigJson.MaxBytes, cancel)
        from rows in ports.Views.Layers.Keyed(image.Content.Layers.Map(l => l.Id).Distinct().ToSeq().Strict(), None, cancel)
        from blobs in image.Content.Layers.All(layer => Blob(rows, layer)).ToAsync()
        from past in ports.Store.Read(Streams.Image(image.Id), cancel)
        from kept in Kept(ports, Candidates(past), image, blobs, cancel)
        let manifest = kept.Match(Some: k => k, None: () => Made(id, config, blobs))
        select new PushedManifest(manifest.Manifest, manifest.Bytes, config);

    private static Either<DomainError, Descriptor> Blob(Seq<LayerRow> rows, ImageLayer layer) =>
        rows.Find(r => r.Id == layer.Id && r.Blob is not null)
            .Map(r => new Descriptor(r.Blob!.MediaType, r.Blob.Digest, r.Blob.Size.Value))
            .ToEither<DomainError>(() => new DomainError.LayerGone(layer.Id));

    /// <summary>The newest first. Older events name the manifest that was asked for alone: the image's own where there was no index.</summary>
    private static Seq<Digest> Candidates(Seq<Recorded<DockEvent>> past) =>
        past.Choose(r => r.Event is ImagePulled e ? Some(e.Source?.Own ?? e.Manifest) : None)
            .Rev().DistinctBy(d => d.Hex).ToArray().ToSeq();

    private static EitherAsync<DomainError, Option<(Manifest Manifest, byte[] Bytes)>> Kept(
        Ports ports, Seq<Digest> candidates, ImageRow image, Seq<Descriptor> blobs, CancellationToken cancel) =>
        candidates.Through(
            Option<(Manifest, byte[])>.None,
            (found, digest) => found.IsSome ? Give(found) : Read(ports, digest, image, blobs, cancel));

    /// <summary>None where it is not kept, or is not whole any more: then it is made anew.</summary>
    private static EitherAsync<DomainError, Option<(Manifest Manifest, byte[] Bytes)>> Read(
        Ports ports, Digest digest, ImageRow image, Seq<Descriptor> blobs, CancellationToken cancel) =>
        (from bytes in ports.Blobs.Read(digest, ManifestJson.MaxBytes, cancel)
         from parsed in ManifestJson.Parse(bytes, null).ToAsync()
         select parsed is ManifestOrIndex.Single { Manifest: var manifest }
             && manifest.Config.Digest.Hex == image.Id
             && manifest.Layers.Map(l => l.Digest.Hex).SequenceEqual(blobs.Map(b => b.Digest.Hex))
             ? Some((manifest, bytes))
             : Option<(Manifest, byte[])>.None)
        .Recover(error => error is DomainError.FileFailed or DomainError.Corrupt or DomainError.BadContent or DomainError.NotSupported
            ? Some(Give(Option<(Manifest, byte[])>.None))
            : None);

    /// <summary>docker's form, as docker writes it; where a layer is kept as it is, OCI's, which alone has a name for such a layer.</summary>
    private static (Manifest Manifest, byte[] Bytes) Made(Digest id, byte[] config, Seq<Descriptor> blobs)
    {
        var docker = blobs.ForAll(b => b.MediaType is MediaType.DockerLayerGzip or MediaType.OciLayerGzip);
        var layers = blobs.Map(b => docker ? b with { MediaType = MediaType.DockerLayerGzip } : b with { MediaType = OciType(b.MediaType) }).Strict();
        var manifest = docker
            ? new Manifest(MediaType.DockerManifest, new Descriptor(MediaType.DockerConfig, id, config.Length), layers)
            : new Manifest(MediaType.OciManifest, new Descriptor(MediaType.OciConfig, id, config.Length), layers);
        return (manifest, ManifestJson.Write(manifest));
    }

    private static string OciType(string type) => type switch
    {
        MediaType.DockerLayer => MediaType.OciLayer,
        MediaType.DockerLayerGzip => MediaType.OciLayerGzip,
        _ => type,
    };
}
