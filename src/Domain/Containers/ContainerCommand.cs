namespace EventDock.Domain.Containers;

/// <summary>What may be asked of, or reported about, one container.</summary>
public abstract record ContainerCommand(ContainerId Id);

public sealed record CreateContainer(ContainerId Id, string Name, string Image, string ImageId, ContainerSettings Settings)
    : ContainerCommand(Id);

/// <param name="Cause">As in <see cref="ContainerStartRequested"/>.</param>
public sealed record StartContainer(ContainerId Id, string? Cause = null) : ContainerCommand(Id)
{
    /// <summary>Somebody attends from the start on; null where nobody does.</summary>
    public AttachedStart? Attached { get; init; }
}

/// <param name="Stdin">With its input, too.</param>
public sealed record AttachedStart(bool Stdin);

public sealed record RecordStarted(ContainerId Id, ProcessIdentity Process) : ContainerCommand(Id);

public sealed record RecordStartFailed(ContainerId Id, int ExitCode, string Message) : ContainerCommand(Id);

/// <param name="Cause">kill, stop, restart, rm; or conmon: that was gone, and so the container was ended.</param>
public sealed record SignalContainer(ContainerId Id, string Signal, string Cause) : ContainerCommand(Id);

/// <summary>A signal that was sent while there was no ledger; it may have ended the process meanwhile.</summary>
public sealed record RecordSignalled(ContainerId Id, string Signal, string Cause) : ContainerCommand(Id);

/// <summary>An exit that was observed. The process says which start it belongs to; null where that cannot be known.</summary>
public sealed record RecordExited(ContainerId Id, int? ExitCode, bool OutOfMemory) : ContainerCommand(Id);

/// <summary>Asked of one that runs, before its processes are frozen: whether that may be.</summary>
public sealed record PauseContainer(ContainerId Id) : ContainerCommand(Id);

public sealed record UnpauseContainer(ContainerId Id) : ContainerCommand(Id);

public sealed record RenameContainer(ContainerId Id, string Name) : ContainerCommand(Id);

/// <summary>Something is done with what is in it.</summary>
public sealed record RecordTouched(ContainerTouched Fact) : ContainerCommand(Fact.Id);

/// <summary>A removed container has been brought back.</summary>
public sealed record RestoreContainer(ContainerRestored Fact) : ContainerCommand(Fact.Id);

public sealed record RemoveContainer(ContainerId Id) : ContainerCommand(Id);
