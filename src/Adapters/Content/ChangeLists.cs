namespace EventDock.Adapters.Content;

using System.IO;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Json;
using EventDock.Adapters.Posix;
using EventDock.Adapters.Tar;
using EventDock.Domain.Kernel;
using EventDock.Domain.Layers;
using EventDock.Domain.Oci;

/// <summary>Blobs that LayerWritten name, read again: whole lists of changes, and archives of thin layers.</summary>
internal static class ChangeLists
{
    private const string What = "the kept layer";

    /// <summary>As <see cref="ThinChanges.Pack"/> wrote it.</summary>
    internal static Seq<PathChange> Read(Paths paths, BlobRef list, CancellationToken cancel)
    {
        using var blob = Checked(paths, list.Digest, cancel);
        using var plain = new GZipStream(blob, CompressionMode.Decompress);
        using var lines = new StreamReader(plain);
        var changes = new List<PathChange>();
        while (lines.ReadLine() is { } line)
        {
            cancel.ThrowIfCancellationRequested();
            try
            {
                using var json = JsonDocument.Parse(line);
                changes.Add(Change(json.RootElement));
            }
            catch (Exception e) when (e is JsonException or KeyNotFoundException or FormatException or InvalidOperationException)
            {
                throw new RefusedException(new DomainError.BadContent(list.Digest.Value, "it is no list of changes"));
            }
        }

        return changes.ToArray().ToSeq().Strict();
    }

    private static PathChange Change(JsonElement line) => new(
        line.GetProperty("kind").GetString() ?? "", line.GetProperty("path").GetString() ?? "",
        line.TryGetProperty("base64", out var base64) && base64.GetBoolean(),
        line.GetProperty("type").GetString() ?? "",
        long.Parse(line.GetProperty("size").GetString() ?? "", System.Globalization.CultureInfo.InvariantCulture),
        line.TryGetProperty("digest", out var digest)
            ? Digest.Parse(digest.GetString()).MatchUnsafe<Digest?>(Right: d => d, Left: _ => throw new FormatException("a digest"))
            : null,
        line.TryGetProperty("notRead", out var reason) ? reason.GetString() : null,
        line.TryGetProperty("executable", out var executable) && executable.GetBoolean());

    internal static Seq<KeptFile> Files(Paths paths, BlobRef archive, Seq<byte[]> wanted, int most, CancellationToken cancel)
    {
        using var blob = Checked(paths, archive.Digest, cancel);
        var links = new List<(byte[] Path, byte[] Target)>();
        var found = Pass(blob, wanted, links, most, cancel);

        // The content stands under a file's first name.
        blob.Position = 0;
        var firsts = links.Count == 0 ? [] : Pass(blob, links.Select(link => link.Target).ToSeq().Strict(), [], most, cancel);
        return found.Concat(
                from link in links
                from first in firsts
                where first.File.Path.AsSpan().SequenceEqual(link.Target)
                select first with { File = first.File with { Path = link.Path } })
            .ToArray().ToSeq().Strict();
    }

    private static List<KeptFile> Pass(
        Stream blob, Seq<byte[]> wanted, List<(byte[] Path, byte[] Target)> links, int most, CancellationToken cancel)
    {
        var names = new System.Collections.Generic.HashSet<byte[]>(wanted, ByteOrder.Instance);
        var found = new List<KeptFile>();
        using var plain = new GZipStream(blob, CompressionMode.Decompress, leaveOpen: true);
        var tar = new TarReader(plain, What, new TarLimits(Entries: long.MaxValue, Bytes: long.MaxValue));
        while (tar.TryNext(out var entry))
        {
            cancel.ThrowIfCancellationRequested();
            var path = ArchivePath.Clean(entry.Name).IfNone([]);
            if (!names.Contains(path))
            {
                continue;
            }

            if (entry.Kind == TarKind.HardLink)
            {
                links.Add((path, ArchivePath.Clean(entry.Link).IfNone([])));
            }
            else if (entry.Kind is TarKind.Regular or TarKind.Symlink)
            {
                found.Add(File(tar, entry, path, most));
            }
        }

        return found;
    }

    private static KeptFile File(TarReader tar, TarEntry entry, byte[] path, int most)
    {
        var link = entry.Kind == TarKind.Symlink;
        var file = new LayerFile(
            path, link ? FileType.Symlink : FileType.File, entry.Mode, (uint)entry.Uid, (uint)entry.Gid, link ? 0 : entry.Size,
            link ? entry.Link : null, (0, 0), LayerReading.Time(entry.Modified), Opaque: false);
        if (link)
        {
            return new KeptFile(file, Bytes.Show(entry.Link), null);
        }

        if (entry.Size > most)
        {
            return new KeptFile(file, null, $"longer than {most} bytes");
        }

        var bytes = new byte[entry.Size];
        tar.Data((offset, piece) => piece.CopyTo(bytes.AsSpan((int)offset)));
        var (text, unread) = PathTracing.TextOf(bytes);
        return new KeptFile(file, text, unread);
    }

    /// <summary>The blob, wound back, after all of it has been hashed.</summary>
    private static Stream Checked(Paths paths, Digest digest, CancellationToken cancel)
    {
        var blob = Blobs.OpenBlob(paths, digest);
        try
        {
            cancel.ThrowIfCancellationRequested();
            var actual = Digest.FromHash(SHA256.HashData(blob));
            if (actual.Hex != digest.Hex)
            {
                throw new RefusedException(new DomainError.Corrupt(Path.Combine(paths.Blobs, digest.Hex), digest.Value, actual.Value));
            }

            blob.Position = 0;
            return blob;
        }
        catch
        {
            blob.Dispose();
            throw;
        }
    }
}
