namespace EventDock.Domain.Containers;

using System.Diagnostics;
using EventDock.Domain.Kernel;
using static EventDock.Domain.Containers.ContainerState;

/// <summary>The life of a container. The table is the documentation.</summary>
public static class ContainerDecider
{
    public static readonly Decider<ContainerCommand, ContainerState, ContainerEvent> Decider =
        new(new Absent(), Decide, Evolve);

    public static Either<DomainError, Seq<ContainerEvent>> Decide(ContainerCommand command, ContainerState state) =>
        (command, state) switch
        {
            (CreateContainer c, Absent) => Emit(new ContainerCreated(c.Id, c.Name, c.Image, c.ImageId, c.Settings)),
            (StartContainer { Attached: { } attached } c, Created or Exited) =>
                Right(Seq<ContainerEvent>(new ContainerStartRequested(c.Id, c.Cause), new ContainerAttached(c.Id, attached.Stdin))),
            (StartContainer c, Created or Exited) => Emit(new ContainerStartRequested(c.Id, c.Cause)),
            (StartContainer, Running { Paused: false }) => Nothing,
            (RecordStarted c, Starting) => Emit(new ContainerStarted(c.Id, c.Process.Pid, c.Process.StartTime, c.Process.BootId)),
            (RecordStarted c, Running r) when r.Process == c.Process => Nothing,
            (RecordStartFailed c, Starting) => Emit(new ContainerStartFailed(c.Id, c.ExitCode, c.Message)),
            (SignalContainer c, Running) => Emit(new ContainerSignalled(c.Id, c.Signal, c.Cause)),
            (RecordSignalled c, Running or Exited) => Emit(new ContainerSignalled(c.Id, c.Signal, c.Cause)),
            (PauseContainer c, Running { Paused: false }) => Emit(new ContainerPaused(c.Id)),
            (UnpauseContainer c, Running { Paused: true }) => Emit(new ContainerUnpaused(c.Id)),
            (RenameContainer c, Created or Running or Exited) when c.Name != state.Name =>
                Emit(new ContainerRenamed(c.Id, c.Name, state.Name)),
            (RenameContainer c, Created or Running or Exited) => new DomainError.SameName(c.Name),
            (RecordTouched c, Created or Running or Exited) => Emit(c.Fact),
            (RecordExited c, Running) => Emit(new ContainerExited(c.Id, c.ExitCode, c.OutOfMemory)),
            (RecordExited, Exited or Removed) => Nothing,
            (RestoreContainer c, Removed) => Emit(c.Fact with { Name = state.Name }),
            (RestoreContainer c, not Absent) => new DomainError.NotRemoved(c.Id.Value),
            (RemoveContainer c, Created or Exited) => Emit(new ContainerRemoved(c.Id)),
            (RemoveContainer, Removed) => Nothing,
            _ => Refuse(command, state),
        };

    public static ContainerState Evolve(ContainerState state, ContainerEvent happened) =>
        Next(state, happened) with
        {
            Name = happened switch
            {
                ContainerCreated e => e.Name,
                ContainerRenamed e => e.Name,
                ContainerRestored e => e.Name,
                _ => state.Name,
            },
        };

    private static ContainerState Next(ContainerState state, ContainerEvent happened) =>
        happened switch
        {
            ContainerCreated => new Created(),
            ContainerStartRequested => new Starting(),
            ContainerStarted e => new Running(e.Pid, e.StartTime.Value, e.BootId),
            ContainerStartFailed => new Exited(),
            ContainerSignalled or ContainerRenamed or ContainerTouched => state,
            ContainerPaused => Frozen(state, true),
            ContainerUnpaused => Frozen(state, false),
            ContainerExited => new Exited(),
            ContainerRemoved => new Removed(),
            ContainerRestored => new Exited(),
            _ => throw new UnreachableException($"no fold for {happened.GetType().Name}"),
        };

    private static ContainerState Frozen(ContainerState state, bool paused) =>
        state is Running running ? running with { Paused = paused } : state;

    private static Either<DomainError, Seq<ContainerEvent>> Emit(ContainerEvent happened) => Right(Seq1(happened));

    private static Either<DomainError, Seq<ContainerEvent>> Nothing => Right(Seq<ContainerEvent>());

    private static Either<DomainError, Seq<ContainerEvent>> Refuse(ContainerCommand command, ContainerState state) =>
        state is Absent or Removed
            ? new DomainError.NoSuchContainer(command.Id.Value)
            : new DomainError.WrongState(command.Id.Value, state.Word, Attempt(command));

    /// <summary>What was tried, in the word of the command line.</summary>
    private static string Attempt(ContainerCommand command) =>
        command switch
        {
            CreateContainer => "create",
            StartContainer => "start",
            RecordStarted or RecordStartFailed => "record the start of",
            SignalContainer c => c.Cause,
            PauseContainer => "pause",
            UnpauseContainer => "unpause",
            RenameContainer => "rename",
            RecordTouched { Fact: ContainerAttached } => "attach to",
            RecordTouched { Fact: ContainerExported } => "export",
            RecordTouched => "copy to or from",
            RecordSignalled => "record the signal to",
            RecordExited => "record the exit of",
            RemoveContainer => "remove",
            RestoreContainer => "restore",
            _ => throw new UnreachableException($"no word for {command.GetType().Name}"),
        };
}
