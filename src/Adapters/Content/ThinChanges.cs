namespace EventDock.Adapters.Content;

using System.Buffers;
using System.Diagnostics;
using System.IO;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Json;
using EventDock.Adapters.Posix;
using EventDock.Domain.Kernel;
using EventDock.Domain.Layers;
using EventDock.Domain.Oci;
using Microsoft.Win32.SafeHandles;

/// <summary>How much of a thin layer's content a scan reads for digests.</summary>
/// <param name="Bytes">All files together.</param>
/// <param name="Paths">A scan of more is not whole.</param>
/// <param name="Walk">So long the walk may take.</param>
public sealed record ThinLimits(long Bytes, TimeSpan Reading, int Paths, TimeSpan Walk)
{
    public static readonly ThinLimits Default = new(64L << 20, TimeSpan.FromSeconds(2), 2_000_000, TimeSpan.FromSeconds(30));
}

/// <summary>
/// Two scans as a list of changes. A: neither the layers below nor the last scan had it. C: one of them had it. D: gone. A
/// directory that overlayfs copied up for what is in it counts as C, as in docker diff.
/// </summary>
internal sealed class ThinChanges(SafeFileHandle upper, ThinLimits limits, CancellationToken cancel)
{
    /// <summary>For the owner, the group or anybody.</summary>
    private const uint ExecuteBits = 0x49;

    private readonly Stopwatch reading = new();
    private long left = limits.Bytes;

    /// <summary>The directory whose files are being read: the list is in order, and so they come together.</summary>
    private (byte[] Path, SafeFileHandle Handle)? opened;

    internal Seq<PathChange> Between(List<ThinEntry> before, List<ThinEntry> now, bool complete)
    {
        try
        {
            return Compared(before, now, complete);
        }
        finally
        {
            opened?.Handle.Dispose();
            opened = null;
        }
    }

    private Seq<PathChange> Compared(List<ThinEntry> before, List<ThinEntry> now, bool complete)
    {
        var changes = new List<PathChange>();
        for (int b = 0, n = 0; b < before.Count || n < now.Count;)
        {
            var order = b == before.Count ? 1 : n == now.Count ? -1 : ByteOrder.Instance.Compare(before[b].Path, now[n].Path);
            if (order < 0)
            {
                // What a walk that is not whole has not met may still be there. What came from below went with a whiteout, which
                // has a line of its own.
                if (complete && before[b] is { Hidden: false, InLower: false })
                {
                    changes.Add(Gone(before[b]));
                }

                b++;
            }
            else if (order > 0)
            {
                Add(changes, now[n], isNew: true);
                n++;
            }
            else
            {
                if (!before[b].Same(now[n]))
                {
                    Add(changes, now[n], isNew: before[b].Hidden);
                }

                b++;
                n++;
            }
        }

        return changes.ToSeq().Strict();
    }

    private void Add(List<PathChange> changes, ThinEntry entry, bool isNew)
    {
        if (entry.Hidden)
        {
            changes.Add(Gone(entry));
            return;
        }

        var regular = entry.Stat.Kind == FileKind.Regular;
        var (digest, notRead) = regular ? Read(entry) : (null, null);
        changes.Add(Change(
            isNew && !entry.InLower ? "A" : "C", entry.Path, Type(entry.Stat.Kind), regular ? entry.Stat.Size : 0, digest, notRead,
            regular && (entry.Stat.Mode & ExecuteBits) != 0));
    }

    private static PathChange Gone(ThinEntry entry) =>
        Change("D", entry.Path, entry.Stat.IsWhiteout || entry.Hidden ? "whiteout" : Type(entry.Stat.Kind), 0, null, null);

    private static PathChange Change(string kind, byte[] path, string type, long size, Digest? digest, string? notRead, bool executable = false)
    {
        var isText = Bytes.TryText(path, out var text);
        return new PathChange(
            kind, isText ? "/" + text : Convert.ToBase64String([(byte)'/', .. path]), !isText, type, size, digest, notRead, executable);
    }

    private static string Type(FileKind kind) => kind switch
    {
        FileKind.Regular => "file",
        FileKind.Directory => "directory",
        FileKind.Symlink => "symlink",
        FileKind.CharDevice => "char-device",
        FileKind.BlockDevice => "block-device",
        FileKind.Fifo => "fifo",
        _ => "socket",
    };

    private (Digest? Digest, string? NotRead) Read(ThinEntry entry)
    {
        var size = entry.Stat.Size;
        if (size > left || reading.Elapsed > limits.Reading)
        {
            return (null, entry.Stat.Blocks * 512 < size ? "sparse" : "budget");
        }

        reading.Start();
        try
        {
            if (!TryOpen(entry.Path, out var file))
            {
                return (null, "unreadable");
            }

            using (file)
            {
                left -= size;
                return Hash(file, size);
            }
        }
        catch (PosixException)
        {
            // A file that cannot be read (an I/O error of its device) is said so; the rest of the list is worth having.
            return (null, "unreadable");
        }
        finally
        {
            reading.Stop();
        }
    }

    private bool TryOpen(byte[] path, out SafeFileHandle file)
    {
        var parent = ArchivePath.Parent(path);
        if (opened is not { } last || !last.Path.AsSpan().SequenceEqual(parent))
        {
            const Resolve inside = Resolve.Beneath | Resolve.NoSymlinks | Resolve.NoMounts | Resolve.NoMagicLinks;
            if (!Fs.TryIn(upper, parent, Open.PathOnly | Open.Directory, inside, out file, out _))
            {
                return false;
            }

            opened?.Handle.Dispose();
            opened = (parent.ToArray(), file);
        }

        return Fs.TryOpenRegular(opened.Value.Handle, ArchivePath.Name(path), out file, out _);
    }

    private (Digest? Digest, string? NotRead) Hash(SafeFileHandle file, long size)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(128 * 1024);
        try
        {
            if (size <= ShortSha256.Most)
            {
                var read = size == 0 ? 0 : Fs.ReadAt(file, buffer.AsSpan(0, (int)size), 0);
                return read < size ? (null, "changed") : (Digest.FromHash(ShortSha256.Hash(buffer.AsSpan(0, read))), null);
            }

            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            for (long at = 0; at < size;)
            {
                cancel.ThrowIfCancellationRequested();
                if (reading.Elapsed > limits.Reading)
                {
                    return (null, "budget");
                }

                var n = Fs.ReadAt(file, buffer.AsSpan(0, (int)Math.Min(buffer.Length, size - at)), at);
                if (n == 0)
                {
                    return (null, "changed");
                }

                hash.AppendData(buffer, 0, n);
                at += n;
            }

            return (Digest.FromHash(hash.GetHashAndReset()), null);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>The list as gzip'd lines of JSON, one a change.</summary>
    internal static byte[] Pack(Seq<PathChange> changes)
    {
        var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            var line = new ArrayBufferWriter<byte>();
            using var json = new Utf8JsonWriter(line, new JsonWriterOptions { SkipValidation = true });
            foreach (var change in changes)
            {
                line.ResetWrittenCount();
                json.Reset();
                json.WriteStartObject();
                json.WriteString("kind"u8, change.Kind);
                json.WriteString("path"u8, change.Path);
                if (change.Base64)
                {
                    json.WriteBoolean("base64"u8, true);
                }

                json.WriteString("type"u8, change.Type);
                json.WriteString("size"u8, change.Size.ToString());
                if (change.Digest is { } digest)
                {
                    json.WriteString("digest"u8, digest.Value);
                }

                if (change.NotRead is { } reason)
                {
                    json.WriteString("notRead"u8, reason);
                }

                if (change.Executable)
                {
                    json.WriteBoolean("executable"u8, true);
                }

                json.WriteEndObject();
                json.Flush();
                gzip.Write(line.WrittenSpan);
                gzip.Write("\n"u8);
            }
        }

        return packed.ToArray();
    }
}
