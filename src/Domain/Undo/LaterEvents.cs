namespace EventDock.Domain.Undo;

using EventDock.Domain.Kernel;

/// <summary>
/// What happened to a thing after a command that is to be undone. What has been undone itself is as if it had not been, and so is what
/// has undone it; all else stands in the way.
/// </summary>
public static class LaterEvents
{
    /// <summary>The first that stands in the way.</summary>
    /// <param name="undoneBy">By which command one was undone the last time, whether that stands or has been undone in its turn.</param>
    public static Option<Recorded<DockEvent>> InTheWay(Seq<Recorded<DockEvent>> later, Func<Guid, Option<Guid>> undoneBy)
    {
        var commands = later.Map(e => e.Origin.Command).Distinct().ToArray();
        var gone = commands.Where(c => IsUndone(c, undoneBy)).ToArray();
        var undoings = gone.Select(undoneBy).SelectMany(by => by.AsEnumerable()).ToArray();
        return later.Find(e => !gone.Contains(e.Origin.Command) && !undoings.Contains(e.Origin.Command));
    }

    public static bool IsUndone(Guid command, Func<Guid, Option<Guid>> undoneBy) =>
        undoneBy(command).Exists(by => !IsUndone(by, undoneBy));
}
