namespace EventDock.Tests.Adapters;

using System.Diagnostics;
using System.IO;
using System.IO.Compression;
using EventDock.Adapters.Content;
using EventDock.Adapters.Posix;
using EventDock.Adapters.Tar;
using EventDock.Domain.Containers;
using EventDock.Domain.Kernel;
using EventDock.Domain.Layers;
using EventDock.Domain.Oci;

/// <summary>A root of its own in a temporary directory, gone with all that is mounted in it.</summary>
internal sealed class ContentRoot : IDisposable
{
    private readonly List<string> mounted = [];

    internal ContentRoot()
    {
        // Not on tmpfs: it must be a file system that overlayfs takes an upper directory from.
        Top = Directory.CreateTempSubdirectory("eventdock-content-").FullName;
        Paths = new Paths(Path.Combine(Top, "root"));
        Assert.True(Paths.Prepare().IsRight);
        Layers = EventDock.Adapters.Content.Layers.Create(Paths);
    }

    internal string Top { get; }

    internal Paths Paths { get; }

    internal LayerStore Layers { get; }

    internal async Task<Either<DomainError, StoredLayer>> Import(
        byte[] bytes, string? parent = null, Descriptor? blob = null, Digest? diffId = null, LayerStore? store = null) =>
        await (store ?? Layers).Import(
            new LayerImport(parent, blob, diffId, _ => RightAsync<DomainError, Stream>(new MemoryStream(bytes)), _ => { }),
            CancellationToken.None).ToEither();

    internal async Task<StoredLayer> Imported(byte[] bytes, string? parent = null) => Right(await Import(bytes, parent));

    internal async Task<DomainError> Refused(byte[] bytes, LayerStore? store = null)
    {
        var result = await Import(bytes, store: store);
        AssertNothingLeft();
        return Left(result);
    }

    internal void AssertNothingLeft()
    {
        Assert.Empty(Directory.GetFileSystemEntries(Paths.Staging));
        Assert.Empty(Directory.GetFileSystemEntries(Paths.Trash));
    }

    /// <summary>Mounts layers, base first, read-only (or over an upper directory) and gives where.</summary>
    internal string Mount(params string[] ids)
    {
        var at = Directory.CreateDirectory(Path.Combine(Top, "mnt-" + mounted.Count)).FullName;
        var empty = Directory.CreateDirectory(Path.Combine(Top, "empty")).FullName;
        var lowers = string.Join(':', ids.Reverse().Select(Paths.Link).Append(empty));
        Run(Paths.Root, "mount", "-t", "overlay", "overlay", "-o", $"ro,lowerdir={lowers}", at);
        mounted.Add(at);
        return at;
    }

    internal EitherAsync<DomainError, Unit> MountWorkspace(OverlayMount mount, CancellationToken cancel)
    {
        var empty = Directory.CreateDirectory(Path.Combine(Top, "empty")).FullName;
        var lowers = string.Join(':', mount.Layers.Rev().Map(Paths.Link).Add(empty));
        Run(Paths.Root, "mount", "-t", "overlay", "overlay", "-o",
            $"redirect_dir=off,metacopy=off,lowerdir={lowers},upperdir={mount.Upper},workdir={mount.Work}", mount.Merged);
        return RightAsync<DomainError, Unit>(unit);
    }

    internal static EitherAsync<DomainError, Unit> Unmount(string merged, CancellationToken cancel)
    {
        if (File.ReadAllText("/proc/self/mounts").Contains($" {merged} ", StringComparison.Ordinal))
        {
            Run("/", "umount", merged);
        }

        return RightAsync<DomainError, Unit>(unit);
    }

    internal static string Run(string directory, string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = directory,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{program}: {error.Result}");
        return output;
    }

    internal static T Right<T>(Either<DomainError, T> result) =>
        result.Match(Right: value => value, Left: error => throw new Xunit.Sdk.XunitException(error.ToString()));

    internal static DomainError Left<T>(Either<DomainError, T> result) =>
        result.Match(Right: value => throw new Xunit.Sdk.XunitException($"not refused: {value}"), Left: error => error);

    public void Dispose()
    {
        foreach (var line in File.ReadAllLines("/proc/self/mounts").Reverse())
        {
            var at = line.Split(' ')[1];
            if (at.StartsWith(Top + "/", StringComparison.Ordinal))
            {
                Run("/", "umount", at);
            }
        }

        Run("/", "rm", "-rf", Top);
    }
}

/// <summary>Archives made by hand.</summary>
internal sealed class Archive
{
    private readonly MemoryStream bytes = new();
    private readonly TarWriter writer;

    internal Archive() => writer = new TarWriter(bytes);

    internal Archive File(string name, string text = "", uint mode = 0x1a4, long uid = 0, FileTime time = default, params Xattr[] xattrs) =>
        File(Bytes.Of(name), text, mode, uid, time, xattrs);

    internal Archive File(byte[] name, string text = "", uint mode = 0x1a4, long uid = 0, FileTime time = default, params Xattr[] xattrs)
    {
        var data = Bytes.Of(text);
        writer.Entry(Entry(name, TarKind.Regular) with
        {
            Size = data.Length, Mode = mode, Uid = uid, Gid = uid, Modified = time, Xattrs = xattrs,
        });
        writer.Data(data);
        return this;
    }

    /// <summary>A file of any bytes.</summary>
    internal Archive Holding(string name, byte[] data)
    {
        writer.Entry(Entry(Bytes.Of(name), TarKind.Regular) with { Size = data.Length, Mode = 0x1a4 });
        writer.Data(data);
        return this;
    }

    internal Archive Directory(string name, uint mode = 0x1ed, FileTime time = default, params Xattr[] xattrs) =>
        Add(Entry(Bytes.Of(name), TarKind.Directory) with { Mode = mode, Modified = time, Xattrs = xattrs });

    internal Archive Link(string name, string target) => Add(Entry(Bytes.Of(name), TarKind.HardLink) with { Link = Bytes.Of(target) });

    internal Archive Symlink(string name, string target) => Add(Entry(Bytes.Of(name), TarKind.Symlink) with { Link = Bytes.Of(target) });

    internal Archive Device(string name, uint major, uint minor) =>
        Add(Entry(Bytes.Of(name), TarKind.CharDevice) with { Major = major, Minor = minor });

    internal Archive Fifo(string name) => Add(Entry(Bytes.Of(name), TarKind.Fifo));

    internal byte[] Plain()
    {
        writer.End();
        return bytes.ToArray();
    }

    internal byte[] Gzip() => Gzip(Plain());

    internal static byte[] Gzip(byte[] plain)
    {
        var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(plain);
        }

        return packed.ToArray();
    }

    internal Archive Add(TarKind kind, string name, uint mode, long owner) =>
        Add(Entry(Bytes.Of(name), kind) with { Mode = mode, Uid = owner, Gid = owner });

    private Archive Add(TarEntry entry)
    {
        writer.Entry(entry);
        return this;
    }

    private static TarEntry Entry(byte[] name, TarKind kind) => new(name, kind, [], 0x1ed, 0, 0, 0, default, 0, 0, [], null);
}
