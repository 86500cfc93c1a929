namespace EventDock.Tests.Adapters;

using System.IO;
using System.Runtime.InteropServices;
using EventDock.Adapters.Host;

/// <summary>What a caller leaves us.</summary>
public sealed partial class HostSignalTests
{
    private const int Block = 0, ChildEnded = 17;

    [Fact]
    public void Signals_that_the_caller_has_blocked_reach_us()
    {
        ulong before = 0, during = 0, after = 0;
        var thread = new Thread(() =>
        {
            before = Blocked();
            var child = new byte[128];
            child[(ChildEnded - 1) / 8] = 1 << ((ChildEnded - 1) % 8);
            Assert.Equal(0, SetMask(Block, child, null));
            during = Blocked();
            SignalMask.Clear();
            after = Blocked();
        });
        thread.Start();
        thread.Join();

        Assert.Equal(before | (1UL << (ChildEnded - 1)), during);
        Assert.Equal(0UL, after);
    }

    private static ulong Blocked() => Convert.ToUInt64(
        File.ReadLines("/proc/thread-self/status").First(line => line.StartsWith("SigBlk:", StringComparison.Ordinal))[7..].Trim(), 16);

    [LibraryImport("libc", EntryPoint = "pthread_sigmask")]
    private static partial int SetMask(int how, byte[] set, byte[]? before);
}
