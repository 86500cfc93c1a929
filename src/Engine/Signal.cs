namespace EventDock.Engine;

using EventDock.Domain.Containers;
using EventDock.Domain.Kernel;
using EventDock.Projections;
using static EventDock.Engine.Pipeline;

/// <summary><c>eventdock kill</c> and <c>stop</c>: signals, and the end that may follow.</summary>
public static class Signal
{
    private const string KillSignal = "KILL";

    /// <summary><c>kill</c>: sends one signal. KILL is waited for, so that the next <c>ps</c> shows it.</summary>
    public static EitherAsync<DomainError, Unit> Send(Ports ports, ContainerRow row, string signal, CancellationToken cancel) =>
        from sent in Record(ports, row.Id, signal, "kill", cancel)
        from _ in ports.Runtime.Signal(row.Id, signal, cancel)
        from ended in signal == KillSignal ? End.Container(ports, row.Id, "exit", cancel).Ignore() : Done
        select unit;

    /// <summary><c>stop</c>: the container's stop signal, and KILL when it has not ended in time.</summary>
    public static EitherAsync<DomainError, Unit> Stop(Ports ports, ContainerRow row, TimeSpan grace, CancellationToken cancel) =>
        row.State != ContainerRow.Running
            ? Done
            : from sent in Record(ports, row.Id, row.Settings.StopSignal ?? "TERM", "stop", cancel)
              from signalled in ports.Runtime.Signal(row.Id, row.Settings.StopSignal ?? "TERM", cancel)
              from exit in ports.Runtime.AwaitExit(row.Id, grace, cancel)
              from killed in exit.IsSome ? Done : Forced(ports, row.Id, cancel)
              from ended in End.Container(ports, row.Id, "stop", cancel)
              select unit;

    /// <summary>Ends it at once and records the exit.</summary>
    public static EitherAsync<DomainError, Unit> Kill(Ports ports, ContainerId id, string cause, CancellationToken cancel) =>
        from sent in Record(ports, id, KillSignal, cause, cancel)
        from signalled in ports.Runtime.Signal(id, KillSignal, cancel)
        from ended in End.Container(ports, id, "exit", cancel)
        select unit;

    private static EitherAsync<DomainError, Unit> Forced(Ports ports, ContainerId id, CancellationToken cancel) =>
        (from sent in Record(ports, id, KillSignal, "stop", cancel)
         from signalled in ports.Runtime.Signal(id, KillSignal, cancel)
         select unit)
        .Recover(error => error is DomainError.WrongState ? Some(Done) : None);

    private static EitherAsync<DomainError, Unit> Record(
        Ports ports, ContainerId id, string signal, string cause, CancellationToken cancel) =>
        ports.Again(
            () => ports.Store.Handle(
                ContainerDecider.Decider, Streams.Container(id.Value),
                new SignalContainer(id, signal, cause), ports.World.Clock(), cancel).Ignore(),
            cancel);
}
