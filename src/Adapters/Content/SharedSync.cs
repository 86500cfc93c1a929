namespace EventDock.Adapters.Content;

using EventDock.Adapters.Posix;
using Microsoft.Win32.SafeHandles;

/// <summary>
/// syncfs for several at once: who asks while one is under way waits for the next, which then serves all that wait. Seven layers
/// that are done at about the same time cost two of them, not seven.
/// </summary>
internal sealed class SharedSync
{
    private readonly SemaphoreSlim gate = new(1);
    private long asked;
    private long served;

    /// <summary>All that has been written before the call is on the disk after it.</summary>
    internal async Task RunAsync(SafeFileHandle anyFile, CancellationToken cancel)
    {
        var mine = Interlocked.Increment(ref asked);
        await gate.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            if (served >= mine)
            {
                return;
            }

            var all = Interlocked.Read(ref asked);
            Fs.SyncFileSystem(anyFile);
            served = all;
        }
        finally
        {
            gate.Release();
        }
    }
}
