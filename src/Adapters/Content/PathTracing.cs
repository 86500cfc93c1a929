namespace EventDock.Adapters.Content;

using System.Buffers;
using System.Security.Cryptography;
using EventDock.Adapters.Posix;
using EventDock.Domain.Kernel;
using EventDock.Domain.Layers;
using EventDock.Domain.Oci;
using Microsoft.Win32.SafeHandles;

/// <summary>
/// One path through layers. Links are followed by us, in what the layers show together, so that none leads out of them; of the
/// directories on the way nothing but their names is looked at, and of files regular ones alone are opened.
/// </summary>
internal sealed class PathTracing : IDisposable
{
    private const int MostLinks = 40;

    /// <summary>A thin layer's file beyond this is told by its size.</summary>
    private const long LongestHashed = 64L << 20;

    private readonly List<SafeFileHandle> roots = [];
    private readonly PathQuery query;

    private PathTracing(Paths paths, PathQuery query)
    {
        this.query = query;
        try
        {
            foreach (var id in query.Layers)
            {
                roots.Add(LayerReading.Open(paths, id));
            }

            query.Container.IfSome(id => roots.Add(Fs.OpenDirectory(paths.Upper(Bytes.Show(ThinLayers.Checked(id))))));
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    internal static PathTrace Run(Paths paths, PathQuery query, CancellationToken cancel)
    {
        using var tracing = new PathTracing(paths, query);
        var trace = tracing.Traced(cancel);
        LayerReading.StillThere(paths, query.Layers);
        return trace;
    }

    public void Dispose() => roots.ForEach(root => root.Dispose());

    private PathTrace Traced(CancellationToken cancel)
    {
        var links = new List<PassedLink>();
        var path = query.Follow ? Followed(links, cancel) : Parts(query.Path).ToList();
        var versions = new List<PathVersion>();
        for (var layer = 0; layer < roots.Count; layer++)
        {
            cancel.ThrowIfCancellationRequested();
            using var said = Say(roots[layer], path);
            if (said.IsSome && (!said.Gone || IsLoss(said, versions)))
            {
                versions.Add(Version(layer, said, Join(path), cancel));
            }
        }

        return new PathTrace(Join(path), links.ToArray().ToSeq().Strict(), versions.ToArray().ToSeq().Strict());
    }

    /// <summary>Only what was there can be taken away; of a layer alone nobody knows what was below, and its own whiteout has to do.</summary>
    private bool IsLoss(Said gone, List<PathVersion> before) =>
        query.Alone ? gone.IsWhiteout : before.Count > 0 && before[^1].File.Type != FileType.Removal;

    /// <summary>Where the path leads, whether something is there or not.</summary>
    private List<byte[]> Followed(List<PassedLink> links, CancellationToken cancel)
    {
        var left = new LinkedList<byte[]>(Parts(query.Path));
        var at = new List<byte[]>();
        while (left.First is { } first)
        {
            cancel.ThrowIfCancellationRequested();
            left.RemoveFirst();
            if (first.Value.AsSpan().SequenceEqual(".."u8))
            {
                at.RemoveRange(Math.Max(0, at.Count - 1), Math.Min(1, at.Count));
                continue;
            }

            at.Add(first.Value);
            var (layer, target) = Top(at);
            if (target is null)
            {
                continue;
            }

            if (links.Count == MostLinks)
            {
                throw new PosixException(Errno.Loop, "follow", Bytes.Show(query.Path));
            }

            links.Add(new PassedLink(Join(at), target, layer));
            at.RemoveAt(at.Count - 1);
            if (target.AsSpan().StartsWith("/"u8))
            {
                at.Clear();
            }

            foreach (var part in Parts(target).Reverse())
            {
                left.AddFirst(part);
            }
        }

        return at;
    }

    /// <summary>The uppermost layer that has the path as a link, and where that leads; no target where it is none.</summary>
    private (int Layer, byte[]? Target) Top(List<byte[]> path)
    {
        for (var layer = roots.Count - 1; layer >= 0; layer--)
        {
            using var said = Say(roots[layer], path);
            if (said.IsSome)
            {
                return (layer, said is { Gone: false, Stat.Kind: FileKind.Symlink } ? Fs.ReadLink(said.Directory!, path[^1]) : null);
            }
        }

        return (-1, null);
    }

    /// <summary>What one layer says of a path.</summary>
    /// <param name="Directory">That the name is in; null where the layer takes it away, or says nothing.</param>
    private sealed record Said(bool IsSome, bool Gone, SafeFileHandle? Directory, FileStat Stat) : IDisposable
    {
        /// <summary>Of this very name, and not of a directory above it.</summary>
        public bool IsWhiteout { get; init; }

        public void Dispose() => Directory?.Dispose();
    }

    private static readonly Said Nothing = new(false, false, null, default), Removed = new(true, true, null, default);

    private static Said Say(SafeFileHandle root, IReadOnlyList<byte[]> path)
    {
        var current = Fs.In(root, default, Open.Read | Open.Directory, LayerReading.Inside);
        if (path.Count == 0)
        {
            return new Said(true, false, current, Fs.Stat(current));
        }

        var opaque = false;
        for (var n = 0; ; n++)
        {
            var there = Fs.TryStat(current, path[n], out var stat);
            if (!there || stat.IsWhiteout || (n < path.Count - 1 && stat.Kind != FileKind.Directory))
            {
                current.Dispose();
                return !there && !opaque ? Nothing : Removed with { IsWhiteout = there && stat.IsWhiteout && n == path.Count - 1 };
            }

            if (n == path.Count - 1)
            {
                return new Said(true, false, current, stat);
            }

            var above = current;
            using (above)
            {
                current = Fs.In(above, path[n], Open.Read | Open.Directory | Open.NoFollow, LayerReading.Inside);
            }

            opaque |= Overlay.IsOpaque(current, default);
        }
    }

    private PathVersion Version(int layer, Said said, byte[] path, CancellationToken cancel)
    {
        if (said.Gone)
        {
            var gone = new LayerFile(path, FileType.Removal, 0, 0, 0, 0, null, (0, 0), DateTimeOffset.UnixEpoch, Opaque: false);
            return new PathVersion(layer, gone, null, null, null);
        }

        var name = ArchivePath.Name(path).ToArray();
        var file = LayerReading.File(said.Directory!, name, path, said.Stat, opaque: false);
        if (file.Type != FileType.File)
        {
            return new PathVersion(layer, file, file.Target is { } target ? Bytes.Show(target) : null, null, null);
        }

        var (text, unread) = query.Text == 0 ? (null, null) : Text(said.Directory!, name, said.Stat);
        return new PathVersion(layer, file, text, unread, layer == query.Layers.Count ? Hash(said.Directory!, name, said.Stat, cancel) : null);
    }

    private (string? Text, string? Unread) Text(SafeFileHandle directory, byte[] name, FileStat stat)
    {
        if (stat.Size > query.Text)
        {
            return (null, $"longer than {query.Text} bytes");
        }

        using var file = Opened(directory, name);
        var bytes = new byte[stat.Size];
        var length = 0;
        while (length < bytes.Length && Fs.ReadAt(file, bytes.AsSpan(length), length) is var n and > 0)
        {
            length += n;
        }

        return TextOf(bytes.AsSpan(0, length));
    }

    /// <summary>Text is UTF-8 without a NUL.</summary>
    internal static (string? Text, string? Unread) TextOf(ReadOnlySpan<byte> bytes) =>
        !bytes.Contains((byte)0) && Bytes.TryText(bytes, out var text) ? (text, null) : (null, "binary");

    private static Digest? Hash(SafeFileHandle directory, byte[] name, FileStat stat, CancellationToken cancel)
    {
        if (stat.Size > LongestHashed)
        {
            return null;
        }

        using var file = Opened(directory, name);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = ArrayPool<byte>.Shared.Rent(128 * 1024);
        try
        {
            for (long at = 0; at <= LongestHashed && Fs.ReadAt(file, buffer, at) is var n and > 0; at += n)
            {
                cancel.ThrowIfCancellationRequested();
                hash.AppendData(buffer, 0, n);
            }

            return Digest.FromHash(hash.GetHashAndReset());
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static SafeFileHandle Opened(SafeFileHandle directory, byte[] name) =>
        Fs.TryOpenRegular(directory, name, out var file, out _)
            ? file
            : throw new RefusedException(new DomainError.FileFailed(Bytes.Show(name), "changed while it was read"));

    /// <summary>Not empty, and no dots alone; two dots stay.</summary>
    private static IEnumerable<byte[]> Parts(byte[] path)
    {
        var parts = new List<byte[]>();
        foreach (var range in path.AsSpan().Split((byte)'/'))
        {
            if (path.AsSpan()[range] is { IsEmpty: false } part && !part.SequenceEqual("."u8))
            {
                parts.Add(part.ToArray());
            }
        }

        return parts;
    }

    private static byte[] Join(IEnumerable<byte[]> parts) => parts.Aggregate(System.Array.Empty<byte>(), (path, part) => Bytes.Join(path, part));
}
