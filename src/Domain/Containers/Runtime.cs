namespace EventDock.Domain.Containers;

using EventDock.Domain.Kernel;
using EventDock.Domain.Oci;

/// <summary>All that is needed to make a container's process, secrets included: it never reaches the ledger.</summary>
/// <param name="Layers">Ids, base first.</param>
/// <param name="Env">The whole environment, NAME=value: image's, then -e's, HOME and PATH and TERM as docker adds them.</param>
/// <param name="ExitCommand">What conmon is to run when the container has ended; empty for none.</param>
public sealed record LaunchSpec(
    ContainerId Id, string Name, Seq<string> Layers, ContainerSettings Settings, Seq<string> Env, Seq<string> ExitCommand)
{
    /// <summary>Running containers whose namespaces it shares.</summary>
    public Seq<JoinedContainer> Joined { get; init; } = Seq<JoinedContainer>();
}

/// <summary>A running container, and which of its namespaces another shares.</summary>
/// <param name="Kind">As the runtime names it: network, ipc, pid or uts.</param>
public sealed record JoinedContainer(string Kind, ContainerId Id, ProcessIdentity Process);

/// <summary>A process of ours, told from every other that ever had the pid.</summary>
public sealed record ProcessIdentity(int Pid, long StartTime, string BootId);

/// <param name="At">The exit file's time.</param>
public sealed record ExitFact(int ExitCode, bool OutOfMemory, DateTimeOffset At);

/// <summary>How an attached command ended.</summary>
public enum AttachEnd
{
    /// <summary>The container ended.</summary>
    Ended,

    /// <summary>The detach keys were typed (ctrl-p ctrl-q).</summary>
    Detached,

    /// <summary>Our own stdout is closed (<c>run … | head</c>): nobody reads any more; the container goes on.</summary>
    OutputClosed,
}

/// <summary>A connection to a container's streams, made before its process is started.</summary>
/// <param name="Pump">Copies both ways between the container and our own stdin, stdout and stderr until the end; a terminal is
/// put in raw mode meanwhile and its size follows ours.</param>
public sealed record Attachment(Func<CancellationToken, EitherAsync<DomainError, AttachEnd>> Pump, Action Close);

/// <param name="Terminal">The container has one.</param>
/// <param name="SignalProxy">Signals that reach us go to the container (docker run --sig-proxy, on without a terminal).</param>
public sealed record AttachSpec(ContainerId Id, bool Stdin, bool Terminal, bool SignalProxy)
{
    /// <summary>Which of its outputs are shown.</summary>
    public bool Output { get; init; } = true;

    public bool Errors { get; init; } = true;

    /// <summary>Heeded on a terminal, as by docker.</summary>
    public DetachSequence DetachKeys { get; init; } = DetachSequence.Default;
}

/// <summary>A further process in a running container.</summary>
/// <param name="ExitCommand">What conmon is to run when the process has ended; empty for none.</param>
public sealed record ExecSpec(
    ContainerId Container, string ExecId, Seq<string> Command, Seq<string> Env, string WorkingDir, string User,
    bool Terminal, bool Stdin, bool Detach, Seq<string> ExitCommand)
{
    public DetachSequence DetachKeys { get; init; } = DetachSequence.Default;

    /// <summary>With all capabilities, whatever the container has.</summary>
    public bool Privileged { get; init; }
}

/// <summary>An exec whose monitor waits: nothing of it runs yet.</summary>
/// <param name="Go">Has it made and started.</param>
/// <param name="CallOff">Leaves nothing of it.</param>
public sealed record PreparedExec(
    Func<CancellationToken, EitherAsync<DomainError, RunningExec>> Go, Func<EitherAsync<DomainError, Unit>> CallOff);

/// <param name="Wait">Pumps the streams to the end, then says how that end came.</param>
public sealed record RunningExec(int Pid, Func<CancellationToken, EitherAsync<DomainError, ExecEnd>> Wait);

/// <summary>How an exec ended, as conmon noted it; None where its conmon was ended before it could.</summary>
public sealed record ExecExit(string ExecId, Option<ExitFact> Fact);

/// <summary>How an attached exec ended, and with which code if it is the process's end.</summary>
public sealed record ExecEnd(AttachEnd How, int ExitCode);

/// <param name="Tail">Lines from the end; null for all.</param>
public sealed record LogSpec(
    ContainerId Id, bool Follow, int? Tail, DateTimeOffset? Since, DateTimeOffset? Until, bool Timestamps)
{
    /// <summary>Before each line what the log says of it besides; nothing yet but the blank that follows it with docker.</summary>
    public bool Details { get; init; }

    /// <summary>Where a removed container's directory is kept; null for one that is there.</summary>
    public string? Kept { get; init; }
}

/// <summary>RUN: a process in a build's workspace, on our own streams, ended with us.</summary>
public sealed record StepSpec(
    string WorkspaceId, string Hostname, string Root, Seq<string> Arguments, Seq<string> Env, string WorkingDir, string User, string Network);

/// <summary>
/// Mounts, runc and conmon, as functions. None of them decides anything; each can be repeated. <c>Create</c> leaves nothing
/// mounted and no process behind when it fails.
/// </summary>
/// <param name="Create">Mounts the root, writes the bundle, has conmon create the process, which waits to be started.</param>
/// <param name="Exit">The exit conmon wrote, if it has.</param>
/// <param name="AwaitExit">Waits until conmon has written it (or conmon is gone without: None).</param>
/// <param name="Alive">This very process still lives (pid, start time and boot id).</param>
/// <param name="Running">The process of a container that has been started (not merely created), alive or with its exit file written.</param>
/// <param name="CleanUp">Unmounts the root and removes bundle, cgroups and runc's state; the logs and the thin layer stay.</param>
/// <param name="Release">Of that, what nobody asks any more once the process has ended: not the bundle, which says how it ended.</param>
/// <param name="ExecExit">How an exec ended, while conmon's note of it is there.</param>
/// <param name="ExecExits">The execs of a container that has ended, with the notes that are there, or come within moments.</param>
/// <param name="ExecCleanUp">Removes what an exec that has ended leaves.</param>
/// <param name="Logs">Writes the container's output to our stdout and stderr.</param>
/// <param name="Step">Runs a build step; the exit code.</param>
public sealed record Runtime(
    Func<LaunchSpec, CancellationToken, EitherAsync<DomainError, ProcessIdentity>> Create,
    Func<ContainerId, CancellationToken, EitherAsync<DomainError, Unit>> Start,
    Func<AttachSpec, CancellationToken, EitherAsync<DomainError, Attachment>> Attach,
    Func<ContainerId, CancellationToken, EitherAsync<DomainError, Option<ExitFact>>> Exit,
    Func<ContainerId, TimeSpan, CancellationToken, EitherAsync<DomainError, Option<ExitFact>>> AwaitExit,
    Func<ProcessIdentity, bool> Alive,
    Func<ContainerId, CancellationToken, EitherAsync<DomainError, Option<ProcessIdentity>>> Running,
    Func<ContainerId, string, CancellationToken, EitherAsync<DomainError, Unit>> Signal,
    Func<ContainerId, CancellationToken, EitherAsync<DomainError, Unit>> CleanUp,
    Func<ContainerId, CancellationToken, EitherAsync<DomainError, Unit>> Release,
    Func<ExecSpec, CancellationToken, EitherAsync<DomainError, PreparedExec>> Exec,
    Func<ContainerId, string, CancellationToken, EitherAsync<DomainError, Option<ExitFact>>> ExecExit,
    Func<ContainerId, CancellationToken, EitherAsync<DomainError, Seq<ExecExit>>> ExecExits,
    Func<ContainerId, string, CancellationToken, EitherAsync<DomainError, Unit>> ExecCleanUp,
    Func<LogSpec, CancellationToken, EitherAsync<DomainError, Unit>> Logs,
    Func<StepSpec, CancellationToken, EitherAsync<DomainError, int>> Step)
{
    /// <summary>Says what of it this host cannot give a container.</summary>
    public Func<ContainerOptions, Either<DomainError, Unit>> Fits { get; init; } = _ => unit;

    /// <summary>This command will record the container's end, should it come while the command lives. Attaching says so by itself.</summary>
    public required Func<ContainerId, Unit> Attend { get; init; }

    /// <summary>
    /// Whether a container's end has been recorded by a command that attended to it, which is waited for, though not for long.
    /// </summary>
    public required Func<ContainerId, CancellationToken, EitherAsync<DomainError, bool>> SeenTo { get; init; }

    /// <summary>The same of a process that <c>exec</c> has started, by its id.</summary>
    public required Func<ContainerId, string, CancellationToken, EitherAsync<DomainError, bool>> ExecSeenTo { get; init; }

    /// <summary>The OCI runtime that is used here: runc, or crun.</summary>
    public Func<string> Name { get; init; } = () => "runc";

    public required ProcessControl Control { get; init; }
}

/// <summary>
/// The values of -e, kept beside the thin layer (0600) and nowhere else, and the keyed digest under which the ledger knows them.
/// </summary>
/// <param name="Write">NAME=value, for one container.</param>
/// <param name="Keyed">Hex HMAC-SHA256 under the root's own key.</param>
public sealed record SecretStore(
    Func<ContainerId, Seq<string>, CancellationToken, EitherAsync<DomainError, Unit>> Write,
    Func<ContainerId, CancellationToken, EitherAsync<DomainError, Seq<string>>> Read,
    Func<string, string> Keyed)
{
    /// <summary>Keeps the seccomp profile that a container was given: nobody but root learns what it may do.</summary>
    public required Func<ContainerId, ReadOnlyMemory<byte>, CancellationToken, EitherAsync<DomainError, Unit>> Profile { get; init; }
}

/// <param name="Layers">Ids, base first; none for scratch.</param>
/// <param name="Upper">Absolute, as are Work and Merged.</param>
/// <param name="MountPoints">
/// Below all layers lies one that has docker's mount points (/proc, /sys, /dev, /etc/hosts …), so that a runtime need not make
/// those in the upper directory.
/// </param>
public sealed record OverlayMount(Seq<string> Layers, string Upper, string Work, string Merged, bool MountPoints)
{
    /// <summary>The upper directory is only looked at: nothing can be written, and work is not used.</summary>
    public bool ReadOnly { get; init; }
}

/// <summary>Overlayfs up and down. Both are repeatable: what is mounted stays, what is not is no error to unmount.</summary>
public sealed record OverlayMounts(
    Func<OverlayMount, Either<DomainError, Unit>> Mount,
    Func<string, Either<DomainError, Unit>> Unmount);
