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
        from id in Give(Create.NewId(ports.World))
        let attending = new Attending(
            !request.Detach && request.Streams.Any, request.Interactive && request.Streams.In, request.SignalProxy)
        {
            Output = request.Streams.Out,
            Errors = request.Streams.Error,
            DetachKeys = request.DetachKeys,
        }
        // The lock is older than the intention in the ledger: else another command could take the start for one cut off.
        from started in Start.Locked(ports, id, cancel)
            .Holding(() =>
                from prepared in Create.Prepare(ports, id, request, tell, cancel)
                from begun in Start.New(ports, prepared, tell.Made, attending, cancel)
                select begun)
            .OrUndo(() => request.AutoRemove ? Remove.Ended(ports, id, CancellationToken.None) : Done)
        from outcome in started.Attachment.Match(
            Some: attachment => Attended(ports, id, started.Process, started.Known, attachment, request.AutoRemove, cancel),
            None: () => Give(new RunOutcome(id, None)))
        select outcome;

    /// <summary>What a program that writes to a pipe nobody reads is ended by: 128 and SIGPIPE.</summary>
    public const int BrokenPipe = 141;

    /// <summary>
    /// Stays with a started container until it ends, the keys to leave it are typed, or nobody reads its output any more. Its
    /// end is recorded although the command is called off meanwhile: the signal that ended the container may be the same.
    /// </summary>
    /// <param name="process">The one whose streams they are: the container may be started again before its end is looked at.</param>
    /// <param name="known">How the ledger's streams stood, where this command has started that process.</param>
    public static EitherAsync<DomainError, RunOutcome> Attended(
        Ports ports, ContainerId id, ProcessIdentity? process, Option<KnownContainer> known, Attachment attachment, bool autoRemove,
        CancellationToken cancel) =>
        from end in attachment.Pump(cancel)
        from outcome in end switch
        {
            AttachEnd.Detached => Give(new RunOutcome(id, None)),
            AttachEnd.OutputClosed => Give(new RunOutcome(id, BrokenPipe)),
            _ => from ended in Ended(ports, id, process, known, autoRemove)
                 from removed in autoRemove && !ended.Removed ? Remove.Ended(ports, id, CancellationToken.None) : Done
                 select new RunOutcome(id, ended.Code.IfNone(255)),
        }
        select outcome;

    /// <summary>
    /// The ledger may have been stopped meanwhile, a container can run for weeks; to record an end that is recorded is harmless.
    /// </summary>
    internal static EitherAsync<DomainError, EndedContainer> Ended(
        Ports ports, ContainerId id, ProcessIdentity? process, Option<KnownContainer> known, bool remove) =>
        known.Match(
            Some: own => End.OfStarted(ports, id, "exit", remove, own, CancellationToken.None),
            None: () => End.Container(ports, id, "exit", remove, process, CancellationToken.None)).Recover(error => error is DomainError.LedgerUnreachable
            ? Some(
                from woken in ports.Ledger.Care.Wake(CancellationToken.None)
                from ended in End.Container(ports, id, "exit", remove, process, CancellationToken.None)
                select ended)
            : None);
}
