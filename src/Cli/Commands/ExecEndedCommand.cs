namespace EventDock.Cli.Commands;

using EventDock.Domain.Containers;
using EventDock.Domain.Kernel;
using EventDock.Engine;

/// <summary>What conmon calls when an exec has ended; see <see cref="ContainerEndedCommand"/>.</summary>
public static class ExecEndedCommand
{
    public const string Word = "exec-ended";

    public static EitherAsync<DomainError, int> Run(string container, string exec, Session session, CancellationToken cancel) =>
        from id in ContainerId.Parse(container).ToAsync()
        from ports in session.Ended(cancel)
        from settled in Exec.Settle(ports, id, exec, cancel)
        select 0;
}
