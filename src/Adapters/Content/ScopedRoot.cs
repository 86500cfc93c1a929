namespace EventDock.Adapters.Content;

using EventDock.Adapters.Posix;
using EventDock.Domain.Containers;
using EventDock.Domain.Kernel;
using Microsoft.Win32.SafeHandles;

/// <summary>A name in an open directory; an empty one is the directory itself.</summary>
internal sealed record LocatedName(SafeFileHandle Directory, byte[] Name, FileStat Stat) : IDisposable
{
    public void Dispose() => Directory.Dispose();
}

/// <summary>
/// A root in which paths are resolved as a process in it would, whatever it does to its links meanwhile; or the host's own.
/// </summary>
internal sealed class ScopedRoot : IDisposable
{
    private const int MostLinks = 40;
    private readonly Resolve resolve;

    private ScopedRoot(SafeFileHandle handle, Resolve resolve)
    {
        Handle = handle;
        this.resolve = resolve;
    }

    internal SafeFileHandle Handle { get; }

    internal static ScopedRoot Open(CopyPlace place)
    {
        var root = new ScopedRoot(
            Fs.OpenDirectory(place.Root ?? "/"), place.Root is null ? Resolve.None : Resolve.InRoot | Resolve.NoMagicLinks);
        using var above = place.Root is null ? null : Fs.At(root.Handle, ".."u8, Posix.Open.PathOnly);
        if (above is null || Fs.Stat(above).Device != Fs.Stat(root.Handle).Device)
        {
            return root;
        }

        // It has been unmounted since it was looked for: what is written here would be seen nowhere.
        root.Dispose();
        throw new RefusedException(new DomainError.BadContent(place.Shown, "it ended at this very moment, try again"));
    }

    /// <summary>None where nothing is there. A last part that is a link is the link itself, unless a slash or /. follows it.</summary>
    internal LocatedName? Locate(ReadOnlySpan<byte> path)
    {
        var slash = path.LastIndexOf((byte)'/');
        if (!TryDirectory(path[..(slash + 1)], out var directory))
        {
            return null;
        }

        var name = path[(slash + 1)..];
        if (name.IsEmpty || name.SequenceEqual("."u8))
        {
            return new LocatedName(directory, [], Fs.Stat(directory));
        }

        if (Fs.TryStat(directory, name, out var stat))
        {
            return new LocatedName(directory, name.ToArray(), stat);
        }

        directory.Dispose();
        return null;
    }

    /// <summary>Opened without its content. False where it is not there, or is none.</summary>
    internal bool TryDirectory(ReadOnlySpan<byte> path, out SafeFileHandle directory)
    {
        if (Fs.TryIn(Handle, Inside(path), Posix.Open.PathOnly | Posix.Open.Directory, resolve, out directory, out var errno))
        {
            return true;
        }

        directory.Dispose();
        return errno is Errno.NoEntry or Errno.NotDirectory ? false : throw new PosixException(errno, "open", Bytes.Show(path));
    }

    /// <summary>Where the last part leads, links followed in the root, whether something is there or not.</summary>
    internal byte[] Follow(ReadOnlySpan<byte> path)
    {
        var at = path.ToArray();
        for (var links = 0; links < MostLinks; links++)
        {
            using var found = Locate(at);
            if (found is not { Stat.Kind: FileKind.Symlink })
            {
                return at;
            }

            var target = Fs.ReadLink(found.Directory, found.Name);
            at = target.AsSpan().StartsWith("/"u8) ? target : [.. at.AsSpan(0, at.AsSpan().LastIndexOf((byte)'/') + 1), .. target];
        }

        throw new PosixException(Errno.Loop, "follow", Bytes.Show(path));
    }

    public void Dispose() => Handle.Dispose();

    private static ReadOnlySpan<byte> Inside(ReadOnlySpan<byte> path) =>
        path.TrimStart((byte)'/') is { IsEmpty: false } inside ? inside : "."u8;
}
