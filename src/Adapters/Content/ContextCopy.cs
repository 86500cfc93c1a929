namespace EventDock.Adapters.Content;

using EventDock.Adapters.Posix;
using EventDock.Domain.Builds;
using EventDock.Domain.Kernel;
using EventDock.Domain.Layers;
using Microsoft.Win32.SafeHandles;

/// <summary>
/// COPY: from a build context into a mounted root. Sources are resolved inside the context, which they must not leave; the
/// destination inside the root (openat2, RESOLVE_IN_ROOT). A directory gives its contents. What is copied belongs to 0:0 and keeps
/// mode and time of modification; directories that are there already keep all they had, their time too.
/// </summary>
/// <remarks>
/// The same context must give the same bytes whenever it is built, so that directories made on the way do not carry the hour of
/// the build (docker's do): they get the newest time among the sources named, WORKDIR's the start of 1970.
/// </remarks>
internal sealed class ContextCopy : IDisposable
{
    private const string What = "build context";
    private const int Deepest = 1024;
    private readonly SafeFileHandle context;
    private readonly SafeFileHandle root;
    private readonly RootedTree tree;
    private readonly CancellationToken cancel;
    private readonly DockerIgnore ignore;
    private readonly Dictionary<byte[], FileTime> times = new(ByteOrder.Instance);
    private readonly FileTime madeAt;

    private ContextCopy(
        SafeFileHandle context, SafeFileHandle root, FileTime madeAt, DockerIgnore ignore, CancellationToken cancel)
    {
        this.context = context;
        this.root = root;
        this.madeAt = madeAt;
        this.ignore = ignore;
        this.cancel = cancel;
        tree = new RootedTree(root, What, Making);
    }

    internal static Unit Run(string merged, CopyPlan plan, DockerIgnore ignore, CancellationToken cancel)
    {
        using var context = Fs.OpenDirectory(plan.Context);
        using var root = Fs.OpenDirectory(merged);
        var newest = plan.Sources.Map(s => ModifiedOf(context, s)).Fold(default(FileTime), (a, b) => a.CompareTo(b) >= 0 ? a : b);
        using var copy = new ContextCopy(context, root, newest, ignore, cancel);
        var destination = Clean(plan.Destination);
        foreach (var source in plan.Sources)
        {
            copy.Source(source, destination, plan.IntoDirectory);
        }

        copy.SetTimes();
        return unit;
    }

    internal static Unit MakeDirectory(string merged, string path)
    {
        using var root = Fs.OpenDirectory(merged);
        using var copy = new ContextCopy(root, root, default, DockerIgnore.Empty, CancellationToken.None);
        copy.Directory(Clean(path));
        copy.SetTimes();
        return unit;
    }

    public void Dispose() => tree.Dispose();

    private static byte[] Clean(string path) =>
        ArchivePath.Clean(Bytes.Of(path)).Match(
            Some: clean => clean,
            None: () => throw new RefusedException(new DomainError.LeavesRoot("image", path)));

    private static FileTime ModifiedOf(SafeFileHandle context, string source)
    {
        using var opened = Resolved(context, source);
        return Fs.Stat(opened).Modified;
    }

    // A link that is named itself is followed, as long as it stays in the context.
    private static SafeFileHandle Resolved(SafeFileHandle context, string source)
    {
        var path = Bytes.Of(source.TrimStart('/'));
        if (Fs.TryIn(context, path, Open.PathOnly, Resolve.Beneath | Resolve.NoMagicLinks, out var opened, out var errno))
        {
            return opened;
        }

        throw errno == Errno.CrossDevice
            ? new RefusedException(new DomainError.LeavesRoot(What, source))
            : new PosixException(errno, "open", source);
    }

    private void Source(string source, byte[] destination, bool intoDirectory)
    {
        using var opened = Resolved(context, source);
        var stat = Fs.Stat(opened);
        if (stat.Kind == FileKind.Directory)
        {
            using var readable = Fs.At(opened, "."u8, Open.Read | Open.Directory);
            Directory(destination);
            Contents(readable, Bytes.Of(source.Trim('/') is "." ? "" : source.Trim('/')), destination, 0);
            return;
        }

        RequireFile(stat, Bytes.Of(source));
        var into = intoDirectory || destination.Length == 0 || IsDirectory(destination);
        var target = into
            ? Bytes.Join(destination, ArchivePath.Name(ArchivePath.Clean(Bytes.Of(source)).IfNone([])))
            : Followed(destination);
        using var file = Fs.At(Fs.Cwd, Fs.ProcPath(opened), Open.Read | Open.NonBlock);
        File(file, stat, target, Xattrs.Get(opened, default, "security.capability"u8));
    }

    private bool IsDirectory(byte[] path)
    {
        var found = tree.TryExisting(path, out var handle);
        handle.Dispose();
        return found;
    }

    // A file that is there by way of a link is replaced where it is: docker writes through the link, too.
    private byte[] Followed(byte[] destination)
    {
        if (!Fs.TryIn(root, destination, Open.PathOnly, Resolve.InRoot | Resolve.NoMagicLinks, out var found, out _))
        {
            found.Dispose();
            return destination;
        }

        using (found)
        {
            var top = Fs.ReadLink(Fs.Cwd, Fs.ProcPath(root));
            var at = Fs.ReadLink(Fs.Cwd, Fs.ProcPath(found));
            return at.AsSpan().StartsWith(top) ? at[(top.Length + 1)..] : destination;
        }
    }

    private void Contents(SafeFileHandle from, byte[] source, byte[] destination, int depth)
    {
        if (depth > Deepest)
        {
            throw new RefusedException(new DomainError.BadContent(What, $"{Bytes.Show(source)} is deeper than {Deepest} directories"));
        }

        foreach (var name in Fs.SortedNames(from))
        {
            cancel.ThrowIfCancellationRequested();
            var path = Bytes.Join(source, name);
            var target = Bytes.Join(destination, name);
            var stat = Fs.Stat(from, name);
            // Patterns are text; a name that is not has U+FFFD for them, here as where the context is hashed.
            var asText = System.Text.Encoding.UTF8.GetString(path);
            var ignored = ignore.Ignores(asText);
            if (stat.Kind == FileKind.Directory)
            {
                // Something in a directory that is left out may be let in again (!pattern).
                if (ignored && !ignore.Reenters(asText))
                {
                    continue;
                }

                using var below = Fs.At(from, name, Open.Read | Open.Directory | Open.NoFollow);
                if (!ignored)
                {
                    MakeLike(stat, target);
                }

                Contents(below, path, target, depth + 1);
            }
            else if (!ignored)
            {
                Leaf(from, name, stat, path, target);
            }
        }
    }

    private void Leaf(SafeFileHandle from, byte[] name, FileStat stat, byte[] path, byte[] target)
    {
        if (stat.Kind == FileKind.Symlink)
        {
            var directory = Cleared(target, out var last);
            Fs.MakeSymlink(directory, last, Fs.ReadLink(from, name));
            Fs.ChangeOwner(directory, last, 0, 0);
            Fs.SetTime(directory, last, stat.Modified);
            return;
        }

        RequireFile(stat, path);
        if (!Fs.TryOpenRegular(from, name, out var file, out var opened))
        {
            throw new RefusedException(new DomainError.BadContent(What, $"{Bytes.Show(path)} changed while it was read"));
        }

        using (file)
        {
            File(file, opened, target, Xattrs.Get(from, name, "security.capability"u8));
        }
    }

    private void File(SafeFileHandle from, FileStat stat, byte[] target, byte[]? capabilities)
    {
        var directory = Cleared(target, out var name);
        using var to = Fs.At(directory, name, Open.Write | Open.Create | Open.Exclusive | Open.NoFollow, 0x180);
        Fs.CopyData(from, to, stat.Size, cancel);
        Fs.ChangeOwner(to, default, 0, 0);
        Fs.ChangeMode(to, stat.Mode);
        if (capabilities is not null)
        {
            Xattrs.TrySet(directory, name, "security.capability"u8, capabilities);
        }

        Fs.SetTime(to, stat.Modified);
    }

    /// <summary>The directory of a name that is free now: a file or link there is removed, a directory is a conflict.</summary>
    private SafeFileHandle Cleared(byte[] target, out byte[] name)
    {
        var parent = ArchivePath.Parent(target).ToArray();
        var directory = Directory(parent);
        Keep(parent, directory);
        name = ArchivePath.Name(target).ToArray();
        if (Fs.TryStat(directory, name, out var found))
        {
            if (found.Kind == FileKind.Directory)
            {
                throw Conflict(target, "a directory in the image and none in the context");
            }

            Fs.Unlink(directory, name);
        }

        return directory;
    }

    private SafeFileHandle Directory(byte[] path) => tree.Directory(path);

    // A directory of the context: made with its mode and time, or merged with what is there.
    private void MakeLike(FileStat stat, byte[] target)
    {
        var parent = ArchivePath.Parent(target).ToArray();
        var directory = Directory(parent);
        var name = ArchivePath.Name(target).ToArray();
        if (Fs.TryStat(directory, name, out var found))
        {
            if (found.Kind != FileKind.Directory)
            {
                throw Conflict(target, $"{(found.Kind == FileKind.Symlink ? "a link" : "a file")} in the image and a directory in the context");
            }

            return;
        }

        Keep(parent, directory);
        Fs.MakeDirectory(directory, name, stat.Mode);
        Fs.ChangeOwner(directory, name, 0, 0);
        Fs.ChangeMode(directory, name, stat.Mode);
        times[target] = stat.Modified;
    }

    /// <summary>Remembers the time of a directory before something is put into it.</summary>
    private void Keep(byte[] path, SafeFileHandle directory)
    {
        if (!times.ContainsKey(path))
        {
            times.Add(path, Fs.Stat(directory).Modified);
        }
    }

    private void Making(byte[] path, SafeFileHandle parent)
    {
        Keep(ArchivePath.Parent(path).ToArray(), parent);
        times[path] = madeAt;
    }

    private void SetTimes()
    {
        foreach (var (path, time) in times)
        {
            if (tree.TryExisting(path, out var directory))
            {
                using (directory)
                {
                    Fs.SetTime(directory, "."u8, time);
                }
            }
        }
    }

    private static void RequireFile(FileStat stat, byte[] path)
    {
        if (stat.Kind != FileKind.Regular)
        {
            throw new RefusedException(new DomainError.BadContent(What, $"{Bytes.Show(path)} is a {stat.Kind switch
            {
                FileKind.Fifo => "FIFO",
                FileKind.Socket => "socket",
                _ => "device",
            }}"));
        }
    }

    private static RefusedException Conflict(byte[] target, string reason) =>
        new(new DomainError.BadContent(What, $"/{Bytes.Show(target)} is {reason}"));
}
