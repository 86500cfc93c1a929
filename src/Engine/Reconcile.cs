namespace EventDock.Engine;

using EventDock.Domain.Containers;
using EventDock.Domain.Kernel;
using EventDock.Projections;
using static EventDock.Engine.Pipeline;

/// <summary>
/// Brings the ledger up to what has happened while no command of ours was there to see it: a container whose exit nobody
/// recorded, a start that was cut off. Nothing is assumed: an exit without an exit file has no code.
/// </summary>
public static class Reconcile
{
    public static EitherAsync<DomainError, Unit> Run(Ports ports, CancellationToken cancel) =>
        from rows in ports.Views.ContainersUnended(cancel)
        from changed in Rows(ports, rows, cancel)
        select unit;

    /// <summary>The same for who has read what the ledger has as starting and running.</summary>
    /// <returns>Whether there was anything to bring up: then what was read is not so any more.</returns>
    public static EitherAsync<DomainError, bool> Rows(Ports ports, Seq<ContainerRow> unended, CancellationToken cancel)
    {
        var open = unended.Filter(row => !Stands(ports, row)).Strict();
        return open.InTurn(row => One(ports, row, cancel).Recover(Later)).Map(_ => !open.IsEmpty);
    }

    private static bool Stands(Ports ports, ContainerRow row) =>
        row is { State: ContainerRow.Running, Process: { } process }
        && ports.Runtime.Control.Look(row.Id, process) == (row.Paused ? ProcessStanding.Frozen : ProcessStanding.Going);

    /// <summary>
    /// What a container's own remains refuse to give up (a busy mount, a process that does not end) must not stop commands on
    /// others: it stays unended in the ledger, and the next command tries again.
    /// </summary>
    private static Option<EitherAsync<DomainError, Unit>> Later(DomainError error) =>
        error is DomainError.RuntimeFailed or DomainError.FileFailed ? Some(Done) : None;

    private static EitherAsync<DomainError, Unit> One(Ports ports, ContainerRow row, CancellationToken cancel) =>
        row.State == ContainerRow.Starting
            ? from settled in Starting(ports, row, cancel)
              // A process that came to be and was never recorded may have ended as well by now.
              from now in ports.Views.Containers.Keyed(Seq1(row.Id.Value), None, cancel)
              from ended in now.Filter(r => r.State == ContainerRow.Running).Strict().InTurn(r => Running(ports, r, cancel))
              // With --rm nothing stays of one that could not be started, either.
              from removed in now.Filter(r => r.State is not (ContainerRow.Starting or ContainerRow.Running) && r.Settings.AutoRemove).Strict()
                  .InTurn(r => Remove.Ended(ports, r.Id, cancel))
              select unit
            : Running(ports, row, cancel);

    private static EitherAsync<DomainError, Unit> Running(Ports ports, ContainerRow row, CancellationToken cancel) =>
        row.Process is { } process && ports.Runtime.Control.Look(row.Id, process) is (ProcessStanding.Going or ProcessStanding.Frozen)
            ? Pausing.Settle(ports, row, cancel)
        : from ended in End.Container(ports, row.Id, "exit", row.Settings.AutoRemove, row.Process, cancel)
          from removed in row.Settings.AutoRemove && !ended.Removed ? Remove.Ended(ports, row.Id, cancel) : Done
          select unit;

    /// <summary>
    /// Requested and not yet a fact: either another command is at it (it holds the lock, and is left alone), or it died in
    /// between, before or after the process came to be.
    /// </summary>
    private static EitherAsync<DomainError, Unit> Starting(Ports ports, ContainerRow row, CancellationToken cancel) =>
        from held in ports.Locks.Container(row.Id, false, cancel)
        from _ in held.Match(
            None: () => Done,
            Some: taken => Give(taken).Holding(() => Settle(ports, row, cancel)))
        select unit;

    private static EitherAsync<DomainError, Unit> Settle(Ports ports, ContainerRow row, CancellationToken cancel) =>
        from state in ContainerStream.State(ports, row.Id, cancel)
        from _ in state is not ContainerState.Starting
            ? Done
            : from running in ports.Runtime.Running(row.Id, cancel)
              from recorded in running.Match(
                  Some: process => Handle(ports, new RecordStarted(row.Id, process), cancel),
                  None: () =>
                      from cleaned in ports.Runtime.CleanUp(row.Id, cancel)
                      from failed in Handle(
                          ports, new RecordStartFailed(row.Id, ContainerStartFailed.Other, "the command that started it ended before the container ran"),
                          cancel)
                      select failed)
              select recorded
        select unit;

    private static EitherAsync<DomainError, Unit> Handle(Ports ports, ContainerCommand command, CancellationToken cancel) =>
        ports.Store.Handle(
            ContainerDecider.Decider, Streams.Container(command.Id.Value), command, ports.World.Clock(), cancel).Ignore();
}
