namespace EventDock.Adapters.Content;

using System.IO;
using EventDock.Adapters.Posix;
using EventDock.Domain.Kernel;
using EventDock.Domain.Layers;
using EventDock.Domain.Oci;

/// <summary>Small blobs in <c>blobs/sha256/</c>: written, fsynced and renamed before their digest is given to anybody.</summary>
public static class Blobs
{
    public static BlobStore Create(Paths paths) =>
        new(Write: (mediaType, bytes, cancel) => Guarded.Run(() => Write(paths, mediaType, bytes.Span), cancel).ToAsync(),
            Read: (digest, most, cancel) => Guarded.Run(() => Read(paths, digest, most), cancel).ToAsync(),
            Discard: (digest, cancel) => Guarded.Run(() => Discard(paths, digest), cancel).ToAsync())
        {
            Open = (digest, cancel) => Guarded.Run(() => OpenBlob(paths, digest), cancel).ToAsync(),
        };

    internal static BlobRef Write(Paths paths, string mediaType, ReadOnlySpan<byte> bytes)
    {
        var digest = Digest.Of(bytes);
        var name = Bytes.Of(digest.Hex);
        using var blobs = Fs.OpenDirectory(paths.Blobs);
        if (!Fs.TryStat(blobs, name, out _))
        {
            using var stage = StagingDirectory.Create(paths, "blob");
            using (var file = Fs.At(stage.Handle, "blob"u8, Open.Write | Open.Create | Open.Exclusive, 0x180))
            {
                Fs.Write(file, bytes);
                Fs.Sync(file);
            }

            Fs.TryRenameNew(stage.Handle, "blob"u8, blobs, name);
            Fs.Sync(blobs);
        }

        return new BlobRef(mediaType, digest, bytes.Length);
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
        Trash.Empty(trash, Trash.Take(blobs, Bytes.Of(digest.Hex), trash));
        return unit;
    }
}
