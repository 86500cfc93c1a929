namespace EventDock.Adapters.Context;

using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

/// <summary>What fstat tells of an entry.</summary>
/// <param name="Mode">st_mode: type and permissions.</param>
internal readonly record struct EntryStat(int Mode, long Size)
{
    public const int Regular = 0x8000, Directory = 0x4000, Link = 0xA000, Fifo = 0x1000, CharDevice = 0x2000, BlockDevice = 0x6000;

    public int Type => Mode & 0xF000;

    public int Permissions => Mode & 0xFFF;
}

/// <summary>
/// The few system calls a build context needs, over names as bytes: .NET's own file functions cannot open a name that is not
/// UTF-8, nor look at an entry without following or opening it.
/// </summary>
internal static unsafe partial class ContextCalls
{
    public const int NoEntry = 2, NotDirectory = 20, NameTooLong = 36, Loop = 40;

    /// <summary>Linux's PATH_MAX: no program could name what lies deeper, and no recursion of ours goes there.</summary>
    public const int MaxPath = 4095;

    private const int CurrentDirectory = -100, ReadOnly = 0, NonBlock = 0x800, CloseOnExec = 0x80000, PathOnly = 0x200000;
    private const int EmptyPath = 0x1000, BasicStats = 0x7ff;
    private const long OpenAt2 = 437;
    private const ulong InRoot = 0x10, NoMagicLinks = 0x02;

    /// <summary>These two differ between the ABIs of Linux (asm/fcntl.h).</summary>
    private static readonly bool IsArm = RuntimeInformation.ProcessArchitecture is Architecture.Arm64 or Architecture.Arm;
    private static readonly int NoFollow = IsArm ? 0x8000 : 0x20000;
    private static readonly int DirectoryOnly = IsArm ? 0x4000 : 0x10000;

    private struct OpenHow
    {
        public ulong Flags, Mode, Resolve;
    }

    /// <summary>A directory by the path a person gave; null and errno where it cannot be opened.</summary>
    public static SafeFileHandle? OpenRoot(string path, out int error) =>
        Checked(openat(CurrentDirectory, Terminated(Encoding.UTF8.GetBytes(path)), ReadOnly | DirectoryOnly | CloseOnExec, 0), out error);

    /// <summary>The entry itself, neither followed nor opened.</summary>
    public static SafeFileHandle? Look(SafeFileHandle directory, ReadOnlySpan<byte> name, out int error) =>
        Checked(openat(directory, Terminated(name), PathOnly | NoFollow | CloseOnExec, 0), out error);

    /// <summary>A directory for reading, not through a link.</summary>
    public static SafeFileHandle? OpenDirectory(SafeFileHandle directory, ReadOnlySpan<byte> name, out int error) =>
        Checked(openat(directory, Terminated(name), ReadOnly | DirectoryOnly | NoFollow | CloseOnExec, 0), out error);

    /// <summary>What a path leads to when links, absolute ones too, are followed inside the root only (openat2(2)).</summary>
    public static SafeFileHandle? Resolve(SafeFileHandle root, string path, out int error)
    {
        var how = new OpenHow { Flags = (ulong)(PathOnly | CloseOnExec), Resolve = InRoot | NoMagicLinks };
        fixed (byte* text = Terminated(Encoding.UTF8.GetBytes(path)))
        {
            var held = false;
            try
            {
                root.DangerousAddRef(ref held);
                return Checked((int)syscall(OpenAt2, root.DangerousGetHandle(), text, &how, sizeof(OpenHow)), out error);
            }
            finally
            {
                if (held)
                {
                    root.DangerousRelease();
                }
            }
        }
    }

    /// <summary>Opens for reading what <see cref="Look"/> or <see cref="Resolve"/> found and nothing else, whatever has its name by now.</summary>
    public static SafeFileHandle? Reopen(SafeFileHandle entry, bool directory, out int error) =>
        Checked(
            openat(CurrentDirectory, Terminated(Encoding.ASCII.GetBytes(ProcPath(entry))),
                ReadOnly | NonBlock | CloseOnExec | (directory ? DirectoryOnly : 0), 0),
            out error);

    public static EntryStat? Stat(SafeFileHandle entry, out int error)
    {
        var buffer = stackalloc byte[256];
        byte empty = 0;
        var result = statx(entry, &empty, EmptyPath, BasicStats, buffer);
        error = result == 0 ? 0 : Marshal.GetLastPInvokeError();
        return result == 0 ? new(*(ushort*)(buffer + 28), *(long*)(buffer + 40)) : null;
    }

    /// <summary>The names in a directory, without <c>.</c> and <c>..</c>, sorted by their bytes.</summary>
    public static List<byte[]>? Names(SafeFileHandle directory, out int error)
    {
        var names = new List<byte[]>();
        var buffer = new byte[64 * 1024];
        fixed (byte* start = buffer)
        {
            while (true)
            {
                var count = (int)getdents64(directory, start, (nuint)buffer.Length);
                if (count <= 0)
                {
                    error = count == 0 ? 0 : Marshal.GetLastPInvokeError();
                    names.Sort((a, b) => a.AsSpan().SequenceCompareTo(b));
                    return count == 0 ? names : null;
                }

                for (var at = 0; at < count; at += *(ushort*)(start + at + 16))
                {
                    var name = MemoryMarshal.CreateReadOnlySpanFromNullTerminated(start + at + 19);
                    if (!name.SequenceEqual("."u8) && !name.SequenceEqual(".."u8))
                    {
                        names.Add(name.ToArray());
                    }
                }
            }
        }
    }

    /// <summary>A symbolic link's target.</summary>
    public static byte[]? Target(SafeFileHandle link, out int error)
    {
        var buffer = stackalloc byte[4096];
        byte empty = 0;
        var count = (int)readlinkat(link, &empty, buffer, 4096);
        error = count >= 0 ? 0 : Marshal.GetLastPInvokeError();
        return count >= 0 ? new ReadOnlySpan<byte>(buffer, count).ToArray() : null;
    }

    /// <summary>Where an open entry stands in the file system just now, as bytes.</summary>
    public static byte[]? Where(SafeFileHandle entry, out int error)
    {
        var buffer = stackalloc byte[8192];
        fixed (byte* path = Terminated(Encoding.ASCII.GetBytes(ProcPath(entry))))
        {
            var count = (int)readlink(path, buffer, 8192);
            error = count >= 0 ? 0 : Marshal.GetLastPInvokeError();
            return count >= 0 ? new ReadOnlySpan<byte>(buffer, count).ToArray() : null;
        }
    }

    public static string Text(int error) => Marshal.GetPInvokeErrorMessage(error);

    private static string ProcPath(SafeFileHandle entry) => $"/proc/self/fd/{entry.DangerousGetHandle()}";

    private static SafeFileHandle? Checked(int descriptor, out int error)
    {
        error = descriptor >= 0 ? 0 : Marshal.GetLastPInvokeError();
        return descriptor >= 0 ? new SafeFileHandle(descriptor, ownsHandle: true) : null;
    }

    private static byte[] Terminated(ReadOnlySpan<byte> name) => [.. name, 0];

    [LibraryImport("libc", SetLastError = true)]
    private static partial int openat(int directory, byte[] path, int flags, uint mode);

    [LibraryImport("libc", EntryPoint = "openat", SetLastError = true)]
    private static partial int openat(SafeFileHandle directory, byte[] path, int flags, uint mode);

    [LibraryImport("libc", SetLastError = true)]
    private static partial long syscall(long number, nint directory, byte* path, OpenHow* how, nint size);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int statx(SafeFileHandle directory, byte* path, int flags, uint mask, byte* buffer);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint getdents64(SafeFileHandle directory, byte* buffer, nuint size);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint readlinkat(SafeFileHandle directory, byte* path, byte* buffer, nuint size);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint readlink(byte* path, byte* buffer, nuint size);
}
