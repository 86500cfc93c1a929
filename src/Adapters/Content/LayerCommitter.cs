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
/// An overlay upper directory on its way to being a layer: archived, compressed by a second thread, then renamed. One that stays is
/// unpacked from its archive by a third, as a layer from elsewhere would be.
/// </summary>
internal sealed class LayerCommitter(Paths paths, LayerCommit commit, SharedSync sync)
{
    private const string What = "the layer to be committed";

    internal async Task<Option<StoredLayer>> RunAsync(CancellationToken cancel)
    {
        using var upper = Fs.OpenDirectory(commit.Upper);
        var stat = Fs.Stat(upper);
        var rootChanged = stat.Mode != 0x1ed || stat.Uid != 0 || stat.Gid != 0;
        if (!rootChanged && Fs.Names(upper).Count == 0)
        {
            return None;
        }

        using var stage = StagingDirectory.Create(paths, "commit");
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        using var plain = new ByteQueue(stop.Token);
        using var files = new ByteQueue(stop.Token);
        if (commit.Stays)
        {
            Fs.MakeDirectory(stage.Handle, LayerPublisher.LayerName, 0x1c0);
            Fs.MakeDirectory(stage.Handle, "layer/diff"u8, 0x1ed);
        }

        var unpack = Stages.RunAsync(
            () => Task.FromResult(
                commit.Stays ? Stages.Fault(() => Unpack(files, stage.Handle, stop.Token), files.Abandon, stop) : null),
            stop);
        var compress = Stages.RunAsync(() => Task.FromResult(Compress(plain, stage.Handle, stop)), stop);
        var archive = Stages.RunAsync(() => Task.FromResult(Archive(plain, files, upper, rootChanged, stop)), stop);
        await Task.WhenAll(compress, archive, unpack).ConfigureAwait(false);
        cancel.ThrowIfCancellationRequested();
        var (archiveError, diffId, size, plainSize) = await archive.ConfigureAwait(false);
        var (compressError, blob) = await compress.ConfigureAwait(false);
        if ((archiveError ?? compressError ?? await unpack.ConfigureAwait(false)) is { } error)
        {
            throw new RefusedException(error);
        }

        FaultPoints.At(FaultPoint.CommitArchived);
        if (!commit.Stays)
        {
            Fs.MakeDirectory(stage.Handle, LayerPublisher.LayerName, 0x1c0);
            Fs.Rename(Fs.Cwd, Bytes.Of(commit.Upper), stage.Handle, "layer/diff"u8);
        }

        FaultPoints.At(FaultPoint.CommitMoved);
        var layer = new StoredLayer(LayerIds.Of(commit.Parent, diffId!), commit.Parent, diffId!, blob!, size)
        {
            Plain = plainSize,
        };
        return await LayerPublisher.PublishAsync(paths, stage, layer, sync, cancel).ConfigureAwait(false);
    }

    private (DomainError? Error, Digest? DiffId, long Size, long Plain) Archive(
        ByteQueue plain, ByteQueue files, SafeFileHandle upper, bool withRoot, CancellationTokenSource stop)
    {
        try
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            var archived = new Tee(hash, commit.Stays ? new Both(plain, files) : plain);
            using var buffered = new BufferedStream(archived, 128 * 1024);
            var size = new UpperArchive(buffered, What, stop.Token) { Live = commit.Stays }.Write(upper, withRoot);
            buffered.Flush();
            return (null, Digest.FromHash(hash.GetHashAndReset()), size, archived.Count);
        }
        catch (PosixException e)
        {
            stop.Cancel();
            return (e.Error, null, 0, 0);
        }
        catch (RefusedException e)
        {
            stop.Cancel();
            return (e.Error, null, 0, 0);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return (null, null, 0, 0);
        }
        finally
        {
            plain.Complete();
            files.Complete();
        }
    }

    private static void Unpack(ByteQueue files, SafeFileHandle stage, CancellationToken cancel)
    {
        using var diff = Fs.At(stage, "layer/diff"u8, Open.Read | Open.Directory | Open.NoFollow);
        using var unpacker = new Unpacker(diff, stage, UnpackRules.Layer, What);
        unpacker.Unpack(new TarReader(files, What, new TarLimits(Entries: long.MaxValue, Bytes: long.MaxValue)), cancel);
    }

    private (DomainError? Error, BlobRef? Blob) Compress(ByteQueue plain, SafeFileHandle stage, CancellationTokenSource stop)
    {
        try
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            using var file = Fs.At(stage, LayerPublisher.BlobName, Open.Write | Open.Create | Open.Exclusive, 0x180);
            var written = new Tee(hash, new PosixStream(file));
            using (var gzip = new GzipMembers(written, commit.Stays ? CompressionLevel.Fastest : CompressionLevel.Optimal))
            {
                plain.CopyTo(gzip, 128 * 1024);
            }

            return (null, new BlobRef(MediaType.OciLayerGzip, Digest.FromHash(hash.GetHashAndReset()), Fs.Stat(file).Size));
        }
        catch (PosixException e)
        {
            stop.Cancel();
            return (e.Error, null);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return (null, null);
        }
    }
}
