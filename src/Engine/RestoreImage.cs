namespace EventDock.Engine;

using EventDock.Domain.Images;
using EventDock.Domain.Kernel;
using EventDock.Domain.Layers;
using EventDock.Domain.Oci;
using EventDock.Projections;
using static EventDock.Engine.Pipeline;

/// <summary>An image whose layers and configuration are in their places again, and which the ledger does not have yet.</summary>
/// <param name="Layers">Base first.</param>
internal sealed record BroughtImage(ImageRow Row, Seq<StoredLayer> Layers);

/// <summary>
/// <c>eventdock restore IMAGE</c>: a removed image with all its layers, as long as they are kept (retain-removed). Without a name: those that
/// it had are tags, which are restored by themselves.
/// </summary>
internal static class RestoreImage
{
    /// <summary>A removed image of this very id, whose content can be had. Errors: ImageGone, with from where it can be pulled again.</summary>
    /// <param name="text">As it was asked for.</param>
    public static EitherAsync<DomainError, ImageRow> Kept(Ports ports, string text, string id, CancellationToken cancel) =>
        from found in ports.Views.RemovedImages.Find(new EndedQuery(None) { Keys = Seq1(id) }, cancel)
        from row in found.HeadOrNone().Map(e => e.Row).Match(Some: Give, None: () => Fail<ImageRow>(new DomainError.NoSuchImage(text)))
        from kept in ports.Layers.Kept(cancel)
        from config in Digest.FromHex(id).ToAsync().Bind(digest => ports.Blobs.IsKept(digest, cancel))
        from whole in config && row.Content.Layers.ForAll(l => ports.Layers.Has(l.Id) || kept.Exists(k => k == l.Id))
            ? Give(row)
            : Reflog.Gone<ImageRow>(ports, text, id, cancel)
        select whole;

    /// <summary>Everything of it into its place. Called under the store's lock; what fails later is taken away again by its claims.</summary>
    public static EitherAsync<DomainError, BroughtImage> Bring(Ports ports, ImageRow row, CancellationToken cancel) =>
        from layers in row.Content.Layers.InTurn(layer =>
            from brought in ports.Layers.Bring(layer.Id, cancel)
            from one in brought.Match(Some: Give, None: () => Reflog.Gone<StoredLayer>(ports, row.Id[..12], row.Id, cancel))
            select one)
        from past in ports.Store.Read(Streams.Image(row.Id), cancel)
        from id in Digest.FromHex(row.Id).ToAsync()
        // The manifest by which a registry knows it, too, where that is kept; it can be had without.
        from blobs in Remove.Blobs(past, row.Id).InTurn(hex => Digest.FromHex(hex).ToAsync().Bind(digest => ports.Blobs.Bring(digest, cancel)))
        from config in ports.Blobs.Read(id, ImageConfigJson.MaxBytes, cancel)
        select new BroughtImage(row, layers);

    /// <summary>The events with which it is there again.</summary>
    public static EitherAsync<DomainError, Append> Decided(Ports ports, BroughtImage image, DateTimeOffset now, CancellationToken cancel) =>
        from layers in Layered.Record(ports, image.Layers, now, cancel)
        from restored in ports.Store.Decide(
            ImageDecider.Decider, Streams.Image(image.Row.Id),
            new Domain.Images.RestoreImage(new ImageRestored(image.Row.Id, image.Row.Origin, image.Row.Arrived, image.Row.Content)), now, cancel)
        select layers.And(restored.Append);

    /// <summary>The image alone, by its id.</summary>
    public static EitherAsync<DomainError, string> Run(Ports ports, string text, CancellationToken cancel) =>
        from found in FindRemoved.Image(ports, text, cancel)
        from done in ports.Locks.Store.Take(false, cancel).Holding(() => ports.Again(
            () =>
                from row in Kept(ports, text, found.Row.Id, cancel)
                from brought in Bring(ports, row, cancel)
                from append in Decided(ports, brought, ports.World.Clock(), cancel)
                from _ in append.IsEmpty ? Done : ports.Store.Append(append, cancel).Ignore()
                select unit,
            cancel))
        select found.Row.Id;
}
