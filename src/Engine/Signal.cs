namespace EventDock.Engine;

using EventDock.Domain.Containers;
using EventDock.Domain.Kernel;
using EventDock.Projections;
using static EventDock.Engine.Pipeline;

/// <param name="Grace">So long it may take before it is killed; null: as the container says, or docker's 10 seconds.</param>
/// <param name="Asked">The signal to ask it with; null: the container's own.</param>
public sealed record Stopping(TimeSpan? Grace, string? Asked)
{
    private const int DefaultSeconds = 10;

    /// <param name="own">Seconds of the container's own; below zero: for ever.</param>
    public TimeSpan For(int? own) => Grace ?? Seconds(own ?? DefaultSeconds);

    /// <summary>Below zero: for ever.</summary>
    public static TimeSpan Seconds(long seconds) =>
        seconds < 0 || seconds > int.MaxValue / 1000 ? TimeSpan.FromMilliseconds(int.MaxValue) : TimeSpan.FromSeconds(seconds);
}

/// <summary><c>eventdock kill</c> and <c>stop</c>: signals, and the end that may follow.</summary>
public static class Signal
{
    private const string KillSignal = "KILL";

    /// <summary><c>kill</c>: sends one signal. KILL is waited for, so that the next <c>ps</c> shows it.</summary>
    public static EitherAsync<DomainError, Unit> Send(Ports ports, ContainerRow row, string signal, CancellationToken cancel) =>
        from sent in ContainerStream.Record(ports, new SignalContainer(row.Id, signal, "kill"), cancel)
        let attending = signal == KillSignal ? ports.Runtime.Attend(row.Id) : unit
        from _ in ports.Runtime.Signal(row.Id, signal, cancel)
        from going in Ends(row.Settings.StopSignal, signal) ? Pausing.LetGo(ports, row.Id, cancel) : Done
        from ended in signal == KillSignal
            ? End.Container(ports, row.Id, "exit", row.Settings.AutoRemove, row.Process, cancel).Ignore()
            : Done
        select unit;

    /// <summary>
    /// <c>stop</c>: the container's stop signal, and KILL when it has not ended in time. With <c>--rm</c> it is gone when this is done.
    /// </summary>
    public static EitherAsync<DomainError, Unit> Stop(Ports ports, ContainerRow row, Stopping stopping, CancellationToken cancel) =>
        row.State != ContainerRow.Running
            ? Done
            : from asked in EndInTime(ports, row, stopping, "stop", cancel)
              from ended in End.Container(ports, row.Id, "stop", row.Settings.AutoRemove, row.Process, cancel)
              select unit;

    /// <summary>Asked to end, and killed when it has not in time; its end is not recorded yet.</summary>
    internal static EitherAsync<DomainError, Unit> EndInTime(
        Ports ports, ContainerRow row, Stopping stopping, string cause, CancellationToken cancel) =>
        from signalled in Ending(ports, row.Id, stopping.Asked ?? row.Settings.StopSignal ?? "TERM", cause, cancel)
        from exit in ports.Runtime.AwaitExit(row.Id, stopping.For(row.Settings.More.StopTimeout), cancel)
        from killed in exit.IsSome ? Done : Ending(ports, row.Id, KillSignal, cause, cancel)
        select unit;

    /// <summary>
    /// docker's rule of which signals wake a paused container: KILL and its stop signal; where it has none of its own, all of them.
    /// </summary>
    internal static bool Ends(string? stopSignal, string signal) =>
        stopSignal is null || signal == KillSignal || SignalName.Parse(stopSignal).Match(Right: name => name == signal, Left: _ => false);

    /// <summary>Ends it at once; the exit and the removal are recorded together.</summary>
    public static EitherAsync<DomainError, EndedContainer> Kill(Ports ports, ContainerId id, string cause, CancellationToken cancel) =>
        from signalled in Ending(ports, id, KillSignal, cause, cancel)
        from ended in End.Container(ports, id, "exit", remove: true, of: null, cancel)
        select ended;

    /// <summary>A signal that is to end it. That it has ended by itself meanwhile, and is perhaps gone, is as well.</summary>
    private static EitherAsync<DomainError, Unit> Ending(
        Ports ports, ContainerId id, string signal, string cause, CancellationToken cancel) =>
        (from sent in ContainerStream.Record(ports, new SignalContainer(id, signal, cause), cancel)
         let attending = ports.Runtime.Attend(id)
         from signalled in ports.Runtime.Signal(id, signal, cancel)
         from going in Pausing.LetGo(ports, id, cancel)
         select unit)
        .Recover(error => error is DomainError.WrongState or DomainError.NoSuchContainer ? Some(Done) : None);
}
