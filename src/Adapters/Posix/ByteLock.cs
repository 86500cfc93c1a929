namespace EventDock.Adapters.Posix;

using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

/// <summary>
/// One byte of a file, locked through an open file description (fcntl(2), F_OFD_SETLK): as many locks as there are digests, and no
/// file for each. Gone with the process that holds it. Two opens of the file exclude each other within one process, too.
/// </summary>
public static partial class ByteLock
{
    private const int SetLock = 37;
    private const short WriteLock = 1;

    /// <summary>60 bits of a digest or a random id: two that met in one would only wait for each other.</summary>
    public static long Place(string hex) =>
        long.Parse(hex.AsSpan(0, 15), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    /// <summary>False where another has it.</summary>
    public static bool TryTake(SafeFileHandle file, long at)
    {
        var wanted = new Range { Type = WriteLock, Start = at, Length = 1 };
        if (FileControl(file, SetLock, ref wanted) == 0)
        {
            return true;
        }

        var errno = Marshal.GetLastPInvokeError();
        return errno is Errno.Access or Errno.WouldBlock or Errno.Interrupted ? false : throw Fs.Failed(errno, "lock", file);
    }

    /// <summary>Waits for it. Tried again and again, since a thread waiting in fcntl cannot be called off.</summary>
    /// <param name="waiting">Told once, where another has it.</param>
    public static async Task TakeAsync(SafeFileHandle file, long at, Action waiting, CancellationToken cancel)
    {
        for (var pause = 1; !TryTake(file, at); pause = Math.Min(pause * 2, 50))
        {
            if (pause == 1)
            {
                waiting();
            }

            await Task.Delay(pause, cancel).ConfigureAwait(false);
        }
    }

    /// <summary>struct flock of a 64-bit Linux.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Range
    {
        internal short Type;
        internal short Whence;
        internal long Start;
        internal long Length;
        internal int Pid;
    }

    // Variadic in C; the third argument travels like any other on the architectures EventDock is built for.
    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    private static partial int FileControl(SafeFileHandle file, int command, ref Range range);
}
