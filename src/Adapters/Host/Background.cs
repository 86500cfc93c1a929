namespace EventDock.Adapters.Host;

using System.Runtime.InteropServices;
using EventDock.Adapters.Posix;
using EventDock.Domain.Kernel;

/// <summary>Work that goes on after the command that started it.</summary>
public static class Background
{
    private const int Lowest = 19;

    /// <summary>In a session of its own, on /dev/null, with this environment and no other descriptors. Nobody waits for it.</summary>
    public static Either<DomainError, Unit> Start(string program, Seq<string> words, Seq<string> environment)
    {
        using var nothing = ProcessCalls.Null();
        var pid = ProcessCalls.Spawn(new SpawnRequest(
            program, words.ToArray(), environment.ToArray(), [(nothing, 0), (nothing, 1), (nothing, 2)], "/") { OwnSession = true });
        return pid > 0 ? unit : new DomainError.RuntimeFailed(words.Head, Marshal.GetPInvokeErrorMessage(-pid));
    }

    /// <summary>This process gives way to every other.</summary>
    public static Unit GiveWay()
    {
        // It cannot fail for one's own process and a higher number, and nothing would follow if it did.
        _ = BackgroundCalls.SetPriority(0, 0, Lowest);
        return unit;
    }
}

internal static partial class BackgroundCalls
{
    [LibraryImport("libc", EntryPoint = "setpriority")]
    public static partial int SetPriority(int which, uint who, int priority);
}
