namespace EventDock.Engine;

using EventDock.Domain.Containers;
using EventDock.Domain.Kernel;
using EventDock.Projections;
using static EventDock.Engine.Pipeline;

/// <summary>How a started container is attended to.</summary>
/// <param name="Attach">Its streams are ours.</param>
public sealed record Attending(bool Attach, bool Stdin, bool SignalProxy)
{
    /// <summary>Which of its outputs are shown.</summary>
    public bool Output { get; init; } = true;

    public bool Errors { get; init; } = true;

    public DetachSequence DetachKeys { get; init; } = DetachSequence.Default;

    /// <summary>As <see cref="StartContainer.Attached"/>.</summary>
    internal AttachedStart? Attached => Attach ? new AttachedStart(Stdin) : null;
}

/// <summary>A container that runs, and the streams to it where some were asked for.</summary>
public sealed record StartedContainer(ContainerId Id, Option<Attachment> Attachment)
{
    /// <summary>The one that has been started; null where the container ran already.</summary>
    public ProcessIdentity? Process { get; init; }

    /// <summary>Its streams, where this command has made them.</summary>
    public Option<KnownContainer> Known { get; init; }
}

/// <summary>The act between ContainerStartRequested and ContainerStarted: mount, conmon, runc.</summary>
public static class Start
{
    /// <summary><c>eventdock start</c>: a container that exists already.</summary>
    public static EitherAsync<DomainError, StartedContainer> Container(
        Ports ports, ContainerRow row, Attending attending, CancellationToken cancel) =>
        Locked(ports, row.Id, cancel).Holding(() => Held(ports, row, null, attending, cancel));

    /// <summary>The same for who holds the container's lock.</summary>
    /// <param name="cause">As in <see cref="ContainerStartRequested"/>.</param>
    internal static EitherAsync<DomainError, StartedContainer> Held(
        Ports ports, ContainerRow row, string? cause, Attending attending, CancellationToken cancel) =>
        from image in Find.Image(ports, row.ImageId, None, cancel)
        from env in ports.Secrets.Read(row.Id, cancel)
        from stream in ContainerStream.Add(ports, new StartContainer(row.Id, cause) { Attached = attending.Attached }, cancel)
        from begun in stream.State is ContainerState.Running
            ? Give(new StartedContainer(row.Id, None))
            : Launch(ports, new RecordedContainer(row, stream), image.Content.Layers.Map(l => l.Id).Strict(), env, attending, cancel)
        select begun;

    /// <summary>
    /// <c>eventdock run</c>: the process is made while the ledger takes the container in, since of two that take long only the longer is
    /// to be waited for. Nothing of the container's own runs before both are done. A command that is killed meanwhile leaves a claim on the
    /// container (<see cref="Claimed"/>); one whose container is refused takes the process away again.
    /// </summary>
    /// <param name="made">Is told as soon as the ledger has the container.</param>
    public static EitherAsync<DomainError, StartedContainer> New(
        Ports ports, PreparedContainer container, Func<ContainerId, Either<DomainError, Unit>> made, Attending attending,
        CancellationToken cancel)
    {
        var spec = new LaunchSpec(
            container.Id, container.Name, container.Layers, container.Settings, container.Env, ports.World.ExitCommand(container.Id));
        return
            // Both ask the ledger, on one connection: this one first. What it fails with is a start that failed.
            from joined in Joining.Running(ports, container.Settings, cancel).Outcome()
            from both in Beside(
                () => Create.Record(ports, container, Some(new StartContainer(container.Id) { Attached = attending.Attached }), cancel),
                () => joined.ToAsync().Bind(others => ports.Runtime.Create(spec with { Joined = others }, cancel)))
            from begun in both.First.Match(
                Left: error => Taken(ports, container.Id).Bind(_ => Fail<StartedContainer>(error)),
                Right: recorded => Go(
                    ports, recorded,
                    made(container.Id).ToAsync().Bind(_ => recorded.Row.Name == spec.Name
                        ? both.Second.ToAsync()
                        : Renamed(ports, spec with { Name = recorded.Row.Name, Joined = joined.IfLeft(Seq<JoinedContainer>()) }, cancel)),
                    attending, cancel))
            select begun;
    }

    /// <summary>What cannot be taken away now is left to the next command, by the claim.</summary>
    private static EitherAsync<DomainError, Unit> Taken(Ports ports, ContainerId id) =>
        (from cleaned in ports.Runtime.CleanUp(id, CancellationToken.None)
         from discarded in ports.Thin.Discard(id.Value, CancellationToken.None)
         select discarded).Recover(_ => Some(Done));

    /// <summary>A process that was made under a name that turned out to be taken is made again.</summary>
    private static EitherAsync<DomainError, ProcessIdentity> Renamed(Ports ports, LaunchSpec spec, CancellationToken cancel) =>
        from cleaned in ports.Runtime.CleanUp(spec.Id, CancellationToken.None)
        from again in ports.Runtime.Create(spec, cancel)
        select again;

    /// <summary>Carries out what has been requested, and records what came of it.</summary>
    private static EitherAsync<DomainError, StartedContainer> Launch(
        Ports ports, RecordedContainer container, Seq<string> layers, Seq<string> env, Attending attending, CancellationToken cancel)
    {
        var row = container.Row;
        var spec = new LaunchSpec(row.Id, row.Name, layers, row.Settings, env, ports.World.ExitCommand(row.Id));
        return Go(
            ports, container,
            Joining.Running(ports, row.Settings, cancel).Bind(joined => ports.Runtime.Create(spec with { Joined = joined }, cancel)),
            attending, cancel);
    }

    private static EitherAsync<DomainError, StartedContainer> Go(
        Ports ports, RecordedContainer container, EitherAsync<DomainError, ProcessIdentity> made, Attending attending,
        CancellationToken cancel) =>
        (from process in made
         let row = container.Row
         from attachment in attending.Attach
             ? ports.Runtime.Attach(
                 new AttachSpec(row.Id, attending.Stdin, row.Settings.Terminal, attending.SignalProxy)
                 {
                     Output = attending.Output,
                     Errors = attending.Errors,
                     DetachKeys = attending.DetachKeys,
                 },
                 cancel).Map(Some)
             : Give(Option<Attachment>.None)
         from begun in ports.Runtime.Start(row.Id, cancel)
         from recorded in KnownStream.Add(
             ports, ContainerDecider.Decider, container.Stream, new RecordStarted(row.Id, process), ports.World.Clock(), cancel)
         select new StartedContainer(row.Id, attachment)
         {
             Process = process,
             Known = container.Layer.Map(layer => new KnownContainer(process, new KnownStreams(recorded, layer))),
         })
        .Recover(error => Some(Failed(ports, container.Row.Id, error)));

    /// <summary>One at a time: the start, the end and the removal of one container.</summary>
    public static EitherAsync<DomainError, IDisposable> Locked(Ports ports, ContainerId id, CancellationToken cancel) =>
        from held in ports.Locks.Container(id, true, cancel)
        from taken in held.OrFail(() => new DomainError.Conflict(Streams.Container(id.Value)))
        select taken;

    private static EitherAsync<DomainError, StartedContainer> Failed(Ports ports, ContainerId id, DomainError error) =>
        // The first error is the one that explains; what cannot be undone now is found by the next start or removal.
        from cleaned in ports.Runtime.CleanUp(id, CancellationToken.None).Recover(_ => Some(Done))
        from recorded in ContainerStream.Record(
            ports,
            error is DomainError.StartFailed failed
                ? new RecordStartFailed(id, failed.ExitCode == DomainError.StartFailed.Other ? ContainerStartFailed.Other : failed.ExitCode, failed.Message)
                : new RecordStartFailed(id, ContainerStartFailed.Other, error.GetType().Name),
            CancellationToken.None)
        from result in Fail<StartedContainer>(error)
        select result;
}
