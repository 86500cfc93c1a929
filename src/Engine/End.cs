namespace EventDock.Engine;

using EventDock.Domain.Containers;
using EventDock.Domain.Kernel;
using EventDock.Domain.Layers;
using EventDock.Projections;
using static EventDock.Engine.Pipeline;

/// <summary>How a container was found to have ended.</summary>
/// <param name="Code">None where nobody could observe it.</param>
/// <param name="Removed">Nothing is left to be removed: it has been with its end, or it runs again.</param>
public sealed record EndedContainer(Option<int> Code, bool Removed);

/// <summary>The streams of a container and of its thin layer, as they stand.</summary>
public sealed record KnownStreams(Decision<ContainerState> Container, Decision<LayerState> Layer);

/// <summary>A container whose process this command has started, and how its streams stood by that.</summary>
public sealed record KnownContainer(ProcessIdentity Process, KnownStreams Streams);

/// <summary>
/// What follows when a container's process has ended: its exit and what it wrote are recorded, and what it held is let go.
/// Several may notice the end (the attached command, conmon's exit command, the next command): the first records it.
/// </summary>
public static class End
{
    /// <summary>Gives the exit code as it was observed, by whoever observed it.</summary>
    public static EitherAsync<DomainError, Option<int>> Container(Ports ports, ContainerId id, string cause, CancellationToken cancel) =>
        Container(ports, id, cause, remove: false, of: null, cancel).Map(ended => ended.Code);

    /// <param name="remove">Removed in the same transaction (--rm), unless another command has recorded the end already.</param>
    /// <param name="of">
    /// The process whose end it is: by the time the lock is had, a restart may have given the container another. Null for the one at hand.
    /// </param>
    public static EitherAsync<DomainError, EndedContainer> Container(
        Ports ports, ContainerId id, string cause, bool remove, ProcessIdentity? of, CancellationToken cancel) =>
        Start.Locked(ports, id, cancel).Holding(() => Held(ports, id, cause, remove, of, cancel));

    /// <summary>
    /// The same for who has started this process, and knows how its streams stood then: they are read only where others have added to them, or
    /// where the container is no longer this process.
    /// </summary>
    internal static EitherAsync<DomainError, EndedContainer> OfStarted(
        Ports ports, ContainerId id, string cause, bool remove, KnownContainer known, CancellationToken cancel) =>
        Start.Locked(ports, id, cancel).Holding(() =>
            from running in ports.Runtime.Running(id, cancel)
            from noted in running.Exists(there => there == known.Process)
                ? ports.Runtime.AwaitExit(id, Patience, cancel)
                : Give(Option<ExitFact>.None)
            from ended in noted.Match(
                Some: fact => Record(
                        ports, ports.Store, Exited(id, fact), fact.At, known.Streams, remove, Scan(ports, id, cause, cancel), cancel)
                    .Map(_ => new EndedContainer(Some(fact.ExitCode), remove)),
                None: () => Held(ports, id, cause, remove, known.Process, cancel))
            select ended);

    /// <summary>conmon writes its note at once; more than that it is not waited for.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>The same for who was told that a process has ended, and not which: one that runs by the time the lock is had is another.</summary>
    public static EitherAsync<DomainError, EndedContainer> Told(
        Ports ports, ContainerId id, string cause, bool remove, ProcessIdentity? of, CancellationToken cancel) =>
        Start.Locked(ports, id, cancel).Holding(() => Held(ports, id, cause, remove, of, process => !ports.Runtime.Alive(process), cancel));

    /// <summary>The same for who holds the container's lock.</summary>
    internal static EitherAsync<DomainError, EndedContainer> Held(
        Ports ports, ContainerId id, string cause, bool remove, ProcessIdentity? of, CancellationToken cancel) =>
        Held(ports, id, cause, remove, of, _ => true, cancel);

    /// <param name="meant">Whether it is the end of this process that was seen.</param>
    private static EitherAsync<DomainError, EndedContainer> Held(
        Ports ports, ContainerId id, string cause, bool remove, ProcessIdentity? of, Func<ProcessIdentity, bool> meant,
        CancellationToken cancel) =>
        from past in Past(ports, id, cancel)
        let state = ContainerStream.State(past.Container.Events)
        from ended in state is ContainerState.Running running && (of ?? running.Process) == running.Process && meant(running.Process)
            ? from unwatched in Unwatched.Kill(ports, id, running.Process, cancel)
              from code in Observe(
                  ports, id, running.Process, Standing(id, past), unwatched || Unwatched.Killed(ports, past.Container.Events, running.Process),
                  cause, remove, cancel)
              select new EndedContainer(code, remove)
            : Give(new EndedContainer(Code(past.Container.Events, of), Removed: state is ContainerState.Running))
        select ended;

    /// <summary>Of a container and of its thin layer.</summary>
    private static EitherAsync<DomainError, (StreamPast Container, StreamPast Layer)> Past(Ports ports, ContainerId id, CancellationToken cancel) =>
        ports.Store.Pasts(Streams.Container(id.Value), Streams.Layer(id.Value), cancel);

    private static KnownStreams Standing(ContainerId id, (StreamPast Container, StreamPast Layer) past) => new(
        past.Container.Standing(ContainerDecider.Decider, Streams.Container(id.Value)),
        past.Layer.Standing(LayerDecider.Decider, Streams.Layer(id.Value)));

    private static ContainerExited Exited(ContainerId id, ExitFact fact) => new(id, fact.ExitCode, fact.OutOfMemory);

    /// <summary>
    /// An end that a command has seen while there was no ledger, recorded unless that has been done, or another process of the container's
    /// runs by now. A thin layer that cannot be looked at any more is no reason to lose the exit.
    /// </summary>
    /// <param name="once">Appends under the entry's id.</param>
    public static EitherAsync<DomainError, Unit> Seen(
        Ports ports, EventStore once, JournalEntry entry, ContainerExited exited, CancellationToken cancel) =>
        Start.Locked(ports, exited.Id, cancel).Holding(() =>
            from past in Past(ports, exited.Id, cancel)
            let state = ContainerStream.State(past.Container.Events)
            from ended in state is ContainerState.Running r && r.Process == entry.Process
                ? Record(
                    ports, once, exited, entry.At, Standing(exited.Id, past), remove: false,
                    Scan(ports, exited.Id, "exit", cancel).Recover(error => error is DomainError.FileFailed
                        ? Some(Give(new RecordWritten(exited.Id.Value, "exit", ThinLayerDelta.None, LayerDecider.DefaultQuota)))
                        : None),
                    cancel)
                : state is ContainerState.Absent or ContainerState.Created
                    ? Fail<Unit>(new DomainError.NoSuchContainer(exited.Id.Value))
                    : Done
            select unit);

    /// <param name="killed">By EventDock: where nobody has written down the code, it is that of the signal.</param>
    private static EitherAsync<DomainError, Option<int>> Observe(
        Ports ports, ContainerId id, ProcessIdentity process, KnownStreams past, bool killed, string cause, bool remove,
        CancellationToken cancel) =>
        from fact in ports.Runtime.AwaitExit(id, Patience, cancel)
        // conmon is gone, or the kernel does not let go of the process: either way it has not ended, and nothing else is recorded.
        from over in fact.IsNone && ports.Runtime.Alive(process)
            ? Fail<Unit>(new DomainError.RuntimeFailed("conmon", $"container {id.Short} still runs, and nobody watches it"))
            : Done
        from execs in fact.IsNone ? Exec.SettleLost(ports, id, cancel) : Done
        let exited = fact.Match(Some: f => Exited(id, f), None: () => new ContainerExited(id, killed ? Unwatched.KilledCode : null, false))
        from recorded in Record(
            ports, ports.Store, exited, fact.Map(f => f.At).IfNone(ports.World.Clock()), past, remove, Scan(ports, id, cause, cancel), cancel)
        select exited.ExitCode is { } code ? Some(code) : Option<int>.None;

    /// <summary>
    /// What nobody needs any more, the mount above all, is taken down while the ledger takes the end in; what says how the process ended stays
    /// until it has.
    /// </summary>
    /// <param name="store">Where the exit is appended; the rest of what is known goes where the ports say.</param>
    /// <param name="past">As it was just now: asked for again where others have added to it meanwhile.</param>
    private static EitherAsync<DomainError, Unit> Record(
        Ports ports, EventStore store, ContainerExited fact, DateTimeOffset at, KnownStreams past, bool remove,
        EitherAsync<DomainError, RecordWritten> scan, CancellationToken cancel) =>
        from written in scan
        let id = fact.Id
        // Until its mounts are down and its directory is gone, where that goes too, the end is not done with.
        from noted in ports.Claims.Note(Seq1(new Claim(ClaimKind.Container, id.Value)), cancel)
        from both in Beside(
            () => Appended(ports, store, fact, at, past, remove, written, cancel),
            () => ports.Runtime.Release(id, CancellationToken.None))
        from recorded in both.First.ToAsync()
        from released in both.Second.ToAsync()
        from execs in Exec.SettleAll(ports, id, CancellationToken.None)
        from cleaned in ports.Runtime.CleanUp(id, CancellationToken.None)
        from settled in remove ? ports.Thin.Discard(id.Value, CancellationToken.None) : ports.Thin.Settle(id.Value, CancellationToken.None)
        select unit;

    private static EitherAsync<DomainError, Unit> Appended(
        Ports ports, EventStore store, ContainerExited fact, DateTimeOffset at, KnownStreams past, bool remove, RecordWritten written,
        CancellationToken cancel)
    {
        var (id, first) = (fact.Id, Some(past));
        return ports.Again(
            () =>
                from known in Taken(ref first).Match(Some: Give, None: () => Past(ports, id, cancel).Map(read => Standing(id, read)))
                from exited in known.Container.Then(
                    ContainerDecider.Decider, new RecordExited(id, fact.ExitCode, fact.OutOfMemory), at).ToAsync()
                from rest in (remove
                    ? WrittenAndRemoved(ports, id, known.Layer, exited, written)
                    : Written(ports, known.Layer, written)).ToAsync()
                let whole = exited.Append.And(rest)
                from appended in whole.IsEmpty ? Done : store.Append(whole, cancel).Ignore()
                select unit,
            cancel);
    }

    /// <summary>Once.</summary>
    private static Option<KnownStreams> Taken(ref Option<KnownStreams> known)
    {
        var taken = known;
        known = None;
        return taken;
    }

    /// <summary>Records what has been written to a thin layer since it was last looked at: after an exec, say.</summary>
    public static EitherAsync<DomainError, Unit> RecordWrites(Ports ports, ContainerId id, string cause, CancellationToken cancel) =>
        Start.Locked(ports, id, cancel).Holding(() => HeldWrites(ports, id, cause, cancel));

    /// <summary>The same for who holds the container's lock.</summary>
    internal static EitherAsync<DomainError, Unit> HeldWrites(Ports ports, ContainerId id, string cause, CancellationToken cancel) =>
        HeldWrites(ports, id, cause, ports.Thin.Scan(id.Value, cancel), cancel);

    /// <param name="scan">What there is to be recorded.</param>
    internal static EitherAsync<DomainError, Unit> HeldWrites(
        Ports ports, ContainerId id, string cause, EitherAsync<DomainError, ThinLayerDelta> scan, CancellationToken cancel) =>
        from written in Scan(ports, id, cause, scan, cancel)
            .Recover(error => error is DomainError.FileFailed ? Some(Unseen(ports, id, error, cancel)) : None)
        from _ in ports.Again(
            () =>
                from append in written.IsEmpty
                    ? Give(Append.None)
                    : from past in ports.Store.Past(Streams.Layer(id.Value), cancel)
                      from decided in Written(ports, past.Standing(LayerDecider.Decider, Streams.Layer(id.Value)), written).ToAsync()
                      select decided
                from appended in append.IsEmpty ? Done : ports.Store.Append(append, cancel).Ignore()
                select unit,
            cancel)
        from settled in ports.Thin.Settle(id.Value, cancel)
        select unit;

    /// <summary>A thin layer that cannot be looked at: another command may have removed the container before we had its lock.</summary>
    private static EitherAsync<DomainError, RecordWritten> Unseen(
        Ports ports, ContainerId id, DomainError error, CancellationToken cancel) =>
        from state in ContainerStream.State(ports, id, cancel)
        from none in Fail<RecordWritten>(state is ContainerState.Removed ? new DomainError.NoSuchContainer(id.Value) : error)
        select none;

    private static EitherAsync<DomainError, RecordWritten> Scan(Ports ports, ContainerId id, string cause, CancellationToken cancel) =>
        Scan(ports, id, cause, ports.Thin.Scan(id.Value, cancel), cancel);

    private static EitherAsync<DomainError, RecordWritten> Scan(
        Ports ports, ContainerId id, string cause, EitherAsync<DomainError, ThinLayerDelta> scan, CancellationToken cancel) =>
        from delta in scan
        from content in KeptContents.Of(ports, id, cause, delta, cancel)
        select new RecordWritten(id.Value, cause, delta, LayerDecider.DefaultQuota)
        {
            Content = content.MatchUnsafe<KeptContent?>(Some: c => c, None: () => null),
        };

    private static Either<DomainError, Append> Written(Ports ports, Decision<LayerState> layer, RecordWritten written) =>
        written.IsEmpty
            ? Append.None
            : layer.Then(LayerDecider.Decider, written, ports.World.Clock()).Map(decided => decided.Append);

    private static Either<DomainError, Append> WrittenAndRemoved(
        Ports ports, ContainerId id, Decision<LayerState> known, Decision<ContainerState> exited, RecordWritten written)
    {
        var now = ports.World.Clock();
        return known.Then(LayerDecider.Decider, written, now)
            .Bind(layer => exited.Then(ContainerDecider.Decider, new RemoveContainer(id), now)
                .Bind(gone => layer.Then(LayerDecider.Decider, new RemoveLayer(written.Id), now)
                    .Map(layerGone => layer.Append.And(gone.Append).And(layerGone.Append))));
    }

    /// <summary>How the process ended, or the last one: what has happened since its start, up to the next.</summary>
    private static Option<int> Code(Seq<Recorded<DockEvent>> past, ProcessIdentity? of) =>
        LastCode(of is null ? past : past
            .SkipWhile(e => e.Event is not ContainerStarted started || started.Pid != of.Pid || started.StartTime.Value != of.StartTime)
            .Skip(1).TakeWhile(e => e.Event is not ContainerStarted).ToSeq());

    private static Option<int> LastCode(Seq<Recorded<DockEvent>> past) =>
        past.Choose(e => e.Event switch
        {
            ContainerExited { ExitCode: { } code } => Some(code),
            ContainerStartFailed failed => Some(failed.ExitCode),
            _ => None,
        }).LastOrNone();
}
