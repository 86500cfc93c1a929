namespace EventDock.Adapters.Content;

using System.Buffers;
using System.IO;
using System.Net.Http;
using System.Security.Cryptography;
using EventDock.Adapters.Posix;
using EventDock.Adapters.Tar;
using EventDock.Domain.Images;
using EventDock.Domain.Kernel;
using EventDock.Domain.Layers;
using EventDock.Domain.Oci;
using Microsoft.Win32.SafeHandles;

/// <summary>
/// An archive on its way into the store: received, hashed and kept by one thread, inflated and hashed again by a second, written
/// to disk as files by a third. Nothing of it is seen under a final name before both digests and the size are right.
/// </summary>
/// <param name="sync">Shared with the layers that are made at the same time.</param>
internal sealed class LayerImporter(Paths paths, TarLimits limits, LayerImport import, SharedSync sync)
{
    private readonly string what = (import.Blob?.Digest ?? import.Staged?.Digest) is { } digest ? $"layer {digest}" : "archive";

    internal async Task<StoredLayer> RunAsync(CancellationToken cancel)
    {
        // Whoever waited finds what the other has made; where that one failed or was killed, the turn comes all the same.
        using var turn = import.DiffId is { } diffId && Known() is null
            ? await LayerTurn.TakeAsync(
                paths, LayerIds.Of(import.Parent, diffId), () => import.Progress(new LayerProgress(0, LayerStep.Waiting)), cancel)
                .ConfigureAwait(false)
            : null;
        if (Known() is { } known)
        {
            import.Progress(new LayerProgress(import.Blob?.Size ?? 0, LayerStep.Unpacked));
            return known;
        }

        if (import.Blob is { } promised && promised.Size > limits.Bytes)
        {
            // A promise that can be kept for ever: nothing of it is fetched.
            throw new RefusedException(new DomainError.BadContent(what, $"it is longer than {limits.Bytes} bytes"));
        }

        var source = (await import.Open(cancel).ToEither().ConfigureAwait(false))
            .IfLeft(error => throw new RefusedException(error));
        await using (source.ConfigureAwait(false))
        {
            FaultPoints.At(FaultPoint.LayerOpened);
            using var stage = StagingDirectory.Create(paths, "layer");
            var layer = await FillAsync(source, stage, cancel).ConfigureAwait(false);
            var stored = await LayerPublisher.PublishAsync(paths, stage, layer, sync, cancel).ConfigureAwait(false);
            import.Progress(new LayerProgress(layer.Blob.Size.Value, LayerStep.Unpacked));
            return stored;
        }
    }

    private StoredLayer? Known() =>
        import.DiffId is { } diffId
            ? LayerRecord.Read(paths, LayerIds.Of(import.Parent, diffId))
            : null;

    /// <summary>Into <c>blob</c> and <c>layer/diff</c> of the staging directory.</summary>
    internal async Task<StoredLayer> FillAsync(Stream source, StagingDirectory stage, CancellationToken cancel)
    {
        Fs.MakeDirectory(stage.Handle, LayerPublisher.LayerName, 0x1c0);
        Fs.MakeDirectory(stage.Handle, "layer/diff"u8, 0x1ed);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        using var received = new ByteQueue(stop.Token);
        using var plain = new ByteQueue(stop.Token);
        var receive = Stages.RunAsync(
            () => import.Staged is { } staged
                ? Task.FromResult(Relay(source, staged, stage.Handle, received, stop))
                : ReceiveAsync(source, stage.Handle, received, stop),
            stop);
        var inflate = Stages.RunAsync(() => Task.FromResult(Inflate(received, plain, stop)), stop);
        var unpack = Stages.RunAsync(() => Task.FromResult(Unpack(plain, stage.Handle, stop)), stop);
        await Task.WhenAll(receive, inflate, unpack).ConfigureAwait(false);
        cancel.ThrowIfCancellationRequested();

        var (blobError, blob) = await receive.ConfigureAwait(false);
        var (inflateError, packing, diffId, plainSize) = await inflate.ConfigureAwait(false);
        var (unpackError, size) = await unpack.ConfigureAwait(false);

        // A damaged stream fails in every part; that it is damaged says more than what the part made of it.
        if (First(blobError, inflateError, unpackError) is { } error)
        {
            throw new RefusedException(error);
        }

        if (import.DiffId is { } expected && expected.Hex != diffId!.Hex)
        {
            throw new RefusedException(new DomainError.Corrupt($"{what} diffID", expected.Value, diffId.Value));
        }

        var mediaType = import.Blob?.MediaType ?? packing switch
        {
            Packing.Gzip => MediaType.OciLayerGzip,
            Packing.Zstd => MediaType.OciLayerZstd,
            _ => MediaType.OciLayer,
        };
        return new StoredLayer(
            LayerIds.Of(import.Parent, diffId!), import.Parent, diffId!,
            new BlobRef(mediaType, blob!.Value.Digest, blob.Value.Size), size)
        {
            Plain = plainSize,
        };
    }

    // A full disk is named first, whatever followed from it.
    private static DomainError? First(params DomainError?[] errors) =>
        errors.FirstOrDefault(e => e is DomainError.DiskFull) ?? errors.FirstOrDefault(e => e is not null);

    private async Task<(DomainError? Error, (Digest Digest, long Size)? Blob)> ReceiveAsync(
        Stream source, SafeFileHandle stage, ByteQueue received, CancellationTokenSource stop)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(128 * 1024);
        try
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            using var file = Fs.At(stage, LayerPublisher.BlobName, Open.Write | Open.Create | Open.Exclusive, 0x180);
            long size = 0;
            while (await source.ReadAsync(buffer, stop.Token).ConfigureAwait(false) is var n and > 0)
            {
                size += n;
                if (import.Blob is { } promised && size > promised.Size)
                {
                    return Fail(stop, new DomainError.Corrupt($"{what} size", $"{promised.Size}", $"more than {promised.Size}"));
                }

                if (size > limits.Bytes)
                {
                    return Fail(stop, new DomainError.BadContent(what, $"it is longer than {limits.Bytes} bytes ({limits.Key("bytes")})"));
                }

                hash.AppendData(buffer, 0, n);
                Fs.Write(file, buffer.AsSpan(0, n));
                received.Write(buffer.AsSpan(0, n));
                import.Progress(new LayerProgress(size, LayerStep.Reading));
            }

            var digest = Digest.FromHash(hash.GetHashAndReset());
            if (import.Blob is { } expected && expected.Size != size)
            {
                return Fail(stop, new DomainError.Corrupt($"{what} size", $"{expected.Size}", $"{size}"));
            }

            if (import.Blob is { } wanted && wanted.Digest.Hex != digest.Hex)
            {
                return Fail(stop, new DomainError.Corrupt(what, wanted.Digest.Value, digest.Value));
            }

            import.Progress(new LayerProgress(size, LayerStep.Received));
            return (null, (digest, size));
        }
        catch (PosixException e)
        {
            return Fail(stop, e.Error);
        }
        catch (RefusedException e)
        {
            return Fail(stop, e.Error);
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            return Fail(stop, new DomainError.BadContent(what, $"its source failed: {e.Message}"));
        }
        catch (OperationCanceledException e)
        {
            // Called off by us, or given up by the source itself (HttpClient's timeout has no exception of its own).
            return stop.IsCancellationRequested ? (null, null) : Fail(stop, new DomainError.BadContent(what, $"its source failed: {e.Message}"));
        }
        finally
        {
            received.Complete();
            ArrayPool<byte>.Shared.Return(buffer);
        }

        static (DomainError?, (Digest, long)?) Fail(CancellationTokenSource stop, DomainError error)
        {
            stop.Cancel();
            return (error, null);
        }
    }

    /// <summary>The bytes are on disk and hashed: they are read for what is in them, and the file becomes the blob.</summary>
    private (DomainError? Error, (Digest Digest, long Size)? Blob) Relay(
        Stream source, StagedFile staged, SafeFileHandle stage, ByteQueue received, CancellationTokenSource stop)
    {
        try
        {
            var buffer = new byte[128 * 1024];
            long size = 0;
            while (source.Read(buffer, 0, buffer.Length) is var n and > 0)
            {
                stop.Token.ThrowIfCancellationRequested();
                received.Write(buffer.AsSpan(0, n));
                import.Progress(new LayerProgress(size += n, LayerStep.Reading));
            }

            Fs.MakeLink(Fs.Cwd, Bytes.Of(staged.Place), stage, LayerPublisher.BlobName);
            return (null, (staged.Digest, staged.Size));
        }
        catch (PosixException e)
        {
            stop.Cancel();
            return (e.Error, null);
        }
        catch (IOException e)
        {
            stop.Cancel();
            return (new DomainError.FileFailed(staged.Place, e.Message), null);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return (null, null);
        }
        finally
        {
            received.Complete();
        }
    }

    private (DomainError? Error, Packing Packing, Digest? DiffId, long Plain) Inflate(
        ByteQueue received, ByteQueue plain, CancellationTokenSource stop)
    {
        try
        {
            long size = 0;
            Digest? known = null;
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            var packing = ArchiveForm.Read(
                received,
                what,
                stop.Token,
                bytes =>
                {
                    size += bytes.Length;
                    if (known is null)
                    {
                        hash.AppendData(bytes.Span);
                    }

                    plain.Write(bytes.Span);
                },
                // What is not compressed has been hashed when it was put aside.
                form => known = form == Packing.None ? import.Staged?.Digest : null);
            return (null, packing, known ?? Digest.FromHash(hash.GetHashAndReset()), size);
        }
        catch (RefusedException e)
        {
            return (Failed(e.Error, received, stop), Packing.None, null, 0);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return (null, Packing.None, null, 0);
        }
        finally
        {
            plain.Complete();
        }
    }

    private (DomainError? Error, long Size) Unpack(ByteQueue plain, SafeFileHandle stage, CancellationTokenSource stop)
    {
        try
        {
            using var diff = Fs.At(stage, "layer/diff"u8, Open.Read | Open.Directory | Open.NoFollow);
            using var unpacker = new Unpacker(diff, stage, UnpackRules.Layer, what);
            return (null, unpacker.Unpack(new TarReader(plain, what, limits), stop.Token));
        }
        catch (PosixException e)
        {
            return (Failed(e.Error, plain, stop), 0);
        }
        catch (RefusedException e)
        {
            return (Failed(e.Error, plain, stop), 0);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return (null, 0);
        }
    }

    /// <summary>
    /// Where a digest is promised, the rest is still received: what failed here may have failed because other bytes came than
    /// were promised, and then that is the error. Else there is nothing to wait for.
    /// </summary>
    private DomainError Failed(DomainError error, ByteQueue input, CancellationTokenSource stop)
    {
        if (import.Blob is null || error is not DomainError.BadContent)
        {
            stop.Cancel();
        }

        input.Abandon();
        return error;
    }
}
