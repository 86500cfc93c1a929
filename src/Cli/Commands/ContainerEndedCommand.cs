namespace EventDock.Cli.Commands;

using EventDock.Domain.Containers;
using EventDock.Domain.Kernel;
using EventDock.Engine;
using static EventDock.Engine.Pipeline;

/// <summary>
/// What conmon calls when a container has ended, so that its exit is recorded though nobody is attached. Not a verb of the
/// command line: it has no help, and its caller reads nothing.
/// </summary>
public static class ContainerEndedCommand
{
    public const string Word = "container-ended";

    public static EitherAsync<DomainError, int> Run(string id, Session session, CancellationToken cancel) =>
        from container in ContainerId.Parse(id).ToAsync()
        from disk in session.Unrecorded().ToAsync()
        from seenTo in disk.Runtime.SeenTo(container, cancel)
        from _ in seenTo ? Done : Record(container, session, cancel)
        select 0;

    private static EitherAsync<DomainError, Unit> Record(ContainerId container, Session session, CancellationToken cancel) =>
        from ports in session.Ended(cancel)
        from rows in ports.Views.Containers.Keyed(Seq1(container.Value), None, cancel)
        from _ in rows.HeadOrNone().Match(
            // One that lives is another's start already: the end that this is about has been recorded before that.
            Some: row => row.Process is { } process && ports.Runtime.Alive(process) ? Done
                : from ended in End.Told(ports, container, "exit", row.Settings.AutoRemove, row.Process, cancel)
                  from removed in row.Settings.AutoRemove && !ended.Removed ? Remove.Ended(ports, container, cancel) : Done
                  select unit,
            None: () => Done)
        select unit;
}
