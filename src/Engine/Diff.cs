namespace EventDock.Engine;

using EventDock.Domain.Kernel;
using EventDock.Domain.Layers;
using static EventDock.Engine.Pipeline;

/// <summary><c>eventdock diff</c>: what a container has otherwise than its image. What is new since the last look is recorded.</summary>
public static class Diff
{
    /// <param name="show">Is given the lines before it fails for those that are missing.</param>
    public static EitherAsync<DomainError, Unit> Run(
        Ports ports, string reference, Func<Seq<ThinLine>, Unit> show, CancellationToken cancel) =>
        from row in Find.Container(ports, reference, cancel)
        from difference in Start.Locked(ports, row.Id, cancel).Holding(() =>
            from look in ports.Thin.Look(row.Id.Value, cancel)
            from recorded in End.HeldWrites(ports, row.Id, "diff", Give(look.Delta), cancel)
            select look.Difference)
        let shown = show(difference.Lines)
        from whole in difference.Incomplete is { } reason
            ? Fail<Unit>(new DomainError.BadContent($"container {row.Id.Short}", $"the list is not whole: {reason}"))
            : Done
        select unit;
}
