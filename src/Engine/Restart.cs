namespace EventDock.Engine;

using EventDock.Domain.Containers;
using EventDock.Domain.Kernel;
using EventDock.Projections;
using static EventDock.Engine.Pipeline;

/// <summary>
/// <c>eventdock restart</c>: stopped where it runs, and started. The container's lock is held over both, so that nobody removes a
/// <c>--rm</c> container in between.
/// </summary>
public static class Restart
{
    public static EitherAsync<DomainError, Unit> Container(
        Ports ports, ContainerRow row, Stopping stopping, CancellationToken cancel) =>
        Start.Locked(ports, row.Id, cancel).Holding(() =>
            from stopped in row.State == ContainerRow.Running
                ? from ended in Signal.EndInTime(ports, row, stopping, ContainerStartRequested.Restart, cancel)
                  from recorded in End.Held(ports, row.Id, "stop", remove: false, row.Process, cancel)
                  select unit
                : Done
            from started in Start.Held(
                ports, row, ContainerStartRequested.Restart, new Attending(false, false, false), cancel)
            select unit);
}
