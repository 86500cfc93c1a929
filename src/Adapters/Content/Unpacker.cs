namespace EventDock.Adapters.Content;

using EventDock.Adapters.Posix;
using EventDock.Adapters.Tar;
using EventDock.Domain.Kernel;
using EventDock.Domain.Layers;
using Microsoft.Win32.SafeHandles;

/// <summary>
/// Writes an archive's entries below a directory, as docker does: a name that is there already is replaced, directories are
/// merged, links on the way are followed inside the root. Whiteouts become overlayfs's form (a 0:0 device, an opaque
/// attribute) without looking at any layer below; they hide lower layers only, never a file of their own layer, in whichever
/// order the two come (OCI image-spec, layer.md, "Whiteouts").
/// </summary>
/// <param name="attic">A directory on the same file system, for what must be moved before it can be removed.</param>
internal sealed partial class Unpacker : IDisposable
{
    /// <summary>Kept in memory to the end, when their times are set: a million long ones fit into a small gzip.</summary>
    private const long MostDirectoryNames = 32 * 1024 * 1024;

    /// <summary>On a directory: what is made in it gets its group.</summary>
    private const uint SetGroup = 0x400;

    private readonly SafeFileHandle root;
    private readonly SafeFileHandle attic;
    private readonly UnpackRules rules;
    private readonly string what;
    private readonly RootedTree tree;
    private readonly Dictionary<byte[], FileTime> directoryTimes = new(ByteOrder.Instance);
    private long directoryNames;
    private long size;
    private bool stale;
    private bool inheritsGroup;

    internal Unpacker(SafeFileHandle root, SafeFileHandle attic, UnpackRules rules, string what)
    {
        this.root = root;
        this.attic = attic;
        this.rules = rules;
        this.what = what;
        tree = new RootedTree(root, what, (_, _) => { }) { Shared = rules.IsShared };
    }

    /// <summary>All of the archive; the bytes of the regular files in it.</summary>
    internal long Unpack(TarReader reader, CancellationToken cancel)
    {
        while (reader.TryNext(out var entry))
        {
            cancel.ThrowIfCancellationRequested();
            if (stale)
            {
                tree.Forget();
                stale = false;
            }

            try
            {
                Apply(entry, reader);
            }
            catch (PosixException e) when (e.Code is not (Errno.NoSpace or Errno.Quota or Errno.InputOutput))
            {
                throw new RefusedException(new DomainError.BadContent(what, $"{Bytes.Show(entry.Name)}: {Errno.Text(e.Code)}"));
            }
        }

        // Only now: every file made in a directory has changed its time.
        foreach (var (path, time) in directoryTimes)
        {
            if (tree.TryExisting(path, out var directory))
            {
                using (directory)
                {
                    Fs.SetTime(directory, "."u8, time);
                }
            }
        }

        return size;
    }

    public void Dispose() => tree.Dispose();

    private void Apply(TarEntry entry, TarReader reader)
    {
        var path = Clean(entry.Name, entry.Name);
        if (entry.Uid >= uint.MaxValue || entry.Gid >= uint.MaxValue)
        {
            throw Refused(entry, "its owner's id is beyond 32 bits");
        }

        if (rules.IsShared && !IsToBeMade(entry, path))
        {
            return;
        }

        if (path.Length == 0)
        {
            if (entry.Kind != TarKind.Directory)
            {
                throw Refused(entry, "the root must be a directory");
            }

            SetDirectory(entry, root, "."u8, path);
            return;
        }

        if (rules.IsLayer)
        {
            switch (Whiteout.Of(path, entry.Kind is TarKind.Regular or TarKind.HardLink))
            {
                case Whiteout.Hides hides:
                    Hide(tree.Directory(ArchivePath.Parent(path)), hides.Name);
                    return;
                case Whiteout.Opaque:
                    HideAll(ArchivePath.Parent(path));
                    return;
                case Whiteout.Bookkeeping:
                    return;
                case Whiteout.Senseless:
                    throw Refused(entry, "it is a whiteout of nothing");
            }
        }

        var directory = tree.Directory(ArchivePath.Parent(path));
        Make(entry, reader, directory, ArchivePath.Name(path), path);
    }

    private void Hide(SafeFileHandle directory, byte[] name)
    {
        if (!Fs.TryStat(directory, name, out var found))
        {
            Overlay.MakeWhiteout(directory, name);
        }
        else if (found.Kind == FileKind.Directory)
        {
            Overlay.MakeOpaque(directory, name);
        }
    }

    private void HideAll(ReadOnlySpan<byte> path)
    {
        if (path.IsEmpty)
        {
            // overlayfs merges the layers' roots whatever their attributes say (tried on Linux 6.18).
            throw new RefusedException(new DomainError.NotSupported($"an opaque root directory ({what})"));
        }

        Overlay.MakeOpaque(tree.Directory(path), default);
    }

    private void Make(TarEntry entry, TarReader reader, SafeFileHandle directory, ReadOnlySpan<byte> name, byte[] path)
    {
        switch (entry.Kind)
        {
            case TarKind.Directory:
                MakeDirectory(entry, directory, name, path);
                return;
            case TarKind.Regular:
                MakeFile(entry, reader, directory, name);
                return;
            case TarKind.HardLink:
                MakeLink(entry, directory, name);
                return;
            case TarKind.Symlink:
                if (entry.Link.Length == 0)
                {
                    throw Refused(entry, "a link without a target");
                }

                Clear(directory, name);
                Fs.MakeSymlink(directory, name, entry.Link);
                break;
            case TarKind.CharDevice or TarKind.BlockDevice or TarKind.Fifo:
                MakeNode(entry, directory, name);
                break;
        }

        SetOwner(entry, directory, name);
        if (entry.Kind != TarKind.Symlink)
        {
            SetMode(directory, name, entry.Mode);
        }

        SetAttributes(entry, directory, name);
        Fs.SetTime(directory, name, entry.Modified);
    }

    private void MakeDirectory(TarEntry entry, SafeFileHandle directory, ReadOnlySpan<byte> name, byte[] path)
    {
        var isNew = rules.IsShared ? Fs.TryMakeUnset(directory, name) : Fs.TryMakeDirectory(directory, name, 0x1ed);
        if (!isNew && Fs.Stat(directory, name).Kind != FileKind.Directory)
        {
            // What stood there hid whatever lower layers have: so must the directory.
            Clear(directory, name);
            Fs.MakeDirectory(directory, name, 0x1ed);
            if (rules.IsLayer)
            {
                Overlay.MakeOpaque(directory, name);
            }
        }

        SetDirectory(entry, directory, name, path);
    }

    private void SetDirectory(TarEntry entry, SafeFileHandle directory, ReadOnlySpan<byte> name, byte[] path)
    {
        SetOwner(entry, directory, name);
        SetMode(directory, name, entry.Mode);
        SetAttributes(entry, directory, name);
        inheritsGroup |= (entry.Mode & SetGroup) != 0;
        if (directoryTimes.TryAdd(path, entry.Modified))
        {
            directoryNames += path.Length;
            if (directoryNames > MostDirectoryNames)
            {
                throw Refused(entry, $"the names of its directories are longer than {MostDirectoryNames} bytes together");
            }
        }
        else
        {
            directoryTimes[path] = entry.Modified;
        }
    }

    private void MakeFile(TarEntry entry, TarReader reader, SafeFileHandle directory, ReadOnlySpan<byte> name)
    {
        var flags = Open.Write | Open.Create | Open.Exclusive | Open.NoFollow;
        if (!Fs.TryAt(directory, name, flags, 0x180, out var file, out var errno))
        {
            file.Dispose();
            if (errno != Errno.Exists)
            {
                throw new PosixException(errno, "create", Bytes.Show(entry.Name));
            }

            Clear(directory, name);
            file = Fs.At(directory, name, flags, 0x180);
        }

        using (file)
        {
            if (entry.Sparse is null)
            {
                reader.Data((_, bytes) => Fs.Write(file, bytes));
            }
            else
            {
                reader.Data((offset, bytes) => Fs.WriteAt(file, bytes, offset));
                Fs.SetLength(file, entry.Size);
            }

            // In this order: a new owner takes away special bits and capabilities. Who unpacks layers is root, and so is a new
            // file's owner.
            if (Owner(entry) is var (uid, gid) && (uid != 0 || gid != 0 || inheritsGroup || rules.IsShared))
            {
                Fs.ChangeOwner(file, default, uid, gid);
            }

            Fs.ChangeMode(file, entry.Mode);
            SetAttributes(entry, directory, name);
            Fs.SetTime(file, entry.Modified);
        }

        size += entry.Size;
    }

    private void MakeLink(TarEntry entry, SafeFileHandle directory, ReadOnlySpan<byte> name)
    {
        var target = Clean(entry.Link, entry.Name);
        if (target.Length == 0 || !tree.TryExisting(ArchivePath.Parent(target), out var targetDirectory))
        {
            throw Refused(entry, $"it links to {Bytes.Show(entry.Link)}, which is not there");
        }

        using (targetDirectory)
        {
            var targetName = ArchivePath.Name(target);
            if (!Fs.TryStat(targetDirectory, targetName, out var found) || found.IsWhiteout)
            {
                throw Refused(entry, $"it links to {Bytes.Show(entry.Link)}, which is not there");
            }

            if (found.Kind == FileKind.Directory)
            {
                throw Refused(entry, $"it links to {Bytes.Show(entry.Link)}, a directory");
            }

            if (Fs.TryStat(directory, name, out var present) && present.Inode == found.Inode)
            {
                return;
            }

            Clear(directory, name);
            Fs.MakeLink(targetDirectory, targetName, directory, name);
        }
    }

    private void MakeNode(TarEntry entry, SafeFileHandle directory, ReadOnlySpan<byte> name)
    {
        if (!rules.MakesNodes)
        {
            throw Refused(entry, "a device or FIFO has no place in a build context");
        }

        if (entry is { Kind: TarKind.CharDevice, Major: 0, Minor: 0 })
        {
            throw Refused(entry, "a character device 0:0, which overlayfs would take for a whiteout");
        }

        Clear(directory, name);
        var kind = entry.Kind switch
        {
            TarKind.CharDevice => FileKind.CharDevice,
            TarKind.BlockDevice => FileKind.BlockDevice,
            _ => FileKind.Fifo,
        };
        Fs.MakeNode(directory, name, kind, entry.Mode, entry.Major, entry.Minor);
    }

    private void Clear(SafeFileHandle directory, ReadOnlySpan<byte> name)
    {
        if (!Fs.TryStat(directory, name, out var found))
        {
            return;
        }

        if (rules.IsShared)
        {
            // Never a directory: where somebody has put one there just now, this fails.
            Fs.Unlink(directory, name);
        }
        else
        {
            Fs.RemoveTree(directory, name, attic);
        }

        if (found.Kind is FileKind.Directory or FileKind.Symlink)
        {
            // Directories open by a path through it are now elsewhere. The one at hand is not among them, but would be closed.
            stale = true;
        }
    }

    private void SetOwner(TarEntry entry, SafeFileHandle directory, ReadOnlySpan<byte> name)
    {
        if (Owner(entry) is var (uid, gid))
        {
            Fs.ChangeOwner(directory, name, uid, gid);
        }
    }

    private void SetAttributes(TarEntry entry, SafeFileHandle directory, ReadOnlySpan<byte> name)
    {
        foreach (var x in entry.Xattrs)
        {
            // overlayfs's own would make the archive's author master of the mount. A file system that does not
            // keep an attribute (an ACL, a label) is no reason to refuse the layer, as in docker.
            if (!x.Name.AsSpan().StartsWith(Overlay.Prefix))
            {
                Xattrs.TrySet(directory, name, x.Name, x.Value);
            }
        }
    }

    private byte[] Clean(byte[] path, byte[] entry) =>
        ArchivePath.Clean(path).Match(
            Some: clean => clean.Length == 0 ? Into : Bytes.Join(Into, clean),
            None: () => throw new RefusedException(new DomainError.LeavesRoot(what, Bytes.Show(entry))));

    private RefusedException Refused(TarEntry entry, string reason) =>
        new(new DomainError.BadContent(what, $"{Bytes.Show(entry.Name)}: {reason}"));
}
