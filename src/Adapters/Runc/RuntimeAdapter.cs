[assembly: System.Runtime.CompilerServices.InternalsVisibleTo("EventDock.Tests.Adapters")]

namespace EventDock.Adapters.Runc;

using EventDock.Domain.Containers;
using EventDock.Domain.Kernel;

/// <summary>Ends and clears what a killed build's RUN has left, by the workspace's id.</summary>
public sealed record StepSweep(Func<string, Either<DomainError, Unit>> EndStep);

/// <summary>
/// Containers by conmon and runc (crun where there is no runc): the processes of the domain's <see cref="Runtime"/>. Nothing is
/// kept in memory between two calls, so any command can go on with what another has begun.
/// </summary>
public static class RuntimeAdapter
{
    public static (Runtime Runtime, StepSweep Sweep) Create(
        RuntimePaths paths, OverlayMounts mounts, string seccompProfile = SeccompCache.DockerProfile) =>
        Create(paths, mounts, seccompProfile, PumpStreams.Own);

    internal static (Runtime Runtime, StepSweep Sweep) Create(
        RuntimePaths paths, OverlayMounts mounts, string seccompProfile, PumpStreams streams)
    {
        var programs = new Programs();
        var seccomp = new SeccompCache(paths.Run, seccompProfile);
        var cleanUp = new CleanUp(paths, mounts, programs);
        var sandboxes = new LaunchSandbox(paths, seccomp, programs, new SharedMemory(paths, mounts));
        var launch = new Launch(paths, mounts, programs, sandboxes, cleanUp, streams);
        var start = new Start(paths, programs);
        var exits = new Exits(paths);
        var execs = new Execs(paths, programs);
        var steps = new Steps(paths, programs, seccomp, cleanUp);

        var runtime = new Runtime(
            Create: (spec, cancel) => Results.Blocking(paths.Bundle(spec.Id), () => launch.Create(spec, cancel)),
            Start: (id, _) => Results.Blocking(paths.Bundle(id), () => start.Run(id)),
            Attach: (spec, _) => Results.Blocking(paths.Bundle(spec.Id), () => Attach(paths, spec, streams)),
            Exit: (id, _) => Results.Blocking<Option<ExitFact>>(paths.Bundle(id), () => exits.Read(id)),
            AwaitExit: (id, timeout, cancel) => OnOwnThread(paths.Bundle(id), () => exits.Await(id, timeout, cancel)),
            Alive: Processes.Alive,
            Running: (id, _) => Results.Blocking(paths.Bundle(id), () => Running(paths, exits, id)),
            Signal: (id, signal, _) => Results.Blocking(paths.Bundle(id), () => Signal(paths, id, signal)),
            CleanUp: (id, _) => Results.Blocking(paths.Bundle(id), () => cleanUp.Run(id)),
            Release: (id, _) => Results.Blocking(paths.Bundle(id), () => cleanUp.Release(id)),
            Exec: (spec, cancel) => Results.Blocking(paths.Bundle(spec.Container), () => execs.Prepare(spec, streams)),
            ExecExit: (id, exec, _) => Results.Blocking(paths.Bundle(id), () => Right<DomainError, Option<ExitFact>>(execs.Exit(id, exec))),
            ExecExits: (id, _) => Results.Blocking(paths.Bundle(id), () => Right<DomainError, Seq<ExecExit>>(execs.Exits(id))),
            ExecCleanUp: (id, exec, _) => Results.Blocking(paths.Bundle(id), () => execs.CleanUp(id, exec)),
            Logs: (spec, cancel) => OnOwnThread(paths.Log(spec.Id), () => Logs(paths, exits, spec, streams, cancel)),
            Step: (spec, cancel) => OnOwnThread(paths.StepBundle(spec.WorkspaceId), () => steps.Run(spec, streams, cancel)))
        {
            Fits = sandboxes.Fits,
            Attend = id => Attendance.Hold(paths.Bundle(id)),
            SeenTo = (id, _) => OnOwnThread<bool>(paths.Bundle(id), () => Attendance.HasSeenTo(paths.Bundle(id))),
            ExecSeenTo = (id, exec, _) => OnOwnThread<bool>(
                paths.Bundle(id), () => Attendance.HasSeenTo(paths.ExecDirectory(id, exec))),
            Name = () => programs.Name,
            Control = Control(paths),
        };
        return (runtime, new StepSweep(steps.End));
    }

    private static ProcessControl Control(RuntimePaths paths)
    {
        var freezer = new Freezer(paths);
        return new ProcessControl(
            Freeze: (id, frozen, cancel) => Results.Blocking(paths.Bundle(id), () => frozen ? freezer.Freeze(id, cancel) : freezer.Thaw(id)),
            Frozen: freezer.IsFrozen,
            Processes: (id, _) => Results.Blocking<Seq<int>>(paths.Bundle(id), () => Cgroups.Processes(paths.Cgroup(id.Value))),
            Table: (arguments, _) => Results.Blocking("ps", () => HostProcesses.Table(arguments)),
            Named: (id, name, _) => Results.Blocking(paths.Container(id), () => ContainersOnDisk.Rename(paths.Container(id), name)))
        {
            Look = new Standing(paths, freezer).Of,
        };
    }

    private static Either<DomainError, Attachment> Attach(RuntimePaths paths, AttachSpec spec, PumpStreams streams)
    {
        var bundle = paths.Bundle(spec.Id);
        Action<int>? forward = spec.SignalProxy && !spec.Terminal ? number => Send(bundle, number) : null;
        var shown = streams with
        {
            Output = spec.Output ? streams.Output : PumpStreams.Nowhere,
            Error = spec.Errors ? streams.Error : PumpStreams.Nowhere,
        };
        return Session.Connect(bundle, spec.Stdin, spec.Terminal, spec.DetachKeys, shown, forward).Map(session =>
        {
            Attendance.Hold(bundle);
            return new Attachment(
                Pump: cancel => OnOwnThread(bundle, () =>
                {
                    using (session)
                    {
                        return session.Pump(cancel);
                    }
                }),
                Close: session.Dispose);
        });
    }

    /// <summary>As long as runc's fifo is there, the process has been created and not started.</summary>
    private static Either<DomainError, Option<ProcessIdentity>> Running(RuntimePaths paths, Exits exits, ContainerId id) =>
        Bundle.Init(paths.Bundle(id)) is { } init
        && !System.IO.File.Exists($"{paths.State(id.Value)}/exec.fifo")
        && (Processes.Alive(init) || exits.Read(id).IsSome)
            ? Some(init)
            : Option<ProcessIdentity>.None;

    private static Either<DomainError, Unit> Signal(RuntimePaths paths, ContainerId id, string signal) =>
        Signals.Number(signal) is not { } number ? new DomainError.Invalid("signal", signal, "is not known")
        : Send(paths.Bundle(id), number) ? unit
        : new DomainError.WrongState(id.Value, "exited", "kill");

    private static bool Send(string bundle, int number)
    {
        using var process = Bundle.Init(bundle) is { } init ? OpenedProcess.Open(init) : null;
        return process is not null && process.Signal(number);
    }

    private static Either<DomainError, Unit> Logs(
        RuntimePaths paths, Exits exits, LogSpec spec, PumpStreams streams, CancellationToken cancel)
    {
        new LogReader(spec.Kept is { } kept ? RuntimePaths.LogIn(kept) : paths.Log(spec.Id), spec, streams.Output, streams.Error).Run(
            () => exits.Read(spec.Id).IsNone && Bundle.Conmon(paths.Bundle(spec.Id)) is { } conmon && Processes.Alive(conmon), cancel);
        return unit;
    }

    /// <summary>For what waits as long as a container runs: such a wait is none of the pool's.</summary>
    private static EitherAsync<DomainError, T> OnOwnThread<T>(string place, Func<Either<DomainError, T>> work) =>
        Task.Factory.StartNew(
            () => Results.Guarded(place, work), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).ToAsync();
}
