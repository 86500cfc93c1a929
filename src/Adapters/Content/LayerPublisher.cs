namespace EventDock.Adapters.Content;

using System.IO;
using EventDock.Adapters.Posix;
using EventDock.Domain.Kernel;
using EventDock.Domain.Layers;
using EventDock.Domain.Oci;
using Microsoft.Win32.SafeHandles;

/// <summary>
/// The step from a staging directory holding <c>blob</c> and <c>layer/diff</c> to the store, and the step back. Both under one
/// lock of their own (milliseconds), so that a blob that one layer gives up is not lost to another that has just come.
/// </summary>
internal static class LayerPublisher
{
    internal static readonly byte[] BlobName = "blob"u8.ToArray();
    internal static readonly byte[] LayerName = "layer"u8.ToArray();
    internal static readonly byte[] DiffName = "diff"u8.ToArray();
    internal const string Lock = "content";

    /// <summary>
    /// Everything on disk before anything is renamed; blob and link before the layer, whose name says that all is there (journals keep
    /// names in the order in which they came); and the names on disk before anybody is told. When another command was faster, its
    /// layer stays and ours goes with the staging directory.
    /// </summary>
    internal static async Task<StoredLayer> PublishAsync(
        Paths paths, StagingDirectory stage, StoredLayer layer, SharedSync sync, CancellationToken cancel)
    {
        using (var layerDirectory = Fs.At(stage.Handle, LayerName, Open.Read | Open.Directory | Open.NoFollow))
        using (var files = Fs.At(layerDirectory, DiffName, Open.Read | Open.Directory | Open.NoFollow))
        using (var record = Fs.At(layerDirectory, LayerRecord.FileName, Open.Write | Open.Create | Open.Exclusive, 0x180))
        {
            Fs.Write(record, LayerRecord.Write(layer, TreeSums.Of(files, cancel)));
        }

        FaultPoints.At(FaultPoint.LayerFilled);
        paths.Claims?.Note(new Claim(ClaimKind.Layer, layer.Id));
        paths.Claims?.Note(new Claim(ClaimKind.Blob, layer.Blob.Digest.Hex));
        await sync.RunAsync(stage.Handle, cancel).ConfigureAwait(false);
        FaultPoints.At(FaultPoint.LayerSynced);
        bool ours;
        using (await StoreLocks.HoldAsync(paths, Lock, exclusive: true, cancel).ConfigureAwait(false))
        {
            if (LayerRecord.Read(paths, layer.Id) is { } there && there.Blob.Digest.Hex != layer.Blob.Digest.Hex)
            {
                // The same files, packed otherwise: nothing would ever refer to this blob.
                return there;
            }

            using var blobs = Fs.OpenDirectory(paths.Blobs);
            using var links = Fs.OpenDirectory(paths.Links);
            using var layers = Fs.OpenDirectory(paths.Layers);
            Fs.TryRenameNew(stage.Handle, BlobName, blobs, Bytes.Of(layer.Blob.Digest.Hex));
            FaultPoints.At(FaultPoint.LayerBlobNamed);
            MakeShortLink(links, layer.Id);
            FaultPoints.At(FaultPoint.LayerLinked);
            ours = Fs.TryRenameNew(stage.Handle, LayerName, layers, Bytes.Of(layer.Id));
            FaultPoints.At(FaultPoint.LayerNamed);
        }

        await sync.RunAsync(stage.Handle, cancel).ConfigureAwait(false);
        FaultPoints.At(FaultPoint.LayerPublished);
        return ours ? layer : LayerRecord.Read(paths, layer.Id) ?? layer;
    }

    /// <summary>The blob first: a layer without it is still a name to come back to, a blob without its layer is lost from sight.</summary>
    /// <param name="spared">Asked under the lock: it stays.</param>
    /// <param name="removed">Somebody has removed it, and it may be to be kept; else a command has left it.</param>
    internal static async Task<Unit> DiscardAsync(Paths paths, string id, Func<bool> spared, bool removed, CancellationToken cancel)
    {
        using var trash = Fs.OpenDirectory(paths.Trash);
        var taken = new List<byte[]?>();
        using (await StoreLocks.HoldAsync(paths, Lock, exclusive: true, cancel).ConfigureAwait(false))
        {
            if (spared())
            {
                return unit;
            }

            using var blobs = Fs.OpenDirectory(paths.Blobs);
            using var links = Fs.OpenDirectory(paths.Links);
            using var layers = Fs.OpenDirectory(paths.Layers);
            if (LayerRecord.Read(paths, id) is { } layer && !IsShared(paths, layers, layer))
            {
                taken.Add(Aside(blobs, layer.Blob.Digest.Hex));
                FaultPoints.At(FaultPoint.LayerBlobTaken);
            }

            taken.Add(Aside(layers, id));
            FaultPoints.At(FaultPoint.LayerTaken);
            var link = Bytes.Of(id[..16]);
            if (Fs.TryStat(links, link, out _) && Fs.ReadLink(links, link).AsSpan().SequenceEqual(LinkTarget(id)))
            {
                Fs.Unlink(links, link);
            }

            FaultPoints.At(FaultPoint.LayerUnlinked);
            Fs.Sync(layers);
            Fs.Sync(blobs);
        }

        foreach (var name in taken)
        {
            Trash.Empty(paths, trash, name, kept: removed);
        }

        return unit;

        byte[]? Aside(SafeFileHandle dir, string name) =>
            removed ? Trash.Take(dir, Bytes.Of(name), trash) : Trash.TakeLeft(dir, Bytes.Of(name), trash);
    }

    private static bool IsShared(Paths paths, SafeFileHandle layers, StoredLayer layer) =>
        Fs.Names(layers)
            .Select(name => Bytes.Show(name))
            .Where(other => other != layer.Id)
            .Any(other => LayerRecord.Read(paths, other)?.Blob.Digest.Hex == layer.Blob.Digest.Hex);

    private static byte[] LinkTarget(string id) => Bytes.Of($"../layers/{id}/diff");

    internal static void MakeShortLink(SafeFileHandle links, string id)
    {
        var name = Bytes.Of(id[..16]);
        var target = LinkTarget(id);
        if (!Fs.TryStat(links, name, out _))
        {
            Fs.MakeSymlink(links, name, target);
        }
        else if (!Fs.ReadLink(links, name).AsSpan().SequenceEqual(target))
        {
            throw new RefusedException(new DomainError.FileFailed(
                Paths.Link(id), $"another layer's id begins with the same 16 digits as {id}"));
        }
    }
}
