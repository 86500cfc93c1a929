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
            : from signalled in Ending(ports, row.Id, row.Settings.StopSignal ?? "TERM", "stop", cancel)
              from exit in ports.Runtime.AwaitExit(row.Id, grace, cancel)
              from killed in exit.IsSome ? Done : Ending(ports, row.Id, KillSignal, "stop", cancel)
              from ended in End.Container(ports, row.Id, "stop", cancel)
              select unit;

    /// <summary>Ends it at once and records the exit.</summary>
    public static EitherAsync<DomainError, Unit> Kill(Ports ports, ContainerId id, string cause, CancellationToken cancel) =>
        from signalled in Ending(ports, id, KillSignal, cause, cancel)
        from ended in End.Container(ports, id, "exit", cancel)
        select unit;

    /// <summary>A signal that is to end it. That it has ended by itself meanwhile, and is perhaps gone, is as well.</summary>
    private static EitherAsync<DomainError, Unit> Ending(
        Ports ports, ContainerId id, string signal, string cause, CancellationToken cancel) =>
        (from sent in Record(ports, id, signal, cause, cancel)
         from signalled in ports.Runtime.Signal(id, signal, cancel)
         select unit)
        .Recover(error => error is DomainError.WrongState or DomainError.NoSuchContainer ? Some(Done) : None);

    private static EitherAsync<DomainError, Unit> Record(
        Ports ports, ContainerId id, string signal, string cause, CancellationToken cancel) =>
        ports.Again(
            () => ports.Store.Handle(
                ContainerDecider.Decider, Streams.Container(id.Value),
                new SignalContainer(id, signal, cause), ports.World.Clock(), cancel).Ignore(),
            cancel);
}
