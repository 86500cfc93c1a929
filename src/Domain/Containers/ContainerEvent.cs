namespace EventDock.Domain.Containers;

using System.Text.Json.Serialization;
using EventDock.Domain.Kernel;
using EventDock.Domain.Oci;

/// <summary>What has happened to one container. Stream: <c>container-{id}</c>.</summary>
public abstract record ContainerEvent(ContainerId Id) : DockEvent;

/// <summary>A container has been made: a thin layer over an image, and how its process is to be run.</summary>
/// <param name="Image">As typed.</param>
/// <param name="ImageId">Hex.</param>
public sealed record ContainerCreated(ContainerId Id, string Name, string Image, string ImageId, ContainerSettings Settings)
    : ContainerEvent(Id);

/// <summary>How a container's process is run. Values of -e stand in no event: their names and keyed digests do.</summary>
/// <param name="Command">Entrypoint and arguments as they are executed.</param>
/// <param name="Network">private (a namespace of its own, silent), none, host or container:ID.</param>
/// <param name="Env">Of the command line; the image's stand in the image's events.</param>
/// <param name="Options">What goes beyond docker's defaults; null where nothing does.</param>
/// <remarks>Written in the order in which jsonb keeps members, which Postgres then need not sort.</remarks>
public sealed record ContainerSettings(
    [property: JsonPropertyOrder(9)] Seq<string> Entrypoint,
    [property: JsonPropertyOrder(2)] Seq<string> Command,
    [property: JsonPropertyOrder(11)] string WorkingDir,
    [property: JsonPropertyOrder(1)] string User,
    [property: JsonPropertyOrder(5)] string Hostname,
    [property: JsonPropertyOrder(3)] string Network,
    [property: JsonPropertyOrder(6)] bool Terminal,
    [property: JsonPropertyOrder(7)] bool OpenStdin,
    [property: JsonPropertyOrder(8)] bool AutoRemove,
    [property: JsonPropertyOrder(0)] Seq<SecretName> Env,
    [property: JsonPropertyOrder(10)] string? StopSignal,
    [property: JsonPropertyOrder(4), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] ContainerOptions? Options = null)
{
    /// <summary>What goes beyond docker's defaults.</summary>
    public ContainerOptions More => Options ?? ContainerOptions.None;

    /// <summary>The image's labels and those given over them. Of containers made before these were recorded: none.</summary>
    public Seq<Label> Labels => More.Labels;

    /// <summary>What is executed.</summary>
    public Seq<string> Arguments => Entrypoint + Command;
}

/// <summary>A variable's name and HMAC-SHA256 of its value, so that a change can be seen and the value cannot.</summary>
public sealed record SecretName(string Name, string Keyed);

/// <summary>The intention to start: what follows is ContainerStarted or ContainerStartFailed.</summary>
/// <param name="Cause">restart, where the command has stopped it before to start it again; null for every other start.</param>
public sealed record ContainerStartRequested(
    ContainerId Id, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Cause = null) : ContainerEvent(Id)
{
    /// <summary>The cause of a start that is the second half of a restart.</summary>
    public const string Restart = "restart";
}

/// <param name="StartTime">Field 22 of /proc/PID/stat, in clock ticks since boot: with the boot id it tells this process from
/// every other that ever had the pid.</param>
public sealed record ContainerStarted(ContainerId Id, int Pid, ByteCount StartTime, string BootId) : ContainerEvent(Id);

/// <param name="ExitCode">127 not found, 126 not executable, <see cref="Other"/> all else. Of earlier versions 125.</param>
public sealed record ContainerStartFailed(ContainerId Id, int ExitCode, string Message) : ContainerEvent(Id)
{
    /// <summary>What docker shows as the exit code of a container that could not be started for any other reason.</summary>
    public const int Other = 128;
}

/// <summary>EventDock has sent a signal to the container's process.</summary>
/// <param name="Cause">kill, stop, restart, rm; or conmon: that was gone, and so the container was ended.</param>
public sealed record ContainerSignalled(ContainerId Id, string Signal, string Cause) : ContainerEvent(Id);

/// <param name="ExitCode">As docker shows it: 128 + the signal where one ended it; null where nobody could see it (a reboot).</param>
public sealed record ContainerExited(ContainerId Id, int? ExitCode, bool OutOfMemory) : ContainerEvent(Id);

/// <summary>Its processes have been frozen: they keep what they have and do nothing.</summary>
public sealed record ContainerPaused(ContainerId Id) : ContainerEvent(Id);

/// <summary>Its processes go on where they were.</summary>
public sealed record ContainerUnpaused(ContainerId Id) : ContainerEvent(Id);

/// <param name="Previous">The name that it has given up.</param>
public sealed record ContainerRenamed(ContainerId Id, string Name, string Previous) : ContainerEvent(Id);

/// <summary>Somebody has had to do with what is in it. Nothing of its life changes by that.</summary>
public abstract record ContainerTouched(ContainerId Id) : ContainerEvent(Id);

/// <summary>Files of it go to whoever asked for them: recorded before the first byte does.</summary>
/// <param name="Path">As asked for, from its root; base64 of the bytes where <paramref name="Base64"/> is set.</param>
public sealed record ContainerCopiedOut(ContainerId Id, string Path, bool Base64) : ContainerTouched(Id);

/// <summary>Files come into it, or into what is mounted there: recorded before the first of them does.</summary>
/// <param name="Path">As in <see cref="ContainerCopiedOut"/>.</param>
public sealed record ContainerCopiedIn(ContainerId Id, string Path, bool Base64) : ContainerTouched(Id);

/// <summary>All its files go to whoever asked for them: recorded before the first byte does.</summary>
public sealed record ContainerExported(ContainerId Id) : ContainerTouched(Id);

/// <summary>Somebody sees what it writes from here on and, where it takes input, may type.</summary>
public sealed record ContainerAttached(ContainerId Id, bool Stdin) : ContainerTouched(Id);

public sealed record ContainerRemoved(ContainerId Id) : ContainerEvent(Id);

/// <summary>A removed container is there again with its thin layer. It carries all that was known of it: its row had ended.</summary>
/// <param name="Created">When it was made.</param>
/// <param name="StartedAt">The last time; null where it never was.</param>
/// <param name="Error">Why its last start failed; null where it did not.</param>
public sealed record ContainerRestored(
    ContainerId Id, string Name, string Image, string ImageId, ContainerSettings Settings, DateTimeOffset Created,
    DateTimeOffset? StartedAt, DateTimeOffset? FinishedAt, int? ExitCode, bool OutOfMemory, string? Error) : ContainerEvent(Id);

/// <summary>What has happened to one further process in a container. Stream: <c>exec-{container}-{id}</c>.</summary>
public abstract record ExecEvent(string Id, ContainerId Container) : DockEvent;

/// <summary>The intention: what follows is ExecStarted or ExecFailed.</summary>
/// <param name="Privileged">With all capabilities. Written only where it is so.</param>
public sealed record ExecRequested(
    string Id, ContainerId Container, Seq<string> Command, string User, string WorkingDir, bool Terminal,
    Seq<SecretName> Env,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool Privileged = false) : ExecEvent(Id, Container);

public sealed record ExecStarted(string Id, ContainerId Container, int Pid) : ExecEvent(Id, Container);

public sealed record ExecFailed(string Id, ContainerId Container, int ExitCode, string Message) : ExecEvent(Id, Container);

/// <param name="ExitCode">Null: nobody could observe it.</param>
public sealed record ExecExited(string Id, ContainerId Container, int? ExitCode) : ExecEvent(Id, Container);
