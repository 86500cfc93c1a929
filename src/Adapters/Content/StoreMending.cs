namespace EventDock.Adapters.Content;

using System.IO;
using EventDock.Adapters.Posix;
using EventDock.Adapters.Tar;
using EventDock.Domain.Kernel;
using EventDock.Domain.Layers;
using EventDock.Domain.Oci;
using EventDock.Domain.Store;

/// <summary>Damaged blobs and layers made anew under a root: for <c>repair</c>, while no other command is at work.</summary>
public static class StoreMending
{
    public static StoreMender Create(Paths paths, TarLimits? limits = null) => new(
        Replace: (import, cancel) => Guarded.RunAsync(() => ReplaceAsync(paths, limits ?? new TarLimits(), import, cancel), cancel).ToAsync(),
        Open: (digest, cancel) => Guarded.Run(() => Blobs.OpenBlob(paths, digest), cancel).ToAsync(),
        Write: (mediaType, bytes, cancel) => Guarded.Run(() => Write(paths, mediaType, bytes), cancel).ToAsync(),
        Relink: (id, cancel) => Guarded.Run(() => Relink(paths, id), cancel).ToAsync());

    private static async Task<StoredLayer> ReplaceAsync(Paths paths, TarLimits limits, LayerImport import, CancellationToken cancel)
    {
        var source = (await import.Open(cancel).ToEither().ConfigureAwait(false)).IfLeft(error => throw new RefusedException(error));
        await using (source.ConfigureAwait(false))
        {
            var sync = new SharedSync();
            using var stage = StagingDirectory.Create(paths, "repair");
            var layer = await new LayerImporter(paths, limits, import, sync).FillAsync(source, stage, cancel).ConfigureAwait(false);
            await TakeAsync(paths, layer, cancel).ConfigureAwait(false);
            return await LayerPublisher.PublishAsync(paths, stage, layer, sync, cancel).ConfigureAwait(false);
        }
    }

    /// <summary>What is there goes to the trash, and is published anew right after. Cut off in between, the next repair finds it missing.</summary>
    private static async Task TakeAsync(Paths paths, StoredLayer layer, CancellationToken cancel)
    {
        using var trash = Fs.OpenDirectory(paths.Trash);
        using var blobs = Fs.OpenDirectory(paths.Blobs);
        using var layers = Fs.OpenDirectory(paths.Layers);
        using var links = Fs.OpenDirectory(paths.Links);
        using (await StoreLocks.HoldAsync(paths, LayerPublisher.Lock, exclusive: true, cancel).ConfigureAwait(false))
        {
            Trash.Take(blobs, Bytes.Of(layer.Blob.Digest.Hex), trash);
            Trash.Take(layers, Bytes.Of(layer.Id), trash);
            Fs.Unlink(links, Bytes.Of(layer.Id[..16]));
        }
    }

    private static Unit Write(Paths paths, string mediaType, ReadOnlyMemory<byte> bytes)
    {
        using var trash = Fs.OpenDirectory(paths.Trash);
        using var blobs = Fs.OpenDirectory(paths.Blobs);
        Trash.Take(blobs, Bytes.Of(Digest.Of(bytes.Span).Hex), trash);
        Blobs.Write(paths, mediaType, bytes.Span);
        return unit;
    }

    private static Unit Relink(Paths paths, string id)
    {
        using var links = Fs.OpenDirectory(paths.Links);
        Fs.Unlink(links, Bytes.Of(id[..16]));
        LayerPublisher.MakeShortLink(links, id);
        Fs.Sync(links);
        return unit;
    }
}
