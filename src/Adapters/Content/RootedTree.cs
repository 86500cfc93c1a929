namespace EventDock.Adapters.Content;

using EventDock.Adapters.Posix;
using EventDock.Domain.Kernel;
using EventDock.Domain.Layers;
using Microsoft.Win32.SafeHandles;

/// <summary>
/// The directories of a tree that is being written, by clean paths. Links on the way are followed inside the tree only
/// (openat2, RESOLVE_IN_ROOT); missing directories are made, 0755.
/// </summary>
/// <param name="making">Told the path of each directory about to be made on the way, and the directory that it comes into.</param>
internal sealed class RootedTree(SafeFileHandle root, string what, Action<byte[], SafeFileHandle> making) : IDisposable
{
    private const int Kept = 64;
    private readonly Dictionary<byte[], SafeFileHandle> opened = new(ByteOrder.Instance);

    /// <summary>Others may be at work in it.</summary>
    internal bool Shared { get; init; }

    /// <summary>Opened without its content; stays open until <see cref="Forget"/> or the next directories.</summary>
    internal SafeFileHandle Directory(ReadOnlySpan<byte> clean)
    {
        if (clean.IsEmpty)
        {
            return root;
        }

        var key = clean.ToArray();
        if (opened.TryGetValue(key, out var known))
        {
            return known;
        }

        var handle = Ensure(key);
        if (opened.Count >= Kept)
        {
            Forget();
        }

        opened.Add(key, handle);
        return handle;
    }

    /// <summary>False where it is not there, or no directory.</summary>
    internal bool TryExisting(ReadOnlySpan<byte> clean, out SafeFileHandle handle) =>
        Fs.TryIn(root, clean, Open.PathOnly | Open.Directory, Resolve.InRoot | Resolve.NoMagicLinks, out handle, out _);

    /// <summary>To be called when a directory or link has been taken away: what was open may now be elsewhere.</summary>
    internal void Forget()
    {
        foreach (var handle in opened.Values)
        {
            handle.Dispose();
        }

        opened.Clear();
    }

    public void Dispose() => Forget();

    private SafeFileHandle Ensure(byte[] path)
    {
        const Resolve inside = Resolve.InRoot | Resolve.NoMagicLinks;
        var flags = Open.PathOnly | Open.Directory;
        if (Fs.TryIn(root, path, flags, inside, out var handle, out var errno))
        {
            return handle;
        }

        handle.Dispose();
        if (errno is not (Errno.NoEntry or Errno.NotDirectory))
        {
            throw new PosixException(errno, "open", Bytes.Show(path));
        }

        var above = ArchivePath.Parent(path);
        using var parent = above.IsEmpty ? null : Ensure(above.ToArray());
        var name = ArchivePath.Name(path).ToArray();
        var isWhiteout = false;
        if (Fs.TryStat(parent ?? root, name, out var found))
        {
            isWhiteout = found.IsWhiteout && !Shared;
            if (!isWhiteout)
            {
                throw new RefusedException(new DomainError.BadContent(
                    what, $"{Bytes.Show(path)} is {(found.Kind == FileKind.Symlink ? "a link that leads to no directory" : "not a directory")}"));
            }

            Fs.Unlink(parent ?? root, name);
        }

        making(path, parent ?? root);
        if (!Shared)
        {
            Fs.MakeDirectory(parent ?? root, name, 0x1ed);
        }
        else if (Fs.TryMakeUnset(parent ?? root, name))
        {
            Fs.ChangeModeItself(parent ?? root, name, 0x1ed);
        }

        if (isWhiteout)
        {
            Overlay.MakeOpaque(parent ?? root, name);
        }

        return Fs.In(root, path, flags, inside);
    }
}

/// <summary>overlayfs's own marks on disk (kernel documentation, filesystems/overlayfs).</summary>
internal static class Overlay
{
    internal static ReadOnlySpan<byte> Prefix => "trusted.overlay."u8;

    internal static ReadOnlySpan<byte> OpaqueName => "trusted.overlay.opaque"u8;

    /// <summary>An empty name is the directory itself.</summary>
    internal static void MakeOpaque(SafeFileHandle dir, ReadOnlySpan<byte> name)
    {
        if (!Xattrs.TrySet(dir, name, OpaqueName, "y"u8))
        {
            throw new RefusedException(new DomainError.NotSupported("a root on a file system without trusted attributes"));
        }
    }

    internal static void MakeWhiteout(SafeFileHandle dir, ReadOnlySpan<byte> name) =>
        Fs.MakeNode(dir, name, FileKind.CharDevice, 0, 0, 0);

    internal static bool IsOpaque(SafeFileHandle dir, ReadOnlySpan<byte> name) =>
        Xattrs.Get(dir, name, OpaqueName) is [(byte)'y'];
}
