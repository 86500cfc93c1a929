namespace EventDock.Adapters.Content;

using EventDock.Adapters.Posix;
using EventDock.Domain.Containers;
using EventDock.Domain.Kernel;
using Microsoft.Win32.SafeHandles;

/// <summary>
/// A container's root once more, in a place of its own, with what is mounted into it from the host. Its own mounts stay as they are,
/// and no process of its sees these.
/// </summary>
internal static class SeenRoots
{
    private static readonly string[] Files = ["hostname", "hosts", "resolv.conf"];

    /// <summary>The root of a running container, to be seen at another place, too.</summary>
    internal static void Clone(string root, string at)
    {
        using var source = Fs.At(Fs.Cwd, Bytes.Of(root), Open.PathOnly | Open.Directory | Open.NoFollow);
        using var target = Fs.At(Fs.Cwd, Bytes.Of(at), Open.PathOnly | Open.Directory | Open.NoFollow);
        MountCalls.Attach(source, target, below: false, readOnly: false);
    }

    /// <summary>All that the container has from the host, nearer to the root first.</summary>
    internal static void Furnish(Paths paths, SeenRoot seen, string at)
    {
        using var root = Fs.At(Fs.Cwd, Bytes.Of(at), Open.PathOnly | Open.Directory | Open.NoFollow);
        foreach (var mount in seen.Binds.OrderBy(m => m.Target.Count(c => c == '/')))
        {
            Bind(seen, root, mount);
        }

        foreach (var name in Files.Where(name => !seen.Settings.More.Mounts.Exists(m => m.Target == $"/etc/{name}")))
        {
            // Made with a container's first start.
            if (Fs.TryAt(Fs.Cwd, Bytes.Of($"{paths.Container(seen.Files.Value)}/{name}"), Open.PathOnly, 0, out var source, out _))
            {
                Place(root, source, Bytes.Of($"/etc/{name}"), below: false, seen.Settings.More.ReadOnly);
            }

            source.Dispose();
        }

        if (seen.Settings.More.ReadOnly)
        {
            using var mounted = Fs.At(Fs.Cwd, Bytes.Of(at), Open.PathOnly | Open.Directory | Open.NoFollow);
            MountCalls.ReadOnly(mounted);
        }
    }

    private static void Bind(SeenRoot seen, SafeFileHandle root, ContainerMount mount)
    {
        using var source = Fs.At(Fs.Cwd, Bytes.Of(mount.Source), Open.PathOnly);
        var target = Bytes.Of(mount.Target);
        if (seen is { IsNew: true, Runs: false })
        {
            Make(root, target, Fs.Stat(source).Kind == FileKind.Directory);
        }

        Place(root, source, target, !mount.NonRecursive, mount.ReadOnly);
    }

    /// <summary>Where the container has taken its mount point away, nothing is mounted for itself, either.</summary>
    private static void Place(SafeFileHandle root, SafeFileHandle source, byte[] target, bool below, bool readOnly)
    {
        if (Inside(root, target, out var place))
        {
            MountCalls.Attach(source, place, below, readOnly);
        }

        place.Dispose();
    }

    private static bool Inside(SafeFileHandle root, byte[] path, out SafeFileHandle place) =>
        Fs.TryIn(root, path, Open.PathOnly, Resolve.InRoot | Resolve.NoMagicLinks, out place, out var errno)
        || (errno is Errno.NoEntry or Errno.NotDirectory ? false : throw new PosixException(errno, "open", Bytes.Show(path)));

    private static void Make(SafeFileHandle root, byte[] target, bool isDirectory)
    {
        var there = Inside(root, target, out var place);
        place.Dispose();
        if (there)
        {
            return;
        }

        using var tree = new RootedTree(root, "the container's root", (_, _) => { }) { Shared = true };
        var clean = target.AsSpan().Trim((byte)'/');
        if (isDirectory)
        {
            tree.Directory(clean);
            return;
        }

        var slash = clean.LastIndexOf((byte)'/');
        using var made = Fs.At(
            tree.Directory(slash < 0 ? default : clean[..slash]), clean[(slash + 1)..],
            Open.Write | Open.Create | Open.Exclusive | Open.NoFollow, 0x1ed);
    }
}
