namespace EventDock.Adapters.Content;

using System.IO;
using EventDock.Adapters.Posix;
using EventDock.Domain.Kernel;
using EventDock.Domain.Layers;
using EventDock.Domain.Oci;
using Microsoft.Win32.SafeHandles;

/// <summary>Small blobs in <c>blobs/sha256/</c>: written, fsynced and renamed before their digest is given to anybody.</summary>
public static class Blobs
{
    public static BlobStore Create(Paths paths) =>
        new(Write: (mediaType, bytes, cancel) => Guarded.Run(() => Write(paths, mediaType, bytes.Span), cancel).ToAsync(),
            Read: (digest, most, cancel) => Guarded.Run(() => Read(paths, digest, most), cancel).ToAsync(),
            Discard: (digest, cancel) => Guarded.Run(() => Discard(paths, digest), cancel).ToAsync())
        {
            IsKept = (digest, cancel) => Guarded.Run(() => KeptImages.HasBlob(paths, digest), cancel).ToAsync(),
            Bring = (digest, cancel) => Guarded.RunAsync(() => KeptImages.BringAsync(paths, digest, cancel), cancel).ToAsync(),
            Open = (digest, cancel) => Guarded.Run(() => OpenBlob(paths, digest), cancel).ToAsync(),
        };

    internal static BlobRef Write(Paths paths, string mediaType, ReadOnlySpan<byte> bytes)
    {
        var digest = Digest.Of(bytes);
        var name = Bytes.Of(digest.Hex);
        using var blobs = Fs.OpenDirectory(paths.Blobs);
        if (!IsThere(paths, blobs, digest))
        {
            using var stage = StagingDirectory.Create(paths, "blob");
            using (var file = Fs.At(stage.Handle, "blob"u8, Open.Write | Open.Create | Open.Exclusive, 0x180))
            {
                Fs.Write(file, bytes);
                FaultPoints.At(FaultPoint.BlobWritten);
                Fs.Sync(file);
            }

            FaultPoints.At(FaultPoint.BlobSynced);
            Fs.TryRenameNew(stage.Handle, "blob"u8, blobs, name);
            FaultPoints.At(FaultPoint.BlobNamed);
            Fs.Sync(blobs);
        }

        return new BlobRef(mediaType, digest, bytes.Length);
    }

    /// <summary>A staged file, synced, by its digest.</summary>
    internal static void Place(Paths paths, StagingDirectory stage, ReadOnlySpan<byte> file, Digest digest)
    {
        using var blobs = Fs.OpenDirectory(paths.Blobs);
        if (!IsThere(paths, blobs, digest))
        {
            FaultPoints.At(FaultPoint.BlobSynced);
            Fs.TryRenameNew(stage.Handle, file, blobs, Bytes.Of(digest.Hex));
            FaultPoints.At(FaultPoint.BlobNamed);
            Fs.Sync(blobs);
        }
    }

    /// <summary>
    /// Whoever takes away what a dead command left asks under this lock who has claimed it: so it is claimed before it is looked for.
    /// </summary>
    private static bool IsThere(Paths paths, SafeFileHandle blobs, Digest digest)
    {
        if (paths.Claims is null)
        {
            return Fs.TryStat(blobs, Bytes.Of(digest.Hex), out _);
        }

        using var held = StoreLocks.Hold(paths, LayerPublisher.Lock, exclusive: false);
        paths.Claims.Note(new Claim(ClaimKind.Blob, digest.Hex));
        return Fs.TryStat(blobs, Bytes.Of(digest.Hex), out _);
    }

    internal static Stream OpenBlob(Paths paths, Digest digest)
    {
        using var blobs = Fs.OpenDirectory(paths.Blobs);
        return Fs.TryOpenRegular(blobs, Bytes.Of(digest.Hex), out var file, out _)
            ? new FileStream(file, FileAccess.Read, bufferSize: 0)
            : throw new PosixException(Errno.NoEntry, "open", Path.Combine(paths.Blobs, digest.Hex));
    }

    private static byte[] Read(Paths paths, Digest digest, int most)
    {
        using var blobs = Fs.OpenDirectory(paths.Blobs);
        var path = Path.Combine(paths.Blobs, digest.Hex);
        var name = Bytes.Of(digest.Hex);
        if (!Fs.TryStat(blobs, name, out var stat))
        {
            throw new PosixException(Errno.NoEntry, "open", path);
        }

        if (stat.Size > most)
        {
            throw new RefusedException(new DomainError.BadContent(digest.Value, $"is longer than {most} bytes"));
        }

        var bytes = Fs.ReadAll(blobs, name) ?? throw new PosixException(Errno.NoEntry, "open", path);
        var actual = Digest.Of(bytes);
        return actual.Hex == digest.Hex
            ? bytes
            : throw new RefusedException(new DomainError.Corrupt(path, digest.Value, actual.Value));
    }

    private static Unit Discard(Paths paths, Digest digest)
    {
        using var blobs = Fs.OpenDirectory(paths.Blobs);
        using var trash = Fs.OpenDirectory(paths.Trash);
        var taken = Trash.Take(blobs, Bytes.Of(digest.Hex), trash);
        FaultPoints.At(FaultPoint.BlobTaken);
        Trash.Empty(paths, trash, taken);
        return unit;
    }
}
