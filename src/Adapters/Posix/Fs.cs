namespace EventDock.Adapters.Posix;

using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

/// <summary>How a path may be resolved (openat2(2)).</summary>
[Flags]
public enum Resolve : ulong
{
    None = 0,

    /// <summary>Not into another mount.</summary>
    NoMounts = 1,

    NoMagicLinks = 2,
    NoSymlinks = 4,

    /// <summary>Whatever would leave the directory is refused (EXDEV).</summary>
    Beneath = 8,

    /// <summary>The directory is the root: absolute links and <c>..</c> stay inside, as after chroot.</summary>
    InRoot = 16,
}

/// <summary>open(2)'s flags.</summary>
public static class Open
{
    private static readonly bool Arm = RuntimeInformation.ProcessArchitecture == Architecture.Arm64;

    public const int Read = 0;
    public const int Write = 1;
    public const int ReadWrite = 2;
    public const int Create = 0x40;
    public const int Exclusive = 0x80;
    public const int Truncate = 0x200;
    public const int Append = 0x400;
    public const int NonBlock = 0x800;
    public const int CloseOnExec = 0x80000;
    public const int PathOnly = 0x200000;
    public static readonly int Directory = Arm ? 0x4000 : 0x10000;
    public static readonly int NoFollow = Arm ? 0x8000 : 0x20000;
}

/// <summary>
/// System calls relative to an open directory, on names and paths of bytes. A failure is a <see cref="PosixException"/>;
/// the Try forms give false where the name is not there. Every descriptor is close-on-exec.
/// </summary>
public static unsafe partial class Fs
{
    private const int PathMax = 4096;
    private const int SymlinkNoFollow = 0x100;
    private const int EmptyPath = 0x1000;
    private const int RemoveDirectory = 0x200;
    private const int OpenAt2Number = 437;
    private const uint NoReplaceFlag = 1;

    /// <summary>The current directory, for absolute paths.</summary>
    public static readonly SafeFileHandle Cwd = new(-100, ownsHandle: false);

    public static SafeFileHandle OpenDirectory(string path) =>
        At(Cwd, Bytes.Of(path), Open.Read | Open.Directory);

    /// <summary>openat(2).</summary>
    public static SafeFileHandle At(SafeFileHandle dir, ReadOnlySpan<byte> path, int flags, uint mode = 0) =>
        TryAt(dir, path, flags, mode, out var file, out var errno) ? file : throw Failed(errno, "open", path);

    /// <summary>False with the errno.</summary>
    [SkipLocalsInit]
    public static bool TryAt(
        SafeFileHandle dir, ReadOnlySpan<byte> path, int flags, uint mode, out SafeFileHandle file, out int errno)
    {
        var z = stackalloc byte[PathMax];
        Terminate(path, z);
        int fd;
        do
        {
            fd = Libc.OpenAt(dir, z, flags | Open.CloseOnExec, mode);
            errno = fd < 0 ? Marshal.GetLastPInvokeError() : 0;
        }
        while (errno == Errno.Interrupted);
        file = new SafeFileHandle(fd, ownsHandle: true);
        return fd >= 0;
    }

    /// <summary>openat2(2).</summary>
    public static SafeFileHandle In(SafeFileHandle dir, ReadOnlySpan<byte> path, int flags, Resolve resolve) =>
        TryIn(dir, path, flags, resolve, out var file, out var errno) ? file : throw Failed(errno, "open", path);

    /// <summary>openat2(2); false with the errno. An empty path is the directory itself.</summary>
    [SkipLocalsInit]
    public static bool TryIn(
        SafeFileHandle dir, ReadOnlySpan<byte> path, int flags, Resolve resolve, out SafeFileHandle file, out int errno)
    {
        var z = stackalloc byte[PathMax];
        Terminate(path.IsEmpty ? "."u8 : path, z);
        var how = new OpenHow { Flags = (ulong)(uint)(flags | Open.CloseOnExec), Resolve = (ulong)resolve };
        nint fd;
        do
        {
            fd = Libc.OpenAt2(OpenAt2Number, dir, z, &how, sizeof(OpenHow));
            errno = fd < 0 ? Marshal.GetLastPInvokeError() : 0;
        }
        while (errno is Errno.Interrupted or Errno.WouldBlock);
        file = new SafeFileHandle(fd, ownsHandle: true);
        return fd >= 0;
    }

    /// <summary>Of a name, links not followed.</summary>
    public static FileStat Stat(SafeFileHandle dir, ReadOnlySpan<byte> path) =>
        TryStat(dir, path, out var stat) ? stat : throw Failed(Errno.NoEntry, "stat", path);

    /// <summary>Of an open file.</summary>
    public static FileStat Stat(SafeFileHandle file) =>
        StatX(file, default, EmptyPath, out var stat, out var errno) ? stat : throw Failed(errno, "stat", file);

    /// <summary>False where there is no such name.</summary>
    public static bool TryStat(SafeFileHandle dir, ReadOnlySpan<byte> path, out FileStat stat) =>
        StatX(dir, path, SymlinkNoFollow, out stat, out var errno)
        || (errno is Errno.NoEntry or Errno.NotDirectory ? false : throw Failed(errno, "stat", path));

    [SkipLocalsInit]
    private static bool StatX(SafeFileHandle dir, ReadOnlySpan<byte> path, int flags, out FileStat stat, out int errno)
    {
        const uint basic = 0x7ff;
        var z = stackalloc byte[PathMax];
        Terminate(path, z);
        StatXBuffer b;
        if (Libc.StatX(dir, z, flags, basic, &b) != 0)
        {
            errno = Marshal.GetLastPInvokeError();
            stat = default;
            return false;
        }

        errno = 0;
        stat = new FileStat(
            Kind(b.Mode), (uint)b.Mode & 0xfff, b.Uid, b.Gid, b.Size, b.Blocks, b.Links, b.Inode,
            ((ulong)b.DeviceMajor << 32) | b.DeviceMinor, new FileTime(b.ModifiedSeconds, b.ModifiedNanoseconds),
            new FileTime(b.ChangedSeconds, b.ChangedNanoseconds), b.Major, b.Minor);
        return true;
    }

    private static FileKind Kind(uint mode) => (mode & 0xf000) switch
    {
        0x8000 => FileKind.Regular,
        0x4000 => FileKind.Directory,
        0xa000 => FileKind.Symlink,
        0x2000 => FileKind.CharDevice,
        0x6000 => FileKind.BlockDevice,
        0x1000 => FileKind.Fifo,
        0xc000 => FileKind.Socket,
        _ => throw new UnreachableException($"file type of mode {mode:x}"),
    };

    private static uint TypeBits(FileKind kind) => kind switch
    {
        FileKind.CharDevice => 0x2000,
        FileKind.BlockDevice => 0x6000,
        FileKind.Fifo => 0x1000,
        _ => throw new UnreachableException($"mknod of a {kind}"),
    };

    /// <summary>The mode is exact: the umask does not apply.</summary>
    public static void MakeDirectory(SafeFileHandle dir, ReadOnlySpan<byte> path, uint mode)
    {
        if (!TryMakeDirectory(dir, path, mode))
        {
            throw Failed(Errno.Exists, "mkdir", path);
        }
    }

    /// <summary>False where the name is taken.</summary>
    public static bool TryMakeDirectory(SafeFileHandle dir, ReadOnlySpan<byte> path, uint mode)
    {
        if (!TryMakeUnset(dir, path))
        {
            return false;
        }

        ChangeMode(dir, path, mode);
        return true;
    }

    /// <summary>A directory for its owner alone, or for fewer where the umask says so. False where the name is taken.</summary>
    [SkipLocalsInit]
    public static bool TryMakeUnset(SafeFileHandle dir, ReadOnlySpan<byte> path)
    {
        var z = stackalloc byte[PathMax];
        Terminate(path, z);
        if (Libc.MkDirAt(dir, z, 0x1c0) == 0)
        {
            return true;
        }

        var errno = Marshal.GetLastPInvokeError();
        return errno == Errno.Exists ? false : throw Failed(errno, "mkdir", path);
    }

    [SkipLocalsInit]
    public static void MakeNode(SafeFileHandle dir, ReadOnlySpan<byte> path, FileKind kind, uint mode, uint major, uint minor)
    {
        var z = stackalloc byte[PathMax];
        Terminate(path, z);
        // dev_t as glibc has it (gnu_dev_makedev).
        var device = ((ulong)(major & 0xfffff000) << 32) | ((ulong)(major & 0xfff) << 8)
            | ((ulong)(minor & 0xffffff00) << 12) | (minor & 0xff);
        Check(Libc.MkNodAt(dir, z, TypeBits(kind) | mode, device), "mknod", path);
    }

    [SkipLocalsInit]
    public static void MakeSymlink(SafeFileHandle dir, ReadOnlySpan<byte> path, ReadOnlySpan<byte> target)
    {
        var t = stackalloc byte[PathMax];
        Terminate(target, t);
        var z = stackalloc byte[PathMax];
        Terminate(path, z);
        Check(Libc.SymlinkAt(t, dir, z), "symlink", path);
    }

    /// <summary>A hard link; a symlink is linked itself.</summary>
    [SkipLocalsInit]
    public static void MakeLink(SafeFileHandle oldDir, ReadOnlySpan<byte> oldPath, SafeFileHandle dir, ReadOnlySpan<byte> path)
    {
        var o = stackalloc byte[PathMax];
        Terminate(oldPath, o);
        var z = stackalloc byte[PathMax];
        Terminate(path, z);
        Check(Libc.LinkAt(oldDir, o, dir, z, 0), "link", path);
    }

    /// <summary>Not of a directory.</summary>
    public static void Unlink(SafeFileHandle dir, ReadOnlySpan<byte> path) => Remove(dir, path, 0);

    public static void RemoveEmpty(SafeFileHandle dir, ReadOnlySpan<byte> path) => Remove(dir, path, RemoveDirectory);

    [SkipLocalsInit]
    private static void Remove(SafeFileHandle dir, ReadOnlySpan<byte> path, int flags)
    {
        var z = stackalloc byte[PathMax];
        Terminate(path, z);
        if (Libc.UnlinkAt(dir, z, flags) != 0 && Marshal.GetLastPInvokeError() is var errno and not Errno.NoEntry)
        {
            throw Failed(errno, "remove", path);
        }
    }

    public static void Rename(SafeFileHandle oldDir, ReadOnlySpan<byte> oldPath, SafeFileHandle dir, ReadOnlySpan<byte> path) =>
        Check(RenameTo(oldDir, oldPath, dir, path, 0), "rename", oldPath);

    /// <summary>False where the new name is taken (a directory that is not empty counts, too).</summary>
    public static bool TryRenameNew(
        SafeFileHandle oldDir, ReadOnlySpan<byte> oldPath, SafeFileHandle dir, ReadOnlySpan<byte> path)
    {
        if (RenameTo(oldDir, oldPath, dir, path, NoReplaceFlag) == 0)
        {
            return true;
        }

        var errno = Marshal.GetLastPInvokeError();
        return errno is Errno.Exists or Errno.NotEmpty ? false : throw Failed(errno, "rename", oldPath);
    }

    /// <summary>False where the old name is not there (any more).</summary>
    public static bool TryRenameExisting(
        SafeFileHandle oldDir, ReadOnlySpan<byte> oldPath, SafeFileHandle dir, ReadOnlySpan<byte> path)
    {
        if (RenameTo(oldDir, oldPath, dir, path, NoReplaceFlag) == 0)
        {
            return true;
        }

        var errno = Marshal.GetLastPInvokeError();
        return errno == Errno.NoEntry ? false : throw Failed(errno, "rename", oldPath);
    }

    [SkipLocalsInit]
    private static int RenameTo(
        SafeFileHandle oldDir, ReadOnlySpan<byte> oldPath, SafeFileHandle dir, ReadOnlySpan<byte> path, uint flags)
    {
        var o = stackalloc byte[PathMax];
        Terminate(oldPath, o);
        var z = stackalloc byte[PathMax];
        Terminate(path, z);
        return Libc.RenameAt2(oldDir, o, dir, z, flags);
    }

    /// <summary>A symlink's target; of an open symlink (O_PATH) with an empty path.</summary>
    [SkipLocalsInit]
    public static byte[] ReadLink(SafeFileHandle dir, ReadOnlySpan<byte> path)
    {
        var z = stackalloc byte[PathMax];
        Terminate(path, z);
        var buffer = stackalloc byte[PathMax];
        var length = Libc.ReadLinkAt(dir, z, buffer, PathMax);
        return length < 0
            ? throw Failed(Marshal.GetLastPInvokeError(), "readlink", path)
            : new ReadOnlySpan<byte>(buffer, (int)length).ToArray();
    }

    /// <summary>Of the name itself, links not followed. The special bits of a mode are lost: set it afterwards.</summary>
    [SkipLocalsInit]
    public static void ChangeOwner(SafeFileHandle dir, ReadOnlySpan<byte> path, uint uid, uint gid)
    {
        var z = stackalloc byte[PathMax];
        Terminate(path, z);
        Check(Libc.ChOwnAt(dir, z, uid, gid, path.IsEmpty ? EmptyPath : SymlinkNoFollow), "chown", path);
    }

    /// <summary>The name must not be a symlink (in a tree that nobody else changes).</summary>
    [SkipLocalsInit]
    public static void ChangeMode(SafeFileHandle dir, ReadOnlySpan<byte> path, uint mode)
    {
        var z = stackalloc byte[PathMax];
        Terminate(path, z);
        Check(Libc.ChModAt(dir, z, mode, 0), "chmod", path);
    }

    /// <summary>In a tree that others change: what has the name at one moment, and never what a link there leads to.</summary>
    public static void ChangeModeItself(SafeFileHandle dir, ReadOnlySpan<byte> path, uint mode)
    {
        using var itself = At(dir, path, Open.PathOnly | Open.NoFollow);
        if (Stat(itself).Kind != FileKind.Symlink)
        {
            ChangeMode(Cwd, ProcPath(itself), mode);
        }
    }

    public static void ChangeMode(SafeFileHandle file, uint mode) => Check(Libc.FChMod(file, mode), "chmod", file);

    /// <summary>Sets the time of modification (and of access, to the same) of the name itself.</summary>
    [SkipLocalsInit]
    public static void SetTime(SafeFileHandle dir, ReadOnlySpan<byte> path, FileTime time)
    {
        var z = stackalloc byte[PathMax];
        Terminate(path, z);
        var times = stackalloc TimeSpec[2];
        times[0] = times[1] = new TimeSpec { Seconds = time.Seconds, Nanoseconds = time.Nanoseconds };
        Check(Libc.UtimensAt(dir, z, times, SymlinkNoFollow), "utimens", path);
    }

    public static void SetTime(SafeFileHandle file, FileTime time)
    {
        var times = stackalloc TimeSpec[2];
        times[0] = times[1] = new TimeSpec { Seconds = time.Seconds, Nanoseconds = time.Nanoseconds };
        Check(Libc.FUtimens(file, times), "utimens", file);
    }

    public static void Sync(SafeFileHandle file) => Check(Libc.FSync(file), "fsync", file);

    /// <summary>Everything on the file system that the file is on: thousands of new files at the price of one journal commit.</summary>
    public static void SyncFileSystem(SafeFileHandle file) => Check(Libc.SyncFs(file), "syncfs", file);

    private static void Check(int result, string call, ReadOnlySpan<byte> path)
    {
        if (result != 0)
        {
            throw Failed(Marshal.GetLastPInvokeError(), call, path);
        }
    }

    private static void Check(int result, string call, SafeFileHandle file)
    {
        if (result != 0)
        {
            throw Failed(Marshal.GetLastPInvokeError(), call, file);
        }
    }

    internal static PosixException Failed(int errno, string call, ReadOnlySpan<byte> path) => new(errno, call, Bytes.Show(path));

    /// <summary>An open file is named by the path that the kernel knows it by.</summary>
    [SkipLocalsInit]
    internal static PosixException Failed(int errno, string call, SafeFileHandle file)
    {
        var z = stackalloc byte[PathMax];
        Terminate(ProcPath(file), z);
        var buffer = stackalloc byte[PathMax];
        var length = Libc.ReadLinkAt(Cwd, z, buffer, PathMax);
        return new(errno, call, length < 0 ? "an open file" : Bytes.Show(new ReadOnlySpan<byte>(buffer, (int)length)));
    }

    internal static void Terminate(ReadOnlySpan<byte> path, byte* z)
    {
        if (path.Length >= PathMax)
        {
            throw Failed(Errno.NameTooLong, "open", path);
        }

        if (path.Contains((byte)0))
        {
            throw Failed(Errno.Invalid, "open", path);
        }

        path.CopyTo(new Span<byte>(z, PathMax));
        z[path.Length] = 0;
    }
}
