namespace EventDock.Engine;

using System.IO;
using EventDock.Domain.Images;
using EventDock.Domain.Kernel;
using EventDock.Domain.Layers;
using EventDock.Domain.Oci;
using static EventDock.Engine.Pipeline;

/// <summary>An image that has come out of an archive, or was here before.</summary>
public sealed record LoadedImage(string Id, Seq<ImageReference> Names, Seq<RenamedImage> Renamed);

/// <summary>What a load tells while it goes on: its layers, each once, and then of each by its place among them.</summary>
public abstract record LoadProgress
{
    private LoadProgress() { }

    /// <param name="Layers">Their diffIDs, and the bytes that the archive holds for each.</param>
    public sealed record Found(Seq<(Digest DiffId, long Size)> Layers) : LoadProgress;

    public sealed record Unpacking(int Layer, long Bytes) : LoadProgress;

    public sealed record Complete(int Layer) : LoadProgress;
}

/// <summary>An image that has lost a name to one that was loaded.</summary>
public sealed record RenamedImage(ImageReference Name, string Id);

/// <summary>
/// <c>eventdock load</c>: all images of an archive, or none. Every layer is unpacked and compared with its diffID before
/// anything is recorded, and all of them are recorded in one append.
/// </summary>
public static class Load
{
    /// <summary>Layers unpacked at the same time.</summary>
    private const int AtOnce = 3;

    /// <param name="source">As it is to be remembered: a file's name, or "-".</param>
    public static EitherAsync<DomainError, Seq<LoadedImage>> Run(
        Ports ports, string source, Func<EitherAsync<DomainError, Stream>> open, Action<LoadProgress> tell, CancellationToken cancel)
    {
        var began = ports.World.Clock();
        var what = source == "-" ? "stdin" : source;
        return
            from stream in open()
            from archive in ports.Archives.Stage(stream, what, cancel).Finally(() => Closed(stream.Dispose))
            from loaded in
                (from found in ArchivedImages.In(archive, what, ports.World.Platform, cancel)
                 let loading = new Loading(source, archive, found, began, new Telling(found, tell))
                 from loaded in Whole(ports, loading, cancel)
                 select loaded)
                .Finally(() => Closed(archive.Close))
            select loaded;
    }

    private sealed record Loading(string Source, StagedArchive Archive, Seq<FoundImage> Images, DateTimeOffset Began, Telling Telling);

    /// <summary>A layer that several images have is one.</summary>
    private sealed class Telling
    {
        private readonly Dictionary<string, int> places = new(StringComparer.Ordinal);
        private readonly Action<LoadProgress> tell;

        public Telling(Seq<FoundImage> images, Action<LoadProgress> tell)
        {
            this.tell = tell;
            var layers = images
                .SelectMany(i => ChainId.Of(i.Config.DiffIds).Select((id, n) => (id.Hex, DiffId: i.Config.DiffIds[n], i.Layers[n].File.Size)))
                .DistinctBy(l => l.Hex).ToSeq().Strict();
            foreach (var layer in layers)
            {
                places.Add(layer.Hex, places.Count);
            }

            tell(new LoadProgress.Found(layers.Map(l => (l.DiffId, l.Size)).Strict()));
        }

        public void Told(Digest id, LayerProgress progress) =>
            tell(progress.Step == LayerStep.Unpacked
                ? new LoadProgress.Complete(places[id.Hex])
                : new LoadProgress.Unpacking(places[id.Hex], progress.Bytes));
    }

    private static EitherAsync<DomainError, Unit> Closed(Action close)
    {
        close();
        return Done;
    }

    /// <summary>What has been made of a bad archive goes again, unless something else has come to stand on it.</summary>
    private static EitherAsync<DomainError, Seq<LoadedImage>> Whole(Ports ports, Loading loading, CancellationToken cancel)
    {
        var made = loading.Images.Bind(i => ChainId.Of(i.Config.DiffIds)).Map(c => c.Hex).Distinct().ToSeq()
            .Filter(id => !ports.Layers.Has(id)).Strict();
        return Settled(ports, loading, cancel).OrUndo(() => Withdraw(ports, made));
    }

    /// <summary>A layer that <c>rmi</c> took away between its check and the append is made again.</summary>
    private static EitherAsync<DomainError, Seq<LoadedImage>> Settled(Ports ports, Loading loading, CancellationToken cancel) =>
        (from layers in loading.Images.InTurn(image => Layers(ports, loading, image, cancel))
         from loaded in ports.Locks.Store.Take(false, cancel).Holding(() => ports.Again(
             () => Record(ports, loading, layers, cancel), cancel))
         select loaded)
        .Recover(error => error is DomainError.LayerGone ? Some(Settled(ports, loading, cancel)) : None);

    private static EitherAsync<DomainError, Seq<StoredLayer>> Layers(
        Ports ports, Loading loading, FoundImage image, CancellationToken cancel)
    {
        var archive = loading.Archive;
        var chain = ChainId.Of(image.Config.DiffIds);
        return Enumerable.Range(0, chain.Count).ToSeq().AtOnce(
            AtOnce,
            (n, stop) => ports.Layers.Import(
                new LayerImport(
                    n == 0 ? null : chain[n - 1].Hex,
                    image.Layers[n].Blob,
                    image.Config.DiffIds[n],
                    _ => Give(archive.Open(image.Layers[n].File)),
                    progress => loading.Telling.Told(chain[n], progress))
                {
                    Staged = image.Layers[n].File,
                },
                stop),
            cancel);
    }

    private static EitherAsync<DomainError, Seq<LoadedImage>> Record(
        Ports ports, Loading loading, Seq<Seq<StoredLayer>> layers, CancellationToken cancel)
    {
        var now = ports.World.Clock();
        return
            from configs in loading.Images.InTurn(image =>
                from bytes in loading.Archive.Read(image.ConfigFile, ImageConfigJson.MaxBytes, cancel)
                from written in ports.Blobs.Write(image.ConfigType, bytes, cancel)
                select written)
            from here in Layered.Record(ports, layers.Bind(l => l).DistinctBy(l => l.Id).ToSeq().Strict(), now, cancel)
            from images in Enumerable.Range(0, layers.Count).ToSeq().InTurn(n => ports.Store.Decide(
                ImageDecider.Decider, Streams.Image(loading.Images[n].Id),
                new RecordLoaded(Event(loading, loading.Images[n], layers[n], now)), now, cancel))
            from tags in loading.Images.Bind(image => image.Names.Map(name => (Name: name, image.Id))).Strict().InTurn(tag =>
                from decided in ports.Store.Decide(
                    TagDecider.Decider, Streams.Tag(tag.Name.Canonical), new TagImage(tag.Name.Canonical, tag.Id), now, cancel)
                select (tag.Name, tag.Id, Decided: decided))
            let whole = tags.Fold(images.Fold(here, (all, one) => all.And(one.Append)), (all, tag) => all.And(tag.Decided.Append))
            from appended in whole.IsEmpty ? Done : ports.Store.Append(whole, cancel).Ignore()
            select loading.Images.Map(image => new LoadedImage(
                image.Id,
                image.Names,
                tags.Filter(t => t.Id == image.Id).Bind(t => Renamed(t.Name, t.Decided.Facts)).Strict())).Strict();
    }

    private static ImageLoaded Event(Loading loading, FoundImage image, Seq<StoredLayer> layers, DateTimeOffset now) =>
        new(
            image.Id, loading.Source, ArchivedImages.KindOf(loading.Archive), image.Manifest, loading.Archive.Bytes,
            (int)Math.Min(int.MaxValue, (now - loading.Began).TotalMilliseconds), Contents.Of(image.Config, layers));

    private static Seq<RenamedImage> Renamed(ImageReference name, Seq<Fact> facts) =>
        facts.Choose(f => f.Event is ImageTagged { Previous: { } previous } ? Some(new RenamedImage(name, previous)) : None);

    private static EitherAsync<DomainError, Unit> Withdraw(Ports ports, Seq<string> layers) =>
        layers.IsEmpty
            ? Done
            : ports.Locks.Store.Take(true, CancellationToken.None).Holding(() =>
                from known in ports.Views.Layers.Keyed(layers, None, CancellationToken.None)
                from gone in layers.Filter(id => !known.Exists(row => row.Id == id)).Rev().ToSeq().Strict()
                    .InTurn(id => ports.Layers.Discard(id, CancellationToken.None))
                select unit);
}
