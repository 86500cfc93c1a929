namespace EventDock.Adapters.Content;

using System.IO;
using EventDock.Adapters.Posix;
using EventDock.Adapters.Tar;
using EventDock.Domain.Containers;
using EventDock.Domain.Kernel;

/// <summary>
/// Copies into and out of containers, each an archive that one thread writes and another unpacks, as docker's is between its client
/// and its daemon: so the rules for what is replaced, kept and refused are those of one unpacker.
/// </summary>
public static class FileCopies
{
    private const string Archive = "the archive";

    /// <summary>What is at hand has been measured by the disk it is on; only paths and headers have their limits.</summary>
    private static readonly TarLimits Unbounded = new(Entries: long.MaxValue, Bytes: long.MaxValue);

    public static ContainerFiles Create() => new(
        Look: (place, cancel) => Guarded.Run(() => Look(place), cancel).ToAsync(),
        Copy: (from, to, name, owners, cancel) => Guarded.RunAsync(() => CopyAsync(from, to, name, owners, cancel), cancel).ToAsync(),
        Read: (place, name, target, cancel) => Guarded.Run(
            () => Write(place, name, target, UpperArchive.Portable, cancel), cancel).ToAsync(),
        Unpack: (source, place, owners, cancel) => Guarded.RunAsync(() => UnpackAsync(source, place, owners, cancel), cancel).ToAsync());

    private static Option<FoundPath> Look(CopyPlace place)
    {
        using var root = ScopedRoot.Open(place);
        using var found = root.Locate(place.Path);
        return found is null
            ? None
            : Some(new FoundPath(Kind(found.Stat.Kind), found.Stat.Kind == FileKind.Symlink ? root.Follow(place.Path) : place.Path));
    }

    private static FoundKind Kind(FileKind kind) => kind switch
    {
        FileKind.Regular => FoundKind.File,
        FileKind.Directory => FoundKind.Directory,
        FileKind.Symlink => FoundKind.Link,
        FileKind.Fifo => FoundKind.Fifo,
        FileKind.Socket => FoundKind.Socket,
        _ => FoundKind.Device,
    };

    private static async Task<Unit> CopyAsync(CopyPlace from, CopyPlace to, byte[] name, CopyOwners owners, CancellationToken cancel)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        using var plain = new ByteQueue(stop.Token);
        var write = Stages.RunAsync(
            () => Task.FromResult(Stages.Fault(() => Write(from, name, plain, UpperArchive.AnyHole, stop.Token), plain.Complete, stop)), stop);
        var unpack = Stages.RunAsync(
            () => Task.FromResult(Stages.Fault(() => Unpack(plain, to, owners, stop.Token), plain.Abandon, stop)), stop);
        await Task.WhenAll(write, unpack).ConfigureAwait(false);
        cancel.ThrowIfCancellationRequested();
        return (await write.ConfigureAwait(false) ?? await unpack.ConfigureAwait(false)) is { } error
            ? throw new RefusedException(error)
            : unit;
    }

    private static Unit Write(CopyPlace place, byte[] name, Stream target, long sparseFrom, CancellationToken cancel)
    {
        using var root = ScopedRoot.Open(place);
        using var found = root.Locate(place.Path)
            ?? throw new PosixException(Errno.NoEntry, "open", Bytes.Show(place.Path));
        var buffered = new BufferedStream(target, 256 * 1024);
        new UpperArchive(buffered, place.Shown, cancel)
        {
            Merged = true,
            SparseFrom = sparseFrom,
            WithMounts = true,
        }.WriteNamed(found.Directory, found.Name, name);
        buffered.Flush();
        return unit;
    }

    private static async Task<Unit> UnpackAsync(Stream source, CopyPlace place, CopyOwners owners, CancellationToken cancel)
    {
        await Inflated.ReadAsync(source, Archive, (plain, called) => Unpack(plain, place, owners, called), cancel).ConfigureAwait(false);
        return unit;
    }

    private static void Unpack(Stream plain, CopyPlace place, CopyOwners owners, CancellationToken cancel)
    {
        using var root = ScopedRoot.Open(place);
        if (!root.TryDirectory(place.Path, out var directory))
        {
            directory.Dispose();
            throw new PosixException(Errno.NotDirectory, "open", Bytes.Show(place.Path));
        }

        using (directory)
        {
            if (place.Root is not null && MountCalls.IsReadOnly(directory))
            {
                throw new RefusedException(Fs.Stat(directory).Device == Fs.Stat(root.Handle).Device
                    ? new DomainError.ReadOnlyRoot(place.Shown)
                    : new DomainError.ReadOnlyMount(place.Shown));
            }
        }

        using var unpacker = new Unpacker(root.Handle, root.Handle, UnpackRules.Copy(owners), place.Shown)
        {
            Into = place.Path.AsSpan().Trim((byte)'/').ToArray(),
        };
        unpacker.Unpack(new TarReader(plain, Archive, Unbounded), cancel);
    }
}
