namespace EventDock.Adapters.Posix;

using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

/// <summary>
/// A directory whose subdirectories have nothing to do with each other: ext4 then looks for room for each of them elsewhere (chattr(1), T).
/// Otherwise all layers are made where the last ones were, and where many files have just been removed it passes over their inodes
/// one by one for each new one: unpacking 9,000 files after a removal took 4 s instead of half a one.
/// </summary>
public static partial class TopDirectory
{
    private const nuint GetFlags = 0x80086601, SetFlags = 0x40086602;
    private const int Top = 0x20000;

    /// <summary>A hint, which other file systems do not know: nothing depends on it.</summary>
    public static void Mark(SafeFileHandle directory)
    {
        long flags = 0;
        if (Ioctl(directory, GetFlags, ref flags) == 0 && (flags & Top) == 0)
        {
            flags |= Top;
            _ = Ioctl(directory, SetFlags, ref flags);
        }
    }

    [LibraryImport("libc", EntryPoint = "ioctl")]
    private static partial int Ioctl(SafeFileHandle file, nuint request, ref long flags);
}
