namespace EventDock.Engine;

using EventDock.Domain.Containers;
using EventDock.Domain.Kernel;
using static EventDock.Engine.Pipeline;

/// <summary>How <c>run</c> ended, for the one who typed it.</summary>
/// <param name="ExitCode">None: it runs on (detached).</param>
public sealed record RunOutcome(ContainerId Id, Option<int> ExitCode);

/// <summary>
/// <c>eventdock run</c>: find or pull the image, make the container, start it, stay with it, and remove it where --rm is given.
/// </summary>
public static class Run
{
    public static EitherAsync<DomainError, RunOutcome> Container(
        Ports ports, RunRequest request, CreateTelling tell, CancellationToken cancel) =>
        from made in Create.Container(ports, request, starting: true, tell, cancel)
        let id = made.Row.Id
        let attending = new Attending(!request.Detach, request.Interactive, SignalProxy: true)
        from started in Start.Locked(ports, id, cancel)
            .Holding(() => Start.Launch(ports, made, attending, cancel))
            .OrUndo(() => request.AutoRemove ? Remove.Ended(ports, id, CancellationToken.None) : Done)
        from outcome in started.Attachment.Match(
            Some: attachment => Attended(ports, id, attachment, request.AutoRemove, cancel),
            None: () => Give(new RunOutcome(id, None)))
        select outcome;

    /// <summary>Stays with a started container until it ends or the keys to leave it are typed.</summary>
    public static EitherAsync<DomainError, RunOutcome> Attended(
        Ports ports, ContainerId id, Attachment attachment, bool autoRemove, CancellationToken cancel) =>
        from end in attachment.Pump(cancel)
        from outcome in end == AttachEnd.Detached
            ? Give(new RunOutcome(id, None))
            : from code in End.Container(ports, id, "exit", cancel)
              from removed in autoRemove ? Remove.Ended(ports, id, cancel) : Done
              select new RunOutcome(id, code.IfNone(255))
        select outcome;
}
