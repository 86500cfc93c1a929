namespace EventDock.Engine;

using EventDock.Domain.Containers;
using EventDock.Domain.Kernel;
using EventDock.Projections;
using static EventDock.Engine.Pipeline;

/// <summary><c>eventdock pause</c> and <c>unpause</c>: a container's processes frozen, and let go on.</summary>
public static class Pausing
{
    /// <summary>What it has written so far is recorded, too: nothing more comes to it now.</summary>
    public static EitherAsync<DomainError, Unit> Pause(Ports ports, ContainerId id, CancellationToken cancel) =>
        from paused in Start.Locked(ports, id, cancel).Holding(() =>
            from may in Decided(ports, new PauseContainer(id), cancel)
            from frozen in ports.Runtime.Control.Freeze(id, true, cancel)
            from recorded in ContainerStream.Record(ports, new PauseContainer(id), cancel)
                .OrUndo(() => ports.Runtime.Control.Freeze(id, false, CancellationToken.None))
            select unit)
        from written in End.RecordWrites(ports, id, "pause", cancel)
        select unit;

    public static EitherAsync<DomainError, Unit> Unpause(Ports ports, ContainerId id, CancellationToken cancel) =>
        Start.Locked(ports, id, cancel).Holding(() =>
            from may in Decided(ports, new UnpauseContainer(id), cancel)
            from going in ports.Runtime.Control.Freeze(id, false, cancel)
            // That it goes on cannot be called off any more.
            from recorded in ContainerStream.Record(ports, new UnpauseContainer(id), CancellationToken.None)
            select unit);

    /// <summary>
    /// After a signal: a frozen process would take it only when it goes on, so it does. It may have ended by that, and its end be
    /// recorded: then there is nothing more to say.
    /// </summary>
    public static EitherAsync<DomainError, Unit> LetGo(Ports ports, ContainerId id, CancellationToken cancel) =>
        ports.Runtime.Control.Frozen(id)
            ? from going in ports.Runtime.Control.Freeze(id, false, cancel)
              from recorded in ContainerStream.Record(ports, new UnpauseContainer(id), CancellationToken.None)
                  .Recover(error => error is DomainError.WrongState or DomainError.NoSuchContainer ? Some(Done) : None)
              select unit
            : Done;

    /// <summary>
    /// What the ledger says of a living container, brought up to what is so: the command that has frozen it, or let it go, ended before
    /// it could say so. One that is at it now holds the lock, and is left alone.
    /// </summary>
    public static EitherAsync<DomainError, Unit> Settle(Ports ports, ContainerRow row, CancellationToken cancel) =>
        ports.Runtime.Control.Frozen(row.Id) == row.Paused
            ? Done
            : from held in ports.Locks.Container(row.Id, false, cancel)
              from settled in held.Match(
                  None: () => Done,
                  Some: taken => Give(taken).Holding(() => AsItIs(ports, row.Id, cancel)))
              select settled;

    private static EitherAsync<DomainError, Unit> AsItIs(Ports ports, ContainerId id, CancellationToken cancel) =>
        from state in ContainerStream.State(ports, id, cancel)
        from settled in state is not ContainerState.Running running || running.Paused == ports.Runtime.Control.Frozen(id) ? Done
            // Frozen for the length of a commit that was killed.
            : !running.Paused && ports.Thin.NotedFrozen(id.Value) ? Thawed(ports, id)
            : ContainerStream.Record(ports, running.Paused ? new UnpauseContainer(id) : new PauseContainer(id), cancel)
        select settled;

    /// <summary>Work under whose eyes nothing of the container moves; it goes on afterwards, whatever came of the work.</summary>
    internal static EitherAsync<DomainError, T> Still<T>(
        Ports ports, ContainerId id, Func<EitherAsync<DomainError, T>> work, CancellationToken cancel) =>
        (from noted in ports.Thin.NoteFrozen(id.Value, true, cancel)
         from frozen in ports.Runtime.Control.Freeze(id, true, cancel)
         from done in work()
         select done)
        .Finally(() => Thawed(ports, id));

    private static EitherAsync<DomainError, Unit> Thawed(Ports ports, ContainerId id) =>
        from going in ports.Runtime.Control.Freeze(id, false, CancellationToken.None)
        from noted in ports.Thin.NoteFrozen(id.Value, false, CancellationToken.None)
        select unit;

    private static EitherAsync<DomainError, Unit> Decided(Ports ports, ContainerCommand command, CancellationToken cancel) =>
        ports.Store.Decide(
            ContainerDecider.Decider, Streams.Container(command.Id.Value), command, ports.World.Clock(), cancel).Ignore();
}
