namespace EventDock.Adapters.Segments;

using System.IO;
using System.IO.Compression;
using System.Security.Cryptography;
using EventDock.Adapters.Posix;
using EventDock.Domain.Kernel;
using EventDock.Domain.Ledger;
using EventDock.Domain.Oci;
using Microsoft.Win32.SafeHandles;

/// <summary>
/// The directory <c>segments</c> of a root, 0700, made with the first segment. Files in it are 0600: whoever has the salts that
/// stand in them can test guesses of what a redaction took out elsewhere.
/// </summary>
public static class SegmentFilesAdapter
{
    /// <summary>What one member may unpack to: an event of two million bytes, some times over.</summary>
    private const int MostUnpacked = 1 << 28;

    private static readonly byte[] Lock = Bytes.Of("lock");

    public static SegmentFiles Create(string root) => new(
        cancel => Guarded.RunAsync<IDisposable>(() => LockAsync(root, cancel), cancel).ToAsync(),
        (range, fill, cancel) => WriteAsync(root, range, fill, cancel).ToAsync(),
        (segment, cancel) => Guarded.Run(() => Purge(root, segment), cancel).ToAsync(),
        (segment, block) => Read(root, segment, block),
        (segment, cancel) => DigestAsync(root, segment, cancel).ToAsync());

    /// <summary>What a command that was killed was writing goes: nobody else writes now.</summary>
    private static async Task<IDisposable> LockAsync(string root, CancellationToken cancel)
    {
        using var directory = OpenOrMake(root);
        var held = await FileLock.HoldAsync(directory, Lock, exclusive: true, cancel);
        foreach (var left in Names(root).Where(SegmentDraft.IsStaged))
        {
            Fs.Unlink(directory, Bytes.Of(left));
        }

        return held;
    }

    private static Unit Purge(string root, Segment segment)
    {
        using var directory = OpenOrMake(root);
        foreach (var other in Names(root).Where(name => name != segment.File && segment.Names(name)))
        {
            Fs.Unlink(directory, Bytes.Of(other));
        }

        Fs.Sync(directory);
        return unit;
    }

    private static string[] Names(string root) =>
        Directory.EnumerateFiles(DirectoryOf(root)).Select(path => Path.GetFileName(path)!).ToArray();

    private static SafeFileHandle OpenOrMake(string root)
    {
        if (Fs.TryMakeUnset(Fs.Cwd, Bytes.Of(DirectoryOf(root))))
        {
            using var above = Fs.OpenDirectory(root);
            Fs.Sync(above);
        }

        return Fs.OpenDirectory(DirectoryOf(root));
    }

    private static string DirectoryOf(string root) => Path.Combine(root, "segments");

    private static async Task<Either<DomainError, Segment>> WriteAsync(
        string root, SegmentRange range, Func<SegmentSink, EitherAsync<DomainError, Unit>> fill, CancellationToken cancel) =>
        (await Guarded.RunAsync(
            async () =>
            {
                using var directory = OpenOrMake(root);
                using var draft = new SegmentDraft(directory, range);
                var filled = await fill(draft.Sink).ToEither();
                return filled.Map(_ => draft.Finish());
            },
            cancel)).Bind(segment => segment);

    private static Either<DomainError, byte[]> Read(string root, Segment segment, int block) =>
        With(root, segment, file =>
        {
            var begin = segment.Blocks[block].Offset;
            var end = block + 1 < segment.Blocks.Count ? segment.Blocks[block + 1].Offset : segment.Bytes.Value;
            var packed = new byte[Math.Max(0, end - begin)];
            var read = 0;
            while (read < packed.Length && Fs.ReadAt(file, packed.AsSpan(read), begin + read) is var n and > 0)
            {
                read += n;
            }

            return packed.AsSpan(0, read).ToArray();
        }).Bind(packed => Unpacked(segment, packed));

    private static async Task<Either<DomainError, Digest>> DigestAsync(string root, Segment segment, CancellationToken cancel) =>
        (await Guarded.Run(() => With(root, segment, file => Hash(file, cancel)), cancel)).Bind(digest => digest);

    private static Digest Hash(SafeFileHandle file, CancellationToken cancel)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[1 << 20];
        for (long at = 0; Fs.ReadAt(file, buffer, at) is var n and > 0; at += n)
        {
            cancel.ThrowIfCancellationRequested();
            hash.AppendData(buffer.AsSpan(0, n));
        }

        return Digest.FromHash(hash.GetHashAndReset());
    }

    private static Either<DomainError, T> With<T>(string root, Segment segment, Func<SafeFileHandle, T> work)
    {
        try
        {
            using var directory = Fs.OpenDirectory(DirectoryOf(root));
            if (!Fs.TryOpenRegular(directory, Bytes.Of(segment.File), out var file, out _))
            {
                file.Dispose();
                return new DomainError.SegmentUnreadable(segment.File, "it is not there");
            }

            using (file)
            {
                return work(file);
            }
        }
        catch (PosixException e)
        {
            return new DomainError.SegmentUnreadable(segment.File, e.Message);
        }
    }

    /// <summary>What is read is compared with its digests, so that nothing is asked of the stream but bytes.</summary>
    private static Either<DomainError, byte[]> Unpacked(Segment segment, byte[] packed)
    {
        try
        {
            using var gzip = new GZipStream(new MemoryStream(packed), CompressionMode.Decompress);
            using var lines = new MemoryStream(packed.Length * 4);
            var buffer = new byte[1 << 16];
            while (gzip.Read(buffer) is var n and > 0)
            {
                if (lines.Length + n > MostUnpacked)
                {
                    return new DomainError.SegmentUnreadable(segment.File, "a part of it unpacks to more than can have been sealed");
                }

                lines.Write(buffer, 0, n);
            }

            return lines.ToArray();
        }
        catch (InvalidDataException e)
        {
            return new DomainError.SegmentUnreadable(segment.File, e.Message);
        }
    }
}
