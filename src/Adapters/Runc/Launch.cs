namespace EventDock.Adapters.Runc;

using System.Globalization;
using EventDock.Adapters.Posix;
using EventDock.Domain.Containers;
using EventDock.Domain.Kernel;

/// <summary>Makes a container's process, up to the point where it waits to be started.</summary>
internal sealed class Launch(
    RuntimePaths paths, OverlayMounts mounts, Programs programs, LaunchSandbox sandboxes, CleanUp cleanUp, PumpStreams streams)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public Either<DomainError, ProcessIdentity> Create(LaunchSpec spec, CancellationToken cancel)
    {
        if (programs.Runtime.Fails(out var error, out var runtime)
            || programs.Conmon.Fails(out error, out var conmon))
        {
            return error;
        }

        var bundle = paths.Bundle(spec.Id);
        if (Bundle.Init(bundle) is { } other && Processes.Alive(other))
        {
            return new DomainError.WrongState(spec.Id.Value, "running", "start");
        }

        if (cleanUp.Run(spec.Id).Fails(out error, out _))
        {
            return error;
        }

        var created = Results.Guarded(bundle, () => Spawn(spec, runtime, conmon, cancel));
        if (created.IsLeft)
        {
            // The first error is the one that explains; what cannot be undone is found again by the next start or removal.
            cleanUp.Run(spec.Id);
        }

        return created;
    }

    private Either<DomainError, Unit> Prepare(LaunchSpec spec)
    {
        var (id, settings) = (spec.Id, spec.Settings);
        var (bundle, container, root) = (paths.Bundle(id), paths.Container(id), paths.Merged(id));
        var workingDir = settings.WorkingDir.Length == 0 ? "/" : settings.WorkingDir;
        var mount = new OverlayMount(spec.Layers, paths.Upper(id), $"{container}/work", root, MountPoints: true);
        if (sandboxes.Of(spec).Fails(out var error, out var setting)
            || mounts.Mount(mount).Fails(out error, out _)
            || RootFiles.Resolve(root, settings.User, setting.Rights.Groups).Fails(out error, out var user)
            || RootFiles.MakeDirectory(root, workingDir).Fails(out error, out _))
        {
            return error;
        }

        FaultPoints.At(FaultPoint.RootMounted);
        ContainersOnDisk.Write(container, spec.Name, settings.StopSignal, settings.More.StopTimeout);
        var network = spec.Joined.Find(j => j.Kind == "network").OrNull();
        var binds = network is null
            ? Bundle.WriteEtcFiles(container, settings.Hostname, settings.Network)
            : Bundle.EtcFiles(paths.Container(network.Id));
        var env = RuntimeSpecEnvironment.Complete(spec.Env, settings.Hostname, settings.Terminal);
        var process = new ProcessSpec(
            setting.Init ? Seq(SandboxMounts.InitPath, "--") + settings.Arguments : settings.Arguments, env, workingDir, user,
            settings.Terminal, settings.Terminal ? streams.Size : null, Bundle.AppArmor.Value)
        {
            Rights = setting.Rights,
        };

        // The name of a UTS namespace that others have, too, is not this container's to set.
        Bundle.WriteConfig(
            bundle, root, process, settings.More.Uts is null ? settings.Hostname : "", setting.Sandbox, binds,
            paths.Cgroup(id.Value), setting.Filter);
        Bundle.WriteExecBase(bundle, new ExecBase(settings.Hostname, settings.User, workingDir, spec.Env, setting.Rights));
        FaultPoints.At(FaultPoint.BundleMade);
        return unit;
    }

    /// <summary>The monitor starts while the bundle is made.</summary>
    private Either<DomainError, ProcessIdentity> Spawn(
        LaunchSpec spec, RuntimeProgram runtime, string conmon, CancellationToken cancel)
    {
        var bundle = paths.Bundle(spec.Id);
        PrivateFiles.MakeDirectory(paths.Runtime);
        PrivateFiles.MakeDirectory(paths.ExitDirectory(spec.Id));
        var spawned = ConmonProcess.Spawn(
            conmon, Arguments(spec, runtime), paths.Environment, bundle, paths.Cgroup("conmon"), attached: false);
        if (spawned.Fails(out var error, out var process))
        {
            return error;
        }

        using (process)
        {
            FaultPoints.At(FaultPoint.MonitorSpawned);
            if (Prepared(spec, process).Fails(out error, out _))
            {
                return error;
            }

            process.Go();

            // An answer that comes a moment later is waited for, cancelled or not: without it there would be a process that nobody
            // knows. Only a runtime that hangs is left.
            using var patience = new CancellationTokenSource();
            using var registration = cancel.Register(() => patience.CancelAfter(Patience));
            process.NoMoreStarts();
            if (process.Answer(patience.Token).Fails(out error, out var answer))
            {
                return error;
            }

            if (answer.Data <= 0)
            {
                return RuntimeMessage.StartFailed("create", answer.Message);
            }

            FaultPoints.At(FaultPoint.MonitorAnswered);
            if (Processes.Identify(answer.Data) is not { } init
                || !int.TryParse(PrivateFiles.ReadText($"{bundle}/conmon.pid"), CultureInfo.InvariantCulture, out var monitor)
                || Processes.Identify(monitor) is not { } watcher)
            {
                return new DomainError.RuntimeFailed("conmon", "the process ended before it was started");
            }

            Bundle.WriteIdentity(bundle, "init", init);
            Bundle.WriteIdentity(bundle, "conmon", watcher);
            return cancel.IsCancellationRequested ? new DomainError.Interrupted() : init;
        }
    }

    private Either<DomainError, Unit> Prepared(LaunchSpec spec, ConmonProcess monitor)
    {
        var prepared = Results.Guarded(paths.Bundle(spec.Id), () => Prepare(spec));
        if (prepared.IsLeft)
        {
            monitor.CallOff();
        }

        return prepared;
    }

    private List<string> Arguments(LaunchSpec spec, RuntimeProgram runtime)
    {
        var (id, bundle) = (spec.Id.Value, paths.Bundle(spec.Id));
        List<string> arguments =
        [
            "--api-version", "1", "-c", id, "-u", id, "-r", runtime.Path, "-b", bundle, "-p", $"{bundle}/pid",
            "-P", $"{bundle}/conmon.pid", "-n", spec.Name, "--persist-dir", paths.ExitDirectory(spec.Id), "--full-attach",
            "-l", spec.Settings.More.LogDriver == LogDrivers.None ? LogDrivers.None : $"{LogDrivers.File}:{paths.Log(spec.Id)}",
            "--log-level", "error", "--no-sync-log",
            "--runtime-arg", "--root", "--runtime-arg", paths.Runtime,
        ];
        if (spec.Settings.Terminal)
        {
            // A client that leaves must not close the terminal; without one, its end of input is the process's.
            arguments.AddRange(["-t", "--leave-stdin-open"]);
        }

        if (spec.Settings.OpenStdin)
        {
            arguments.Add("-i");
        }

        arguments.AddRange(Attendance.ExitArguments(bundle, spec.ExitCommand));
        return arguments;
    }
}
