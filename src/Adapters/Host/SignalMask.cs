namespace EventDock.Adapters.Host;

using System.IO;
using System.Runtime.InteropServices;

/// <summary>Signals that our caller has blocked.</summary>
public static partial class SignalMask
{
    private const int Replace = 2, BytesOfSet = 128;

    /// <summary>
    /// Unblocks all of them for this thread, which is enough for the process. conmon blocks SIGCHLD and its exit command inherits
    /// that: .NET would wait for ever for the end of any process it starts, the private Postgres' for one, with its lock held.
    /// </summary>
    public static unsafe void Clear()
    {
        var none = stackalloc byte[BytesOfSet];
        new Span<byte>(none, BytesOfSet).Clear();
        var error = SetMask(Replace, none, null);
        if (error != 0)
        {
            throw new IOException($"pthread_sigmask: {Marshal.GetPInvokeErrorMessage(error)}");
        }
    }

    [LibraryImport("libc", EntryPoint = "pthread_sigmask")]
    private static unsafe partial int SetMask(int how, byte* set, byte* before);
}
