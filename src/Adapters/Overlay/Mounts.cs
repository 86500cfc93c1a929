namespace EventDock.Adapters.Overlay;

using System.IO;
using System.Runtime.InteropServices;
using EventDock.Domain.Containers;
using EventDock.Domain.Kernel;
using EventDock.Domain.Oci;

/// <summary>
/// Overlayfs up and down. The kernel takes one page of options, so layers are named by the short links <c>l/HEX16</c> relative
/// to the root, which is the working directory of the thread that mounts, and of no other.
/// </summary>
public static partial class Mounts
{
    private const int Page = 4096, ShortName = 16;
    private const int Busy = 16, Invalid = 22, Missing = 2;
    private const int NoFollow = 8, Lazy = 2, CloneFs = 0x200;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <param name="root">The directory that holds <c>layers</c>, <c>l</c> and <c>containers</c>.</param>
    public static OverlayMounts Create(string root) =>
        new(Mount: mount => Mount(root, mount), Unmount: Unmount);

    private static Either<DomainError, Unit> Mount(string root, OverlayMount mount)
    {
        var lower = new List<string>(mount.Layers.Count + 1);
        foreach (var layer in mount.Layers.Rev())
        {
            var found = Link(root, layer);
            if (found.IsLeft)
            {
                return found;
            }

            lower.Add($"l/{layer[..ShortName]}");
        }

        try
        {
            if (mount.MountPoints)
            {
                lower.Add(MountPoints.Ensure(root));
            }
            else if (lower.Count == 0)
            {
                lower.Add(MountPoints.EnsureEmpty(root));
            }
        }
        catch (IOException e)
        {
            return new DomainError.FileFailed(root, e.Message);
        }

        var paths = new[] { mount.Upper, mount.Work }.Select(path => Relative(root, path)).ToArray();
        var directories = mount.ReadOnly
            ? $"lowerdir={string.Join(':', lower.Prepend(paths[0]))}"
            : $"lowerdir={string.Join(':', lower)},upperdir={paths[0]},workdir={paths[1]}";
        var options = directories + Switches.Value;
        if (System.Text.Encoding.UTF8.GetByteCount(options) >= Page)
        {
            return new DomainError.NotSupported($"{mount.Layers.Count} layers in one container: the kernel takes {Page} bytes of mount options");
        }

        if (paths.Any(path => path.AsSpan().IndexOfAny(",:\\") >= 0))
        {
            return new DomainError.Invalid("path", mount.Upper, "a comma, colon or backslash cannot stand in a mount option");
        }

        return IsMounted(mount.Merged) ? unit : OnOwnThread(() => Call(root, mount.Merged, options));
    }

    private static Either<DomainError, Unit> Unmount(string merged)
    {
        var started = Environment.TickCount64;
        while (UnmountCall(merged, NoFollow) != 0)
        {
            switch (Marshal.GetLastPInvokeError())
            {
                case Invalid or Missing:
                    return unit;
                case Busy when Environment.TickCount64 - started < Patience.TotalMilliseconds:
                    Thread.Sleep(5);
                    break;
                // Somebody outside stands in it. Detached, it goes when they leave; waiting longer would block removal for ever.
                case Busy when UnmountCall(merged, NoFollow | Lazy) == 0:
                    return unit;
                case var error:
                    return new DomainError.FileFailed(merged, Marshal.GetPInvokeErrorMessage(error));
            }
        }

        return unit;
    }

    /// <summary>A short name can only stand for the layer whose full id its link names.</summary>
    private static Either<DomainError, Unit> Link(string root, string layer)
    {
        if (layer.Length != 64 || !Digest.IsHex(layer))
        {
            return new DomainError.Invalid("layer id", layer, "must be 64 lower-case hex digits");
        }

        var link = $"{root}/l/{layer[..ShortName]}";
        var target = new FileInfo(link).LinkTarget;
        return target == $"../layers/{layer}/diff" ? unit
            : target is null && !Directory.Exists($"{root}/layers/{layer}/diff") ? new DomainError.LayerGone(layer)
            : new DomainError.FileFailed(link, target is null ? "the layer has no short name" : $"leads to {target}");
    }

    private static string Relative(string root, string path) =>
        path.StartsWith(root + "/", StringComparison.Ordinal) ? path[(root.Length + 1)..] : path;

    private static bool IsMounted(string path) =>
        Path.GetDirectoryName(path) is { } parent && Device(path) is { } here && Device(parent) is { } above && here != above;

    private static Either<DomainError, Unit> Call(string root, string merged, string options)
    {
        if (Unshare(CloneFs) != 0 || ChangeDirectory(root) != 0)
        {
            return new DomainError.FileFailed(root, Marshal.GetLastPInvokeErrorMessage());
        }

        return MountCall("overlay", merged, "overlay", 0, options) == 0
            ? unit
            : new DomainError.FileFailed(merged, $"mount: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    /// <summary>A working directory of its own is the thread's until it ends, so it is none of the pool's.</summary>
    private static Either<DomainError, Unit> OnOwnThread(Func<Either<DomainError, Unit>> body)
    {
        Either<DomainError, Unit> result = unit;
        var thread = new Thread(() => result = body(), maxStackSize: 256 * 1024) { IsBackground = true, Name = "mount" };
        thread.Start();
        thread.Join();
        return result;
    }

    /// <summary>What distributions may have switched on and docker does not use, for the kernels that know the switch.</summary>
    private static readonly Lazy<string> Switches = new(() => string.Concat(
        new[] { "index", "redirect_dir", "metacopy" }
            .Where(name => File.Exists($"/sys/module/overlay/parameters/{name}"))
            .Select(name => $",{name}=off")));

    private static unsafe ulong? Device(string path)
    {
        // struct statx: 256 bytes; stx_dev_major at 136, stx_dev_minor at 140.
        var result = stackalloc byte[256];
        return Statx(-100, path, 0x100, 0, result) == 0 ? *(ulong*)(result + 136) : null;
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int Statx(int directory, string path, int flags, uint mask, byte* result);

    [LibraryImport("libc", EntryPoint = "mount", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int MountCall(string source, string target, string type, nuint flags, string options);

    [LibraryImport("libc", EntryPoint = "umount2", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int UnmountCall(string target, int flags);

    [LibraryImport("libc", EntryPoint = "unshare", SetLastError = true)]
    private static partial int Unshare(int flags);

    [LibraryImport("libc", EntryPoint = "chdir", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ChangeDirectory(string path);
}
