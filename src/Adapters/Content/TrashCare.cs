namespace EventDock.Adapters.Content;

using System.Diagnostics;

/// <summary>How much of what it removes a command deletes itself; a <see cref="Reaper"/> comes after it for the rest.</summary>
/// <param name="retains">What is removed is kept for a while: nothing is deleted by the command that removes it.</param>
public sealed class TrashCare(Func<bool> retains)
{
    /// <summary>For all that one command removes: about what it takes to start a process.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(5);

    private long spent;

    internal bool Retains => retains();

    /// <summary>Does the work until the patience is spent.</summary>
    internal void Within(Action<Func<bool>> work)
    {
        var began = Stopwatch.GetTimestamp();
        work(() => Interlocked.Read(ref spent) + Stopwatch.GetElapsedTime(began).Ticks > Patience.Ticks);
        Interlocked.Add(ref spent, Stopwatch.GetElapsedTime(began).Ticks);
    }
}
