namespace EventDock.Adapters.Content;

using System.IO;
using System.Security.Cryptography;
using EventDock.Adapters.Posix;
using EventDock.Adapters.Tar;
using EventDock.Domain.Layers;
using EventDock.Domain.Oci;
using EventDock.Domain.Store;
using Microsoft.Win32.SafeHandles;

/// <summary>What stands under a root, by name: for <c>check</c>. Nothing is changed, and a name that goes meanwhile is not there.</summary>
public static class StoreInspection
{
    /// <summary>No manifest and no configuration is longer.</summary>
    private const int LongestManifest = 4 << 20;
    private const int ShortName = 16;

    public static StoreInspector Create(Paths paths, TarLimits? limits = null) => new(
        Look: (at, cancel) => Guarded.Run(() => Look(paths, at, cancel), cancel).ToAsync(),
        Prove: (layer, cancel) => Guarded.RunAsync(
            () => LayerProof.RunAsync(paths, limits ?? new TarLimits(), layer, cancel), cancel).ToAsync(),
        Quiet: cancel => Guarded.RunAsync(() => StoreLocks.QuietAsync(paths, cancel), cancel).ToAsync());

    private static FoundStore Look(Paths paths, LookAt at, CancellationToken cancel)
    {
        var layers = Each(paths.Layers, cancel, (dir, name, text, stat) => Layer(paths, dir, name, text, stat, at, cancel));
        return Whole(paths, layers, at, cancel) with { Claimed = Claimed(paths, layers) };
    }

    private static FoundStore Whole(Paths paths, Dictionary<string, FoundLayer> layers, LookAt at, CancellationToken cancel) => new(
        Each(paths.Blobs, cancel, (dir, name, text, stat) => Blob(dir, name, text, stat, at)),
        layers,
        Each(paths.Links, cancel, (dir, name, _, stat) => stat.Kind == FileKind.Symlink ? Target(Fs.ReadLink(dir, name)) : null),
        Each(paths.Containers, cancel, (dir, name, _, stat) => Container(dir, name, stat)),
        MountTable.Below(paths.Root),
        Staged(paths),
        Names(paths.Trash).Count,
        Each(Path.Combine(paths.Root, "segments"), cancel, (_, _, _, stat) => (long?)stat.Size)
            .ToDictionary(s => s.Key, s => s.Value!.Value, StringComparer.Ordinal));

    /// <summary>A layer with all that belongs to it.</summary>
    private static System.Collections.Generic.HashSet<string> Claimed(Paths paths, Dictionary<string, FoundLayer> layers) =>
        Claims.All(paths)
            .SelectMany(claim => claim.Kind == ClaimKind.Layer
                ? (IEnumerable<string>)[claim.Place, Paths.Link(claim.Name), .. BlobOf(layers.GetValueOrDefault(claim.Name))]
                : [claim.Place])
            .ToHashSet(StringComparer.Ordinal);

    private static IEnumerable<string> BlobOf(FoundLayer? layer) =>
        layer?.Record is { } record ? [new Claim(ClaimKind.Blob, record.Blob.Digest.Hex).Place] : [];

    private static Dictionary<string, T> Each<T>(
        string path, CancellationToken cancel, Func<SafeFileHandle, byte[], string, FileStat, T?> what)
    {
        var found = new Dictionary<string, T>(StringComparer.Ordinal);
        if (!Fs.TryAt(Fs.Cwd, Bytes.Of(path), Open.Read | Open.Directory | Open.NoFollow, 0, out var directory, out var errno))
        {
            directory.Dispose();
            return errno == Errno.NoEntry ? found : throw new PosixException(errno, "open", path);
        }

        using (directory)
        {
            foreach (var name in Fs.Names(directory))
            {
                cancel.ThrowIfCancellationRequested();
                var text = Bytes.Show(name);
                if (Fs.TryStat(directory, name, out var stat) && what(directory, name, text, stat) is { } value)
                {
                    found[text] = value;
                }
            }
        }

        return found;
    }

    private static FoundBlob? Blob(SafeFileHandle blobs, byte[] name, string text, FileStat stat, LookAt at)
    {
        var small = stat.Size <= LongestManifest;
        var read = stat.Kind == FileKind.Regular && at.Hash(text) && (small || at.Large);
        return new FoundBlob(
            stat.Kind == FileKind.Regular ? stat.Size : -1,
            read && small ? ManifestOf(blobs, name) : null,
            read ? DigestOf(blobs, name) : null,
            Time(stat.Changed));
    }

    private static Digest? DigestOf(SafeFileHandle blobs, byte[] name)
    {
        if (!Fs.TryOpenRegular(blobs, name, out var file, out _))
        {
            return null;
        }

        using var stream = new FileStream(file, FileAccess.Read, bufferSize: 0);
        return Digest.FromHash(SHA256.HashData(stream));
    }

    private static string? ManifestOf(SafeFileHandle blobs, byte[] name)
    {
        var bytes = Fs.ReadAll(blobs, name);
        return bytes is not [(byte)'{', ..]
            ? null
            : ManifestJson.Parse(bytes, null).Match(
                Right: read => read is ManifestOrIndex.Single single ? single.Manifest.Config.Digest.Hex : "",
                Left: _ => "") is { Length: > 0 } config ? config : null;
    }

    private static FoundLayer? Layer(
        Paths paths, SafeFileHandle layers, byte[] name, string id, FileStat stat, LookAt at, CancellationToken cancel)
    {
        StoredLayer? record = null;
        TreeSum? noted = null, walked = null;
        try
        {
            record = LayerRecord.Read(paths, id);
            noted = LayerRecord.ReadTree(paths, id);
        }
        catch (RefusedException)
        {
            // A record that cannot be read is what is told: there is none.
        }

        var files = Bytes.Join(name, LayerPublisher.DiffName);
        var has = Fs.TryStat(layers, files, out var diff) && diff.Kind == FileKind.Directory;
        if (has && noted is not null && at.Walk(id))
        {
            using var directory = Fs.At(layers, files, Open.Read | Open.Directory | Open.NoFollow);
            walked = TreeSums.Of(directory, cancel);
        }

        return new FoundLayer(record, has, noted, walked, Time(stat.Changed));
    }

    private static string Target(byte[] link) =>
        Bytes.Show(link) is { } text && text.StartsWith("../layers/", StringComparison.Ordinal) && text.EndsWith("/diff", StringComparison.Ordinal)
            ? text["../layers/".Length..^"/diff".Length]
            : "";

    private static FoundContainer Container(SafeFileHandle containers, byte[] name, FileStat stat)
    {
        if (stat.Kind != FileKind.Directory)
        {
            return new FoundContainer(false, Seq<string>(), Time(stat.Changed));
        }

        var whole = new[] { "upper", "work", "merged" }.All(part =>
            Fs.TryStat(containers, Bytes.Join(name, Bytes.Of(part)), out var found) && found.Kind == FileKind.Directory);
        var layers = Fs.ReadAll(containers, Bytes.Join(name, "layers"u8));
        return new FoundContainer(
            whole && layers is not null,
            Bytes.Show(layers ?? []).Split('\n', StringSplitOptions.RemoveEmptyEntries).ToSeq(),
            Time(stat.Changed));
    }

    private static Seq<StagedName> Staged(Paths paths)
    {
        using var staging = Fs.OpenDirectory(paths.Staging);
        var found = new List<StagedName>();
        foreach (var name in Fs.Names(staging))
        {
            if (!Fs.TryAt(staging, name, Open.Read | Open.NoFollow | Open.NonBlock, 0, out var handle, out _))
            {
                handle.Dispose();
                continue;
            }

            using (handle)
            {
                // Shared: two checks at once do not take each other for the owner.
                found.Add(new StagedName(Bytes.Show(name), !FileLock.TryTake(handle, exclusive: false)));
            }
        }

        return found.ToSeq();
    }

    private static List<byte[]> Names(string path)
    {
        using var directory = Fs.OpenDirectory(path);
        return Fs.Names(directory);
    }

    private static DateTimeOffset Time(FileTime time) => DateTimeOffset.FromUnixTimeSeconds(time.Seconds);
}
