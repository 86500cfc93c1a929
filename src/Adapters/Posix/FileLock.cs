namespace EventDock.Adapters.Posix;

using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

/// <summary>flock(2): held by an open file, and gone with the process however it ends.</summary>
public static class FileLock
{
    private const int Shared = 1;
    private const int Exclusive = 2;
    private const int NonBlocking = 4;
    private const int Unlock = 8;

    public static bool TryTake(SafeFileHandle file, bool exclusive)
    {
        if (Libc.FLock(file, (exclusive ? Exclusive : Shared) | NonBlocking) == 0)
        {
            return true;
        }

        var errno = Marshal.GetLastPInvokeError();
        return errno is Errno.WouldBlock or Errno.Interrupted ? false : throw Fs.Failed(errno, "lock", file);
    }

    /// <summary>
    /// For who is asked for it once and not again: closing does not give it back while a process that is just being started has a copy of the
    /// descriptor, which it has up to its exec.
    /// </summary>
    public static void GiveBack(SafeFileHandle file)
    {
        if (Libc.FLock(file, Unlock) != 0)
        {
            throw Fs.Failed(Marshal.GetLastPInvokeError(), "unlock", file);
        }
    }

    /// <summary>Waits for it. Tried again and again, since a thread waiting in flock cannot be called off.</summary>
    public static async Task TakeAsync(SafeFileHandle file, bool exclusive, CancellationToken cancel)
    {
        for (var wait = 1; !TryTake(file, exclusive); wait = Math.Min(wait * 2, 20))
        {
            await Task.Delay(wait, cancel).ConfigureAwait(false);
        }
    }

    /// <summary>Opens (and makes) the file and waits for its lock; closing the handle gives it back.</summary>
    public static async Task<SafeFileHandle> HoldAsync(SafeFileHandle dir, byte[] name, bool exclusive, CancellationToken cancel)
    {
        var file = Fs.At(dir, name, Open.ReadWrite | Open.Create | Open.NoFollow, 0x180);
        try
        {
            await TakeAsync(file, exclusive, cancel).ConfigureAwait(false);
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }
}
