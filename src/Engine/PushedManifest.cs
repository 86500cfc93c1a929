namespace EventDock.Engine;

using System.IO;
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
    /// The one that it was pulled by, byte for byte, where that is kept and the repository can have all that it names: what is kept
    /// here, and what it has or can take from another one there. Else one made of the layers as they are kept.
    /// </summary>
    public static EitherAsync<DomainError, PushedManifest> Of(
        Ports ports, PushTarget target, ImageRow image, Repositories known, CancellationToken cancel) =>
        from id in Digest.FromHex(image.Id).ToAsync()
        from config in ports.Blobs.Read(id, ImageConfigJson.MaxBytes, cancel)
        from rows in ports.Views.Layers.Keyed(image.Content.Layers.Map(l => l.Id).Distinct().ToSeq().Strict(), None, cancel)
        from blobs in image.Content.Layers.All(layer => Blob(rows, layer)).ToAsync()
        from past in ports.Store.Read(Streams.Image(image.Id), cancel)
        from kept in Candidates(past).Through(
            Option<(Manifest Manifest, byte[] Bytes)>.None,
            (found, digest) => found.IsSome
                ? Give(found)
                : from read in Read(ports, digest, image, cancel)
                  from whole in read.Match(
                      Some: r => Possible(ports, target, image, r.Manifest, blobs, known, cancel).Map(yes => read.Filter(_ => yes)),
                      None: () => Give(read))
                  select whole)
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

    /// <summary>None where it is not kept, or is not whole any more: then it is made anew.</summary>
    private static EitherAsync<DomainError, Option<(Manifest Manifest, byte[] Bytes)>> Read(
        Ports ports, Digest digest, ImageRow image, CancellationToken cancel) =>
        (from bytes in ports.Blobs.Read(digest, ManifestJson.MaxBytes, cancel)
         from parsed in ManifestJson.Parse(bytes, null).ToAsync()
         select parsed is ManifestOrIndex.Single { Manifest: var manifest }
             && manifest.Config.Digest.Hex == image.Id && manifest.Layers.Count == image.Content.Layers.Count
             ? Some((manifest, bytes))
             : Option<(Manifest, byte[])>.None)
        .Recover(error =>
            error is DomainError.FileFailed or DomainError.Corrupt or DomainError.BadContent or DomainError.NotSupported
                ? Some(Give(Option<(Manifest, byte[])>.None))
                : None);

    /// <summary>A layer that came in another packing first is not fetched again, so that the one which the manifest names is not here.</summary>
    private static EitherAsync<DomainError, bool> Possible(
        Ports ports, PushTarget target, ImageRow image, Manifest manifest, Seq<Descriptor> blobs, Repositories known,
        CancellationToken cancel) =>
        Enumerable.Range(0, blobs.Count).ToSeq()
            .Filter(n => manifest.Layers[n].Digest.Hex != blobs[n].Digest.Hex).Strict()
            .InTurn(n => ports.Registry.Push.Blob(
                target,
                new PushBlob(
                    manifest.Layers[n], known.Of(image.Content.Layers[n].Id),
                    _ => Fail<Stream>(new DomainError.LayerGone(image.Content.Layers[n].Id)), _ => { }),
                cancel))
            .Map(_ => true)
            .Recover(error => error is DomainError.LayerGone ? Some(Give(false)) : None);

    /// <summary>docker's form, as docker writes it; where a layer is kept plain or as zstd, OCI's, which has a name for such a layer.</summary>
    private static (Manifest Manifest, byte[] Bytes) Made(Digest id, byte[] config, Seq<Descriptor> blobs)
    {
        var docker = blobs.ForAll(b => b.MediaType is MediaType.DockerLayerGzip or MediaType.OciLayerGzip);
        var layers = blobs.Map(b => b with { MediaType = docker ? MediaType.DockerLayerGzip : OciType(b.MediaType) }).Strict();
        var manifest = docker
            ? new Manifest(MediaType.DockerManifest, new Descriptor(MediaType.DockerConfig, id, config.Length), layers)
            : new Manifest(MediaType.OciManifest, new Descriptor(MediaType.OciConfig, id, config.Length), layers);
        return (manifest, ManifestJson.Write(manifest));
    }

    private static string OciType(string type) => type switch
    {
        MediaType.DockerLayer => MediaType.OciLayer,
        MediaType.DockerLayerGzip => MediaType.OciLayerGzip,
        MediaType.DockerLayerZstd => MediaType.OciLayerZstd,
        _ => type,
    };
}
