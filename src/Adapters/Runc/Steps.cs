namespace EventDock.Adapters.Runc;

using System.IO;
using EventDock.Adapters.Posix;
using EventDock.Domain.Containers;
using EventDock.Domain.Kernel;
using Microsoft.Win32.SafeHandles;

/// <summary>
/// RUN: a process in a build's workspace, in the same sandbox as a container, under <c>runc run</c> in the foreground. Its
/// output goes through pipes of ours: with our own terminal as its stdout it could read what is typed there.
/// </summary>
internal sealed class Steps(RuntimePaths paths, Programs programs, SeccompCache seccomp, CleanUp cleanUp)
{
    public Either<DomainError, int> Run(StepSpec spec, PumpStreams streams, CancellationToken cancel)
    {
        if (programs.Runtime.Fails(out var error, out var runtime)
            || seccomp.Docker(RuntimeSpecDefaults.Capabilities).Fails(out error, out var filter)
            || End(spec.WorkspaceId).Fails(out error, out _)
            || Prepare(spec, filter).Fails(out error, out _))
        {
            return error;
        }

        try
        {
            return Execute(spec, runtime, streams, cancel);
        }
        finally
        {
            End(spec.WorkspaceId);
        }
    }

    /// <summary>Ends what still runs of a step whose command was killed, and removes its traces. Repeatable.</summary>
    public Either<DomainError, Unit> End(string workspaceId)
    {
        var bundle = paths.StepBundle(workspaceId);
        return Results.Guarded(bundle, () =>
        {
            // The runtime first: else one that has just been started would make its container after we have looked for it.
            if (Processes.Parse(PrivateFiles.ReadText($"{bundle}/runtime")) is { } runner && OpenedProcess.Open(runner) is { } process)
            {
                using (process)
                {
                    process.Signal(9);
                    process.AwaitEnd(5000);
                }
            }

            var id = RuntimeId(workspaceId);
            return cleanUp.End(id, Init(bundle)).Map(_ =>
            {
                PrivateFiles.RemoveTree(bundle);
                return unit;
            });
        });
    }

    private Either<DomainError, Unit> Prepare(StepSpec spec, byte[] filter)
    {
        var bundle = paths.StepBundle(spec.WorkspaceId);
        var workingDir = spec.WorkingDir.Length == 0 ? "/" : spec.WorkingDir;
        if (RootFiles.Resolve(spec.Root, spec.User).Fails(out var error, out var user)
            || RootFiles.MakeDirectory(spec.Root, workingDir).Fails(out error, out _))
        {
            return error;
        }

        PrivateFiles.MakeDirectory(paths.Runtime);
        PrivateFiles.MakeDirectory(bundle);
        var binds = Bundle.WriteEtcFiles(bundle, spec.Hostname, spec.Network);
        var process = new ProcessSpec(
            spec.Arguments, RuntimeSpecEnvironment.Complete(spec.Env, spec.Hostname, terminal: false), workingDir, user,
            Terminal: false, Size: null, Bundle.AppArmor.Value);
        Bundle.WriteConfig(
            bundle, spec.Root, process, spec.Hostname,
            spec.Network == NamespaceMode.Host ? Sandbox.DockerOnHost : Sandbox.Docker, binds, paths.Cgroup(RuntimeId(spec.WorkspaceId)), filter);
        return unit;
    }

    private Either<DomainError, int> Execute(StepSpec spec, RuntimeProgram runtime, PumpStreams streams, CancellationToken cancel)
    {
        var bundle = paths.StepBundle(spec.WorkspaceId);
        using var nothing = ProcessCalls.Null();
        var (outRead, outWrite) = ProcessCalls.Pipe();
        var (errorRead, errorWrite) = ProcessCalls.Pipe();
        using (outRead)
        using (errorRead)
        {
            int pid;
            using (outWrite)
            using (errorWrite)
            {
                pid = ProcessCalls.Spawn(new SpawnRequest(
                    runtime.Path,
                    [
                        "--root", paths.Runtime, "--log", $"{bundle}/log", "--log-format", "json", "run", "--bundle", bundle,
                        "--pid-file", $"{bundle}/pid", RuntimeId(spec.WorkspaceId),
                    ],
                    ProcessRunner.Environment, [(nothing, 0), (outWrite, 1), (errorWrite, 2)], bundle, OwnGroup: true));
            }

            if (pid < 0)
            {
                return ProcessRunner.NotStarted(runtime.Path, -pid);
            }

            if (Processes.Identify(pid) is { } runner)
            {
                Bundle.WriteIdentity(bundle, "runtime", runner);
            }

            using (cancel.Register(() => KillRunning(bundle, pid)))
            {
                var errors = new Thread(() => Copy(errorRead, streams.Error)) { IsBackground = true, Name = "stderr" };
                errors.Start();
                Copy(outRead, streams.Output);
                errors.Join();
                var code = ProcessCalls.Wait(pid);
                return cancel.IsCancellationRequested ? new DomainError.Interrupted() : Outcome(bundle, code);
            }
        }
    }

    /// <summary>runc logs an error of its own to its log, and only then: the process's own exit code says nothing there.</summary>
    private static Either<DomainError, int> Outcome(string bundle, int code) =>
        code != 0 && PrivateFiles.ReadText($"{bundle}/log") is { Length: > 0 } log && log.Contains("\"level\":\"error\"", StringComparison.Ordinal)
            ? RuntimeMessage.StartFailed("create", log)
            : code;

    private static void KillRunning(string bundle, int pid)
    {
        if (Init(bundle) is { } init && OpenedProcess.Open(init) is { } container)
        {
            using (container)
            {
                container.Signal(9);
            }
        }
        else if (Processes.Identify(pid) is { } early && OpenedProcess.Open(early) is { } runner)
        {
            using (runner)
            {
                runner.Signal(9);
            }
        }
    }

    private static ProcessIdentity? Init(string bundle) =>
        int.TryParse(PrivateFiles.ReadText($"{bundle}/pid"), System.Globalization.CultureInfo.InvariantCulture, out var pid)
            ? Processes.Identify(pid)
            : null;

    private static string RuntimeId(string workspaceId) => $"step-{workspaceId}";

    /// <summary>To the end, also when nobody reads ours any more: a step must not hang on a full pipe.</summary>
    private static void Copy(SafeFileHandle from, int to)
    {
        var buffer = new byte[65536];
        var open = true;
        for (int count; (count = Descriptors.Read((int)from.DangerousGetHandle(), buffer)) > 0;)
        {
            open = open && Descriptors.Write(to, buffer.AsSpan(0, count)) == 0;
        }
    }
}
