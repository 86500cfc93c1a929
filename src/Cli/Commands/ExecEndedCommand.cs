namespace EventDock.Cli.Commands;

using EventDock.Domain.Containers;
using EventDock.Domain.Kernel;
using EventDock.Engine;
using static EventDock.Engine.Pipeline;

/// <summary>What conmon calls when an exec has ended; see <see cref="ContainerEndedCommand"/>.</summary>
public static class ExecEndedCommand
{
    public const string Word = "exec-ended";

    public static EitherAsync<DomainError, int> Run(string container, string exec, Session session, CancellationToken cancel) =>
        from id in ContainerId.Parse(container).ToAsync()
        from disk in session.Unrecorded().ToAsync()
        from seenTo in disk.Runtime.ExecSeenTo(id, exec, cancel)
        from settled in seenTo ? Done
            : from ports in session.Ended(cancel)
              from recorded in Exec.Settle(ports, id, exec, cancel)
              select recorded
        select 0;
}
