namespace EventDock.Adapters.Content;

using System.IO;
using System.IO.Compression;
using System.Security.Cryptography;
using EventDock.Adapters.Posix;
using EventDock.Adapters.Tar;
using EventDock.Domain.Kernel;
using EventDock.Domain.Layers;
using EventDock.Domain.Oci;
using Microsoft.Win32.SafeHandles;

/// <summary>
/// Archives of thin layers as blobs. Each names its container, so that it is no other blob's twin: whoever removes a layer, or
/// another container's archive, does not take it along.
/// </summary>
public static class ThinContents
{
    private const string What = "the layer to be kept";

    /// <param name="quota">Bytes of one archive before it is packed.</param>
    public static ThinContentStore Create(Paths paths, Func<Either<DomainError, long>> quota) => new(
        IsAsked: id => Fs.TryStat(Fs.Cwd, Bytes.Of(Path.Combine(paths.Records, id)), out _),
        Ask: (id, cancel) => Guarded.Run(() => Ask(paths, id), cancel).ToAsync(),
        All: cancel => Guarded.Run(() => All(paths), cancel).ToAsync(),
        Keep: (id, cancel) => quota().ToAsync().Bind(most => Guarded.Run(() => Keep(paths, id, most, cancel), cancel).ToAsync()),
        Refill: (id, layers, digest, cancel) => Guarded.Run(() => Refill(paths, id, layers, digest, cancel), cancel).ToAsync(),
        Forget: (id, cancel) => Guarded.Run(() => Forget(paths, id), cancel).ToAsync());

    private static Unit Ask(Paths paths, string id)
    {
        using var records = Fs.OpenDirectory(paths.Records);
        Fs.At(records, ThinLayers.Checked(id), Open.Write | Open.Create | Open.NoFollow, 0x180).Dispose();
        Fs.Sync(records);
        return unit;
    }

    private static Seq<string> All(Paths paths)
    {
        using var records = Fs.OpenDirectory(paths.Records);
        return Fs.SortedNames(records).Select(name => Bytes.Show(name)).ToArray().ToSeq().Strict();
    }

    private static Unit Forget(Paths paths, string id)
    {
        using var records = Fs.OpenDirectory(paths.Records);
        Fs.Unlink(records, ThinLayers.Checked(id));
        return unit;
    }

    private static KeptContent Keep(Paths paths, string id, long quota, CancellationToken cancel)
    {
        try
        {
            return new KeptContent(Archived(paths, id, quota, cancel), null);
        }
        catch (RefusedException e) when (e.Error is DomainError.BadContent refused)
        {
            return new KeptContent(null, refused.Reason);
        }
        catch (PosixException e)
        {
            // An exit on a full disk is recorded all the same.
            return new KeptContent(null, e.Message);
        }
    }

    private static BlobRef Archived(Paths paths, string id, long quota, CancellationToken cancel)
    {
        using var upper = Fs.OpenDirectory(paths.Upper(Bytes.Show(ThinLayers.Checked(id))));
        using var stage = StagingDirectory.Create(paths, "content");
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var file = Fs.At(stage.Handle, LayerPublisher.BlobName, Open.Write | Open.Create | Open.Exclusive, 0x180);
        using (var gzip = new GzipMembers(new Tee(hash, new PosixStream(file)), CompressionLevel.Fastest))
        using (var buffered = new BufferedStream(new Bounded(gzip, quota), 128 * 1024))
        {
            new UpperArchive(buffered, What, cancel) { Live = true, SparseFrom = UpperArchive.AnyHole, Comment = id }
                .Write(upper, withRoot: true);
            buffered.Flush();
        }

        Fs.Sync(file);
        var digest = Digest.FromHash(hash.GetHashAndReset());
        Blobs.Place(paths, stage, LayerPublisher.BlobName, digest);
        return new BlobRef(MediaType.OciLayerGzip, digest, Fs.Stat(file).Size);
    }

    private static Unit Refill(Paths paths, string id, Seq<string> layers, Option<Digest> digest, CancellationToken cancel)
    {
        ThinLayers.Make(paths, id, layers);
        digest.IfSome(known =>
        {
            using var blob = Blobs.OpenBlob(paths, known);
            var actual = Digest.FromHash(SHA256.HashData(blob));
            if (actual.Hex != known.Hex)
            {
                throw new RefusedException(
                    new DomainError.Corrupt(Path.Combine(paths.Blobs, known.Hex), known.Value, actual.Value));
            }

            blob.Position = 0;
            Unpack(paths, id, blob, cancel);
        });
        ThinLayers.Baseline(paths, id, cancel);
        return ThinLayers.Sync(paths, id);
    }

    private static void Unpack(Paths paths, string id, Stream blob, CancellationToken cancel)
    {
        using var upper = Fs.OpenDirectory(paths.Upper(id));
        using var stage = StagingDirectory.Create(paths, "content");
        using var plain = new GZipStream(blob, CompressionMode.Decompress, leaveOpen: true);
        using (var unpacker = new Unpacker(upper, stage.Handle, UnpackRules.Layer, What))
        {
            unpacker.Unpack(new TarReader(plain, What, new TarLimits(Entries: long.MaxValue, Bytes: long.MaxValue)), cancel);
        }

        Fs.SyncFileSystem(upper);
    }

    /// <summary>Refuses what is beyond so many bytes.</summary>
    private sealed class Bounded(Stream target, long most) : WriteOnly
    {
        private long written;

        public override void Write(ReadOnlySpan<byte> bytes)
        {
            written += bytes.Length;
            if (written > most)
            {
                throw new RefusedException(new DomainError.BadContent(What, $"more than {most} bytes (record-quota)"));
            }

            target.Write(bytes);
        }
    }
}
