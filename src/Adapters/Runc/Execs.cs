namespace EventDock.Adapters.Runc;

using System.IO;
using EventDock.Adapters.Posix;
using EventDock.Domain.Containers;
using EventDock.Domain.Kernel;

/// <summary>
/// Further processes in a running container, each under a conmon of its own, with a directory of its own: conmon names exit
/// files by the container.
/// </summary>
internal sealed class Execs(RuntimePaths paths, Programs programs)
{
    /// <summary>The directory's name is the beginning of the id alone: conmon's socket path must stay short.</summary>
    private const string IdFile = "exec-id";

    /// <summary>Its monitor, and all that it will be told. The last file is written when it is let go.</summary>
    public Either<DomainError, PreparedExec> Prepare(ExecSpec spec, PumpStreams streams)
    {
        if (programs.Runtime.Fails(out var error, out var runtime) || programs.Conmon.Fails(out error, out var conmon))
        {
            return error;
        }

        if (Bundle.Init(paths.Bundle(spec.Container)) is not { } init || !Processes.Alive(init))
        {
            return Ended(spec);
        }

        var directory = paths.ExecDirectory(spec.Container, spec.ExecId);
        var spawned = Cleared(spec, directory, () => Spawn(spec, directory, runtime, conmon));
        if (spawned.Fails(out error, out var process))
        {
            return error;
        }

        var described = Cleared(spec, directory, () => Process(spec, streams));
        if (described.Fails(out error, out var json))
        {
            process.CallOff();
            return error;
        }

        return new PreparedExec(
            cancel => Results.Blocking(directory, () => Cleared(spec, directory, () =>
            {
                var written = Results.Guarded(directory, () => Write(directory, json));
                if (written.Fails(out var refused, out _))
                {
                    process.CallOff();
                    return refused;
                }

                process.Go();
                return Begun(spec, directory, process, streams, cancel);
            })),
            () => Results.Blocking(directory, () =>
            {
                process.CallOff();
                PrivateFiles.RemoveTree(directory);
                return Right<DomainError, Unit>(unit);
            }));
    }

    private static Either<DomainError, Unit> Write(string directory, byte[] json)
    {
        PrivateFiles.Write($"{directory}/process.json", json);
        FaultPoints.At(FaultPoint.ExecMade);
        return unit;
    }

    /// <summary>Where the work fails nothing stays; where it does since the container has ended, it says so.</summary>
    private Either<DomainError, T> Cleared<T>(ExecSpec spec, string directory, Func<Either<DomainError, T>> work)
    {
        var done = Results.Guarded(directory, work);
        if (done.IsLeft)
        {
            PrivateFiles.RemoveTree(directory);
            return Directory.Exists(paths.Bundle(spec.Container)) ? done : Ended(spec);
        }

        return done;
    }

    /// <summary>What an exec needs goes with its container, and is not to be made again.</summary>
    private static DomainError Ended(ExecSpec spec) => new DomainError.WrongState(spec.Container.Value, "exited", "exec");

    public Option<ExitFact> Exit(ContainerId container, string execId) =>
        Runc.Exits.Read($"{paths.ExecDirectory(container, execId)}/x", container.Value);

    /// <summary>
    /// Of a container that has ended: so its execs have, and each one's conmon writes its note at once. One whose directory is
    /// gone has been recorded, or is about to be, by the command that was attached to it.
    /// </summary>
    public Seq<ExecExit> Exits(ContainerId container)
    {
        var bundle = paths.Bundle(container);
        if (!Directory.Exists(bundle))
        {
            return Seq<ExecExit>();
        }

        var until = Environment.TickCount64 + 2000;
        return Directory.EnumerateDirectories(bundle)
            .ToSeq().Strict()
            .Choose(directory => PrivateFiles.ReadText($"{directory}/{IdFile}") is { } id
                ? Some(new ExecExit(id, Note(directory, container, until)))
                : None)
            .Strict();
    }

    private static Option<ExitFact> Note(string directory, ContainerId container, long until)
    {
        while (true)
        {
            // In this order: a conmon that has just gone has written its note before.
            var watched = Monitor(directory) is { } monitor && Processes.Alive(monitor);
            var exit = Runc.Exits.Read($"{directory}/x", container.Value);
            if (exit.IsSome || !watched || Environment.TickCount64 >= until)
            {
                return exit;
            }

            Thread.Sleep(1);
        }
    }

    private static ProcessIdentity? Monitor(string directory) =>
        Processes.Identify(int.Parse(
            PrivateFiles.ReadText($"{directory}/conmon.pid")?.Trim() is { Length: > 0 } text ? text : "0",
            System.Globalization.CultureInfo.InvariantCulture));

    public Either<DomainError, Unit> CleanUp(ContainerId container, string execId)
    {
        PrivateFiles.RemoveTree(paths.ExecDirectory(container, execId));
        return unit;
    }

    private static string? Unconfined => Bundle.AppArmorEnabled ? SecurityOptions.Unconfined : null;

    /// <summary>As the runtime reads it.</summary>
    private Either<DomainError, byte[]> Process(ExecSpec spec, PumpStreams streams)
    {
        var bundle = paths.Bundle(spec.Container);
        if (Bundle.ReadExecBase(bundle).OrNull() is not { } from)
        {
            return Ended(spec);
        }

        var asUser = spec.User.Length == 0 ? from.User : spec.User;
        if (RootFiles.Resolve(paths.Merged(spec.Container), asUser, from.Rights.Groups).Fails(out var error, out var user))
        {
            return error;
        }

        var env = RuntimeSpecEnvironment.Override(
            RuntimeSpecEnvironment.Complete(from.Env, from.Hostname, spec.Terminal), spec.Env);
        var process = new ProcessSpec(
            spec.Command, env, spec.WorkingDir.Length == 0 ? from.WorkingDir : spec.WorkingDir, user, spec.Terminal,
            spec.Terminal ? streams.Size : null, Bundle.AppArmor.Value)
        {
            Rights = spec.Privileged
                ? from.Rights with { Capabilities = LaunchSandbox.Possible.Value, AppArmor = Unconfined }
                : from.Rights,
        };
        return RuntimeSpecJson.Process(process);
    }

    private Either<DomainError, ConmonProcess> Spawn(ExecSpec spec, string directory, RuntimeProgram runtime, string conmon)
    {
        if (!PrivateFiles.MakeInside(directory))
        {
            return Ended(spec);
        }

        PrivateFiles.Write($"{directory}/{IdFile}", spec.ExecId);
        var spawned = ConmonProcess.Spawn(
            conmon, Arguments(spec, directory, runtime), paths.Environment, directory, paths.Cgroup("conmon"), attached: !spec.Detach);
        FaultPoints.At(FaultPoint.ExecSpawned);
        return spawned;
    }

    private Either<DomainError, RunningExec> Begun(
        ExecSpec spec, string directory, ConmonProcess process, PumpStreams streams, CancellationToken cancel)
    {
        DomainError? error;
        Session? session = null;
        if (!spec.Detach)
        {
            // The runtime waits for the second byte, so that the streams are connected before there is output.
            if (process.AttachAnswer(cancel).Fails(out error, out _)
                || Session.Connect(directory, spec.Stdin, spec.Terminal, spec.DetachKeys, streams, forward: null).Fails(out error, out session))
            {
                process.Dispose();
                return error;
            }

            Attendance.Hold(directory);
            process.Go();
        }

        process.NoMoreStarts();
        if (process.Answer(cancel).Fails(out error, out var answer) || answer.Data <= 0)
        {
            session?.Dispose();
            process.Dispose();
            return error ?? RuntimeMessage.StartFailed("exec", answer.Message);
        }

        var pid = answer.Data;
        var identity = Processes.Identify(pid);
        return new RunningExec(pid, stop => Results.Blocking(directory, () =>
        {
            using (process)
            using (session)
            {
                return Finish(spec, directory, process, session, identity, stop);
            }
        }));
    }

    private Either<DomainError, ExecEnd> Finish(
        ExecSpec spec, string directory, ConmonProcess process, Session? session, ProcessIdentity? identity, CancellationToken cancel)
    {
        if (session is not null)
        {
            if (session.Pump(cancel).Fails(out var error, out var end))
            {
                return error;
            }

            if (end != AttachEnd.Ended)
            {
                return new ExecEnd(end, 0);
            }

            // Its second answer is the exit code.
            if (process.Answer(cancel).Fails(out error, out var answer))
            {
                return error;
            }

            return new ExecEnd(AttachEnd.Ended, answer.Data);
        }

        if (identity is not null)
        {
            using var opened = OpenedProcess.Open(identity);
            using var waker = new CancelWaker(cancel);
            if (opened is not null && (Descriptors.WaitForEither(opened.Descriptor, waker.Descriptor, -1) & 2) != 0)
            {
                return new DomainError.Interrupted();
            }
        }

        return AwaitFile(spec, directory, cancel);
    }

    private static Either<DomainError, ExecEnd> AwaitFile(ExecSpec spec, string directory, CancellationToken cancel)
    {
        var monitor = Monitor(directory);
        while (true)
        {
            var watched = monitor is not null && Processes.Alive(monitor);
            if (Runc.Exits.Read($"{directory}/x", spec.Container.Value).OrNull() is { } exit)
            {
                return new ExecEnd(AttachEnd.Ended, exit.ExitCode);
            }

            if (!watched)
            {
                return new DomainError.RuntimeFailed("conmon", "ended without an exit code");
            }

            if (cancel.WaitHandle.WaitOne(1))
            {
                return new DomainError.Interrupted();
            }
        }
    }

    private List<string> Arguments(ExecSpec spec, string directory, RuntimeProgram runtime)
    {
        PrivateFiles.MakeInside($"{directory}/x");
        List<string> arguments =
        [
            "--api-version", "1", "-c", spec.Container.Value, "-u", spec.ExecId, "-r", runtime.Path, "-b", directory,
            "-p", $"{directory}/pid", "-P", $"{directory}/conmon.pid", "-n", spec.ExecId, "-e",
            "--exec-process-spec", $"{directory}/process.json", "--exit-dir", $"{directory}/x", "--full-attach",
            "-l", "none", "--log-level", "error", "--no-sync-log", "--runtime-arg", "--root", "--runtime-arg", paths.Runtime,
        ];
        if (!spec.Detach)
        {
            arguments.Add("--exec-attach");
        }

        if (spec.Terminal)
        {
            arguments.AddRange(["-t", "--leave-stdin-open"]);
        }

        if (spec.Stdin)
        {
            arguments.Add("-i");
        }

        arguments.AddRange(Attendance.ExitArguments(directory, spec.ExitCommand));
        return arguments;
    }
}
