namespace EventDock.Adapters.Posix;

using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

/// <summary>
/// Mounts of what is there already, from descriptor to descriptor (open_tree(2), move_mount(2)): whoever changes links in a path
/// meanwhile changes nothing of where something is mounted.
/// </summary>
internal static unsafe partial class MountCalls
{
    private const int OpenTreeNumber = 428, MoveMountNumber = 429;
    private const uint Clone = 1, CloseOnExec = 0x80000, EmptyPath = 0x1000, Recursive = 0x8000;
    private const uint FromItself = 4, ToItself = 0x40;
    private const uint ReadOnlyFlag = 1, Remount = 0x20, Bind = 0x1000, BelowToo = 0x4000, Private = 0x40000;
    private const int Lazy = 2, NoFollow = 8;

    /// <summary>
    /// Mounts what the one descriptor is open on over what the other is. Nothing that is mounted in it later comes to be elsewhere.
    /// </summary>
    /// <param name="below">With what is mounted in it.</param>
    internal static void Attach(SafeFileHandle source, SafeFileHandle target, bool below, bool readOnly)
    {
        byte nothing = 0;
        var number = OpenTree(
            OpenTreeNumber, source, &nothing, Clone | CloseOnExec | EmptyPath | (below ? Recursive : 0));
        if (number < 0)
        {
            throw Fs.Failed(Marshal.GetLastPInvokeError(), "open_tree", source);
        }

        using var tree = new SafeFileHandle((nint)number, ownsHandle: true);
        if (MoveMount(MoveMountNumber, tree, &nothing, target, &nothing, FromItself | ToItself) != 0)
        {
            throw Fs.Failed(Marshal.GetLastPInvokeError(), "mount on", target);
        }

        Change(tree, Private | BelowToo);
        if (readOnly)
        {
            ReadOnly(tree);
        }
    }

    /// <summary>This mount alone: the file system can be written to by way of others.</summary>
    internal static void ReadOnly(SafeFileHandle mounted) => Change(mounted, Remount | Bind | ReadOnlyFlag);

    /// <summary>With all that is mounted in it; nothing is there any more where it was, whoever still has a file of it open.</summary>
    [SkipLocalsInit]
    internal static void Detach(ReadOnlySpan<byte> path)
    {
        var z = stackalloc byte[4096];
        Fs.Terminate(path, z);
        if (Unmount(z, Lazy | NoFollow) != 0 && Marshal.GetLastPInvokeError() is var errno and not (Errno.Invalid or Errno.NoEntry))
        {
            throw Fs.Failed(errno, "unmount", path);
        }
    }

    [SkipLocalsInit]
    private static void Change(SafeFileHandle mounted, uint flags)
    {
        var z = stackalloc byte[4096];
        Fs.Terminate(Fs.ProcPath(mounted), z);
        if (Mount(null, z, null, flags, null) != 0)
        {
            throw Fs.Failed(Marshal.GetLastPInvokeError(), "mount", mounted);
        }
    }

    /// <summary>Nothing can be written by way of it: its mount, or all of its file system, is read-only.</summary>
    internal static bool IsReadOnly(SafeFileHandle file)
    {
        // struct statvfs: f_flag at 72 (amd64 and arm64); ST_RDONLY is 1.
        var status = stackalloc byte[256];
        return FileSystem(file, status) == 0 ? (*(ulong*)(status + 72) & 1) != 0
            : throw Fs.Failed(Marshal.GetLastPInvokeError(), "statvfs", file);
    }

    [LibraryImport("libc", EntryPoint = "fstatvfs", SetLastError = true)]
    private static partial int FileSystem(SafeFileHandle file, byte* status);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint OpenTree(nint number, SafeFileHandle dir, byte* path, uint flags);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint MoveMount(
        nint number, SafeFileHandle from, byte* fromPath, SafeFileHandle to, byte* toPath, uint flags);

    [LibraryImport("libc", EntryPoint = "mount", SetLastError = true)]
    private static partial int Mount(byte* source, byte* target, byte* type, nuint flags, byte* data);

    [LibraryImport("libc", EntryPoint = "umount2", SetLastError = true)]
    private static partial int Unmount(byte* target, int flags);
}
