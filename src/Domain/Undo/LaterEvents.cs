namespace EventDock.Domain.Undo;

using EventDock.Domain.Kernel;

/// <summary>
/// What happened to a thing after a command that is to be undone. What has been undone itself is as if it had not been, and so is what
/// has undone it; all else stands in the way.
/// </summary>
public static class LaterEvents
{
    /// <summary>The first that stands in the way.</summary>
    /// <param name="undoneBy">By which commands one has been undone, whether those stand or have been undone in their turn.</param>
    public static Option<Recorded<DockEvent>> InTheWay(Seq<Recorded<DockEvent>> later, Func<Guid, Seq<Guid>> undoneBy)
    {
        var commands = later.Map(e => e.Origin.Command).Distinct().ToArray();
        var gone = commands.Where(c => IsUndone(c, undoneBy)).ToArray();
        var undoings = gone.Select(undoneBy).SelectMany(by => by.ToArray()).ToArray();
        return later.Find(e => !gone.Contains(e.Origin.Command) && !undoings.Contains(e.Origin.Command));
    }

    /// <summary>One of its undoings stands.</summary>
    public static bool IsUndone(Guid command, Func<Guid, Seq<Guid>> undoneBy) =>
        undoneBy(command).Exists(by => !IsUndone(by, undoneBy));
}
