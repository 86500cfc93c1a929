namespace EventDock.Adapters.Content;

using System.Globalization;
using System.Text;
using EventDock.Adapters.Posix;
using EventDock.Domain.Kernel;
using EventDock.Domain.Layers;
using EventDock.Domain.Oci;
using Microsoft.Win32.SafeHandles;

/// <summary>
/// Layers and blobs in the trash that still have the name under which they are kept: each of them is whole. They come back as they went, under
/// the lock that layers and their blobs come and go by.
/// </summary>
internal static class KeptImages
{
    /// <summary>Those whose blob is kept with them, or is there.</summary>
    internal static Seq<string> Layers(Paths paths)
    {
        using var trash = Fs.OpenDirectory(paths.Trash);
        using var blobs = Fs.OpenDirectory(paths.Blobs);
        var kept = Names(trash);
        return kept.Where(one => one.IsLayer).Select(one => one.Hex).Distinct()
            .Where(id => Newest(kept, id, layer: true) is { } name && LayerRecord.ReadKept(paths, name) is { } layer
                && (Fs.TryStat(blobs, Bytes.Of(layer.Blob.Digest.Hex), out _) || Newest(kept, layer.Blob.Digest.Hex, layer: false) is not null))
            .ToArray().ToSeq().Strict();
    }

    internal static bool HasBlob(Paths paths, Digest digest)
    {
        using var blobs = Fs.OpenDirectory(paths.Blobs);
        if (Fs.TryStat(blobs, Bytes.Of(digest.Hex), out _))
        {
            return true;
        }

        using var trash = Fs.OpenDirectory(paths.Trash);
        return Newest(Names(trash), digest.Hex, layer: false) is not null;
    }

    internal static async Task<bool> BringAsync(Paths paths, Digest digest, CancellationToken cancel)
    {
        paths.Claims?.Note(new Claim(ClaimKind.Blob, digest.Hex));
        using (await StoreLocks.HoldAsync(paths, LayerPublisher.Lock, exclusive: true, cancel).ConfigureAwait(false))
        {
            using var trash = Fs.OpenDirectory(paths.Trash);
            using var blobs = Fs.OpenDirectory(paths.Blobs);
            var back = Back(trash, blobs, digest.Hex);
            FaultPoints.At(FaultPoint.BlobBrought);
            Fs.Sync(blobs);
            return back;
        }
    }

    /// <summary>Blob and link before the layer, whose name says that all is there.</summary>
    internal static async Task<Option<StoredLayer>> BringAsync(Paths paths, string id, CancellationToken cancel)
    {
        paths.Claims?.Note(new Claim(ClaimKind.Layer, id));
        using (await StoreLocks.HoldAsync(paths, LayerPublisher.Lock, exclusive: true, cancel).ConfigureAwait(false))
        {
            if (LayerRecord.Read(paths, id) is { } there)
            {
                return there;
            }

            using var trash = Fs.OpenDirectory(paths.Trash);
            using var blobs = Fs.OpenDirectory(paths.Blobs);
            using var links = Fs.OpenDirectory(paths.Links);
            using var layers = Fs.OpenDirectory(paths.Layers);
            if (Newest(Names(trash), id, layer: true) is not { } name || LayerRecord.ReadKept(paths, name) is not { } layer)
            {
                return None;
            }

            paths.Claims?.Note(new Claim(ClaimKind.Blob, layer.Blob.Digest.Hex));
            if (!Back(trash, blobs, layer.Blob.Digest.Hex))
            {
                return None;
            }

            FaultPoints.At(FaultPoint.BlobBrought);
            Fs.Sync(blobs);
            LayerPublisher.MakeShortLink(links, id);
            if (!Fs.TryRenameExisting(trash, name, layers, Bytes.Of(id)))
            {
                // Its time has come meanwhile; the blob is given up again by its claim.
                return None;
            }

            FaultPoints.At(FaultPoint.LayerBrought);
            Fs.Sync(links);
            Fs.Sync(layers);
            return layer;
        }
    }

    /// <summary>It is there, or is there again.</summary>
    private static bool Back(SafeFileHandle trash, SafeFileHandle blobs, string hex) =>
        Fs.TryStat(blobs, Bytes.Of(hex), out _)
        || (Newest(Names(trash), hex, layer: false) is { } name && Fs.TryRenameExisting(trash, name, blobs, Bytes.Of(hex)));

    private static byte[]? Newest(List<(byte[] Name, long Second, string Hex, bool IsLayer)> kept, string hex, bool layer) =>
        kept.Where(one => one.Hex == hex && one.IsLayer == layer).OrderByDescending(one => one.Second).Select(one => one.Name).FirstOrDefault();

    /// <summary>SECOND-GUID-HEX: a layer has a record, a blob is a file.</summary>
    private static List<(byte[] Name, long Second, string Hex, bool IsLayer)> Names(SafeFileHandle trash)
    {
        var found = new List<(byte[], long, string, bool)>();
        foreach (var name in Fs.Names(trash))
        {
            if (Encoding.ASCII.GetString(name).Split('-') is [var second, _, { Length: 64 } hex]
                && long.TryParse(second, NumberStyles.None, CultureInfo.InvariantCulture, out var at) && Digest.IsHex(hex))
            {
                if (Fs.TryStat(trash, Bytes.Join(name, LayerRecord.FileName), out _))
                {
                    found.Add((name, at, hex, true));
                }
                else if (Fs.TryStat(trash, name, out var stat) && stat.Kind == FileKind.Regular)
                {
                    found.Add((name, at, hex, false));
                }
            }
        }

        return found;
    }
}
