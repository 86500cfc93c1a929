namespace EventDock.Engine;

using EventDock.Domain.Kernel;
using EventDock.Projections;
using static EventDock.Engine.Pipeline;

/// <summary>What running containers have written since it was last recorded (<c>record-interval</c>): names and digests, never files.</summary>
public static class IntervalRecords
{
    /// <summary>One that another command is at, or that is frozen, has its turn the next time.</summary>
    public static EitherAsync<DomainError, Unit> Run(Ports ports, CancellationToken cancel) =>
        from rows in ports.Views.ContainersUnended(cancel)
        from done in rows
            .Filter(row => !row.Paused && row.Process is { } process && ports.Runtime.Alive(process)).Strict()
            .InTurn(row => One(ports, row, cancel).Recover(Ended))
        select unit;

    private static EitherAsync<DomainError, Unit> One(Ports ports, ContainerRow row, CancellationToken cancel) =>
        from held in ports.Locks.Container(row.Id, false, cancel)
        from recorded in held.Match(
            None: () => Done,
            Some: taken => Give(taken).Holding(() => End.HeldWrites(ports, row.Id, KeptContents.Interval, cancel)))
        select recorded;

    /// <summary>Since it was looked for it may have been removed; the others have their turn all the same.</summary>
    private static Option<EitherAsync<DomainError, Unit>> Ended(DomainError error) =>
        error is DomainError.FileFailed or DomainError.LayerGone ? Some(Done) : None;
}
