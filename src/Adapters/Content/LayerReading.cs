namespace EventDock.Adapters.Content;

using EventDock.Adapters.Posix;
using EventDock.Domain.Kernel;
using EventDock.Domain.Layers;
using Microsoft.Win32.SafeHandles;

/// <summary>Looks at layers under a root: nothing but directories and regular files is opened, and no link is followed.</summary>
public static class LayerReading
{
    private const int Deepest = 1024;

    internal const Resolve Inside = Resolve.Beneath | Resolve.NoSymlinks | Resolve.NoMounts | Resolve.NoMagicLinks;

    public static LayerReader Create(Paths paths) => new(
        Directory: paths.Diff,
        Files: (id, each, cancel) => Guarded.Run(() => Files(paths, id, each, cancel), cancel).ToAsync(),
        Compare: (what, each, cancel) => Guarded.Run(() => StackComparison.Run(paths, what, each, cancel), cancel).ToAsync())
    {
        Trace = (what, cancel) => Guarded.Run(() => PathTracing.Run(paths, what, cancel), cancel).ToAsync(),
        Changes = (list, cancel) => Guarded.Run(() => ChangeLists.Read(paths, list, cancel), cancel).ToAsync(),
        Kept = (archive, wanted, text, cancel) => Guarded.Run(() => ChangeLists.Files(paths, archive, wanted, text, cancel), cancel).ToAsync(),
    };

    /// <summary>A layer's files; one that is damaged is not looked at as if it had none.</summary>
    internal static SafeFileHandle Open(Paths paths, string id)
    {
        if (!LayerIds.IsId(id))
        {
            throw new RefusedException(new DomainError.Invalid("layer id", id, "must be 64 lower-case hex digits"));
        }

        return Fs.At(Fs.Cwd, Bytes.Of(paths.Diff(id)), Posix.Open.Read | Posix.Open.Directory | Posix.Open.NoFollow);
    }

    /// <summary>Whoever removes a layer meanwhile has taken names away that were there.</summary>
    internal static Unit StillThere(Paths paths, IEnumerable<string> ids)
    {
        foreach (var id in ids)
        {
            if (!Fs.TryStat(Fs.Cwd, Bytes.Of(paths.Diff(id)), out _))
            {
                throw new RefusedException(new DomainError.LayerGone(id));
            }
        }

        return unit;
    }

    internal static LayerFile File(SafeFileHandle directory, byte[] name, byte[] path, FileStat stat, bool opaque) => new(
        path,
        stat.IsWhiteout ? FileType.Removal : stat.Kind switch
        {
            FileKind.Regular => FileType.File,
            FileKind.Directory => FileType.Directory,
            FileKind.Symlink => FileType.Symlink,
            FileKind.CharDevice => FileType.CharDevice,
            FileKind.BlockDevice => FileType.BlockDevice,
            FileKind.Fifo => FileType.Fifo,
            _ => FileType.Socket,
        },
        stat.Mode, stat.Uid, stat.Gid,
        stat.Kind == FileKind.Regular ? stat.Size : 0,
        stat.Kind == FileKind.Symlink ? Fs.ReadLink(directory, name) : null,
        stat.Kind is FileKind.CharDevice or FileKind.BlockDevice ? (stat.Major, stat.Minor) : (0, 0),
        Time(stat.Modified),
        opaque);

    internal static RefusedException TooDeep(byte[] path) =>
        new(new DomainError.BadContent(Bytes.Show(path), $"deeper than {Deepest} directories"));

    internal static bool IsTooDeep(int depth) => depth > Deepest;

    private static Unit Files(Paths paths, string id, Func<LayerFile, Unit> each, CancellationToken cancel)
    {
        using var root = Open(paths, id);
        Walk(root, [], 0, each, cancel);
        return StillThere(paths, [id]);
    }

    private static void Walk(SafeFileHandle directory, byte[] path, int depth, Func<LayerFile, Unit> each, CancellationToken cancel)
    {
        if (IsTooDeep(depth))
        {
            throw TooDeep(path);
        }

        foreach (var name in Fs.SortedNames(directory))
        {
            cancel.ThrowIfCancellationRequested();
            var full = Bytes.Join(path, name);
            if (!Fs.TryStat(directory, name, out var stat))
            {
                continue;
            }

            if (stat.Kind != FileKind.Directory)
            {
                each(File(directory, name, full, stat, opaque: false));
                continue;
            }

            using var below = Fs.In(directory, name, Posix.Open.Read | Posix.Open.Directory | Posix.Open.NoFollow, Inside);
            each(File(directory, name, full, stat, Overlay.IsOpaque(below, default)));
            Walk(below, full, depth + 1, each, cancel);
        }
    }

    /// <summary>A time beyond what .NET's calendar has is shown as its last or first.</summary>
    internal static DateTimeOffset Time(FileTime time)
    {
        var seconds = Math.Clamp(time.Seconds, DateTimeOffset.MinValue.ToUnixTimeSeconds(), DateTimeOffset.MaxValue.ToUnixTimeSeconds());
        return DateTimeOffset.FromUnixTimeSeconds(seconds).AddTicks(seconds == time.Seconds ? Math.Min(time.Nanoseconds / 100, 9_999_999) : 0);
    }
}
