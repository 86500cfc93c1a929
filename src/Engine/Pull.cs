namespace EventDock.Engine;

using EventDock.Domain.Images;
using EventDock.Domain.Kernel;
using EventDock.Domain.Layers;
using EventDock.Domain.Oci;
using static EventDock.Engine.Pipeline;

/// <summary>What a pull tells while it goes on.</summary>
public abstract record PullProgress
{
    private PullProgress() { }

    /// <summary>The image has been found; these layers, base first, are now fetched.</summary>
    public sealed record Found(ImageReference Reference, Seq<Descriptor> Layers) : PullProgress;

    /// <param name="Layer">The place in the image, from 0.</param>
    public sealed record AlreadyExists(int Layer) : PullProgress;

    /// <summary>Others come first.</summary>
    public sealed record Waiting(int Layer) : PullProgress;

    /// <summary>Another command is fetching this very layer.</summary>
    public sealed record Elsewhere(int Layer) : PullProgress;

    /// <param name="Bytes">Received so far.</param>
    public sealed record Downloading(int Layer, long Bytes) : PullProgress;

    /// <summary>All of it has come, and its digest is right.</summary>
    public sealed record Received(int Layer) : PullProgress;

    public sealed record Complete(int Layer) : PullProgress;
}

/// <param name="Digest">What the reference stands for in the registry.</param>
/// <param name="New">The reference did not name this image before.</param>
public sealed record Pulled(string ImageId, ImageReference Reference, Digest Digest, bool New);

/// <summary><c>eventdock pull</c>, and what <c>run</c> and FROM do with an image that is not here.</summary>
public static class Pull
{
    public static EitherAsync<DomainError, Pulled> Run(
        Ports ports, ImageReference asked, Action<PullProgress> tell, CancellationToken cancel)
    {
        var reference = asked.Tagged;
        var began = ports.World.Clock();
        return
            from remote in ports.Registry.Resolve(reference, ports.World.Platform, cancel)
            from _ in Consistent(remote).ToAsync()
            from signed in Signed.Begin(ports, remote, cancel)
            let chain = ChainId.Of(remote.Config.DiffIds)
            let telling = Tell(tell, new PullProgress.Found(reference, remote.Manifest.Layers))
            let wire = new Wire(remote.Wire)
            from pulled in Settled(ports, remote, chain, signed, tell, wire, began, cancel)
            select pulled;
    }

    /// <summary>
    /// Fetches and records. A layer that <c>rmi</c> took away between the two is fetched again: it happens once in a blue moon.
    /// </summary>
    private static EitherAsync<DomainError, Pulled> Settled(
        Ports ports, RemoteImage remote, Seq<Digest> chain, EitherAsync<DomainError, SignedBy> signed, Action<PullProgress> tell, Wire wire,
        DateTimeOffset began, CancellationToken cancel) =>
        (from layers in Fetch(ports, remote, chain, tell, wire, cancel)
         from signers in signed
         from pulled in ports.Locks.Store.Take(false, cancel).Holding(() =>
             // Under the lock: an rmi of the image as it is here now would take a configuration away that had been written before.
             from config in ports.Blobs.Write(remote.Manifest.Config.MediaType, remote.ConfigBytes, cancel)
             from manifest in ports.Blobs.Write(remote.Manifest.MediaType, remote.ManifestBytes, cancel)
             from pulled in ports.Again(() => Record(ports, remote, layers, signers, wire, began, cancel), cancel)
             select pulled)
         select pulled)
        .Recover(error => error is DomainError.LayerGone
            ? Some(Settled(ports, remote, chain, signed, tell, wire, began, cancel))
            : None);

    private static EitherAsync<DomainError, Seq<StoredLayer>> Fetch(
        Ports ports, RemoteImage remote, Seq<Digest> chain, Action<PullProgress> tell, Wire wire, CancellationToken cancel)
    {
        var atOnce = ports.Registry.Downloads();
        Enumerable.Range(0, chain.Count).Where(n => !ports.Layers.Has(chain[n].Hex)).Skip(atOnce).ToSeq().Strict()
            .Iter(n => tell(new PullProgress.Waiting(n)));
        return Enumerable.Range(0, chain.Count).ToSeq().AtOnce(
            atOnce,
            (n, stop) => ports.Layers.Has(chain[n].Hex) ? Known(ports, chain[n], n, tell, stop) : Import(ports, remote, chain, n, tell, wire, stop),
            cancel);
    }

    private static EitherAsync<DomainError, StoredLayer> Known(
        Ports ports, Digest id, int n, Action<PullProgress> tell, CancellationToken cancel) =>
        from layer in ports.Layers.Describe(id.Hex, cancel)
        let telling = Tell(tell, new PullProgress.AlreadyExists(n))
        select layer;

    private static EitherAsync<DomainError, StoredLayer> Import(
        Ports ports, RemoteImage remote, Seq<Digest> chain, int n, Action<PullProgress> tell, Wire wire, CancellationToken cancel) =>
        from layer in ports.Layers.Import(
            new LayerImport(
                n == 0 ? null : chain[n - 1].Hex,
                remote.Manifest.Layers[n],
                remote.Config.DiffIds[n],
                stop => Opened(ports, remote, n, wire, stop),
                progress => Told(n, progress).Iter(tell)),
            cancel)
        let telling = Tell(tell, new PullProgress.Complete(n))
        select layer;

    /// <summary>A layer that another command has fetched meanwhile is not opened, and did not come over our wire.</summary>
    private static EitherAsync<DomainError, System.IO.Stream> Opened(
        Ports ports, RemoteImage remote, int n, Wire wire, CancellationToken cancel) =>
        from body in ports.Registry.OpenLayer(remote, remote.Manifest.Layers[n], cancel)
        let counted = wire.Add(remote.Manifest.Layers[n].Size)
        select body;

    /// <summary>That it is unpacked is told by whoever gets the layer.</summary>
    private static Option<PullProgress> Told(int n, LayerProgress progress) =>
        progress.Step switch
        {
            LayerStep.Waiting => new PullProgress.Elsewhere(n),
            LayerStep.Reading => new PullProgress.Downloading(n, progress.Bytes),
            LayerStep.Received => new PullProgress.Received(n),
            _ => Option<PullProgress>.None,
        };

    private static EitherAsync<DomainError, Pulled> Record(
        Ports ports, RemoteImage remote, Seq<StoredLayer> layers, SignedBy signers, Wire wire, DateTimeOffset began, CancellationToken cancel)
    {
        var now = ports.World.Clock();
        var id = remote.Manifest.Config.Digest.Hex;
        var content = Contents.Of(remote.Config, layers);
        var byDigest = remote.Reference.At(remote.Digest);
        return
            from here in Layered.Record(ports, layers, now, cancel)
            from image in ports.Store.Decide(
                ImageDecider.Decider,
                Streams.Image(id),
                new RecordPulled(new ImagePulled(
                    id, remote.Reference.Host, remote.Reference.Canonical, remote.Digest, ports.World.Platform.ToString(),
                    wire.Bytes, (int)(now - began).TotalMilliseconds, content, Source(remote, signers))),
                now,
                cancel)
            from tagged in Seq(remote.Reference.Canonical, byDigest.Canonical).Distinct().ToSeq().InTurn(name =>
                ports.Store.Decide(TagDecider.Decider, Streams.Tag(name), new TagImage(name, id), now, cancel))
            let whole = tagged.Fold(here.And(image.Append), (all, tag) => all.And(tag.Append))
            from _ in whole.IsEmpty ? Done : ports.Store.Append(whole, cancel).Ignore()
            select new Pulled(id, remote.Reference, remote.Digest, !whole.IsEmpty);
    }

    private static PullSource Source(RemoteImage remote, SignedBy signers) => new(
        remote.Reference.Path, remote.Reference.Digest is null ? remote.Reference.Tag : null, remote.Manifest.Config.Digest,
        Digest.Of(remote.ManifestBytes), new Uri(remote.Endpoint).Authority, signers.Search, signers.Found);

    private static Either<DomainError, Unit> Consistent(RemoteImage remote) =>
        remote.Manifest.Layers.Count == remote.Config.DiffIds.Count
            ? unit
            : new DomainError.BadContent(
                remote.Reference.Familiar,
                $"the manifest has {remote.Manifest.Layers.Count} layers and the config {remote.Config.DiffIds.Count}");

    /// <summary>Bytes received, counted from several layers at once.</summary>
    private sealed class Wire(long begun)
    {
        private long bytes = begun;

        public long Bytes => Interlocked.Read(ref bytes);

        public Unit Add(long more)
        {
            Interlocked.Add(ref bytes, more);
            return unit;
        }
    }
}
