namespace EventDock.Adapters.Runc;

using System.IO;
using EventDock.Adapters.Posix;
using EventDock.Domain.Containers;
using EventDock.Domain.Kernel;

/// <summary>
/// Takes away what a process needed: itself if it still lives, runc's state, its cgroups, the mount, the bundle. runc's own
/// delete takes 6 ms for what is done here in less than one; it is the fallback where runc's layout is not what it was.
/// </summary>
internal sealed class CleanUp(RuntimePaths paths, OverlayMounts mounts, Programs programs)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly SharedMemory memory = new(paths, mounts);

    public Either<DomainError, Unit> Run(ContainerId id)
    {
        var bundle = paths.Bundle(id);
        return Release(id).Bind(_ => memory.Remove(id)).Bind(_ => Results.Guarded(bundle, () =>
        {
            FaultPoints.At(FaultPoint.RootUnmounted);
            PrivateFiles.RemoveTree(bundle);
            return Right<DomainError, Unit>(unit);
        }));
    }

    /// <summary>All but the bundle, and memory that others may share.</summary>
    public Either<DomainError, Unit> Release(ContainerId id)
    {
        var bundle = paths.Bundle(id);
        var ended = Results.Guarded(bundle, () =>
        {
            var init = Bundle.Init(bundle);
            if (init is null)
            {
                EndMonitor(bundle);
            }

            return End(id.Value, init);
        });
        return ended.IsLeft ? ended : mounts.Unmount(paths.Merged(id));
    }

    /// <summary>Kills the process if need be, then removes state and cgroups.</summary>
    public Either<DomainError, Unit> End(string runtimeId, ProcessIdentity? init)
    {
        if (init is not null && Processes.Alive(init) && !Kill(init))
        {
            return new DomainError.RuntimeFailed("kill", $"process {init.Pid} does not end");
        }

        var state = paths.State(runtimeId);
        if (Directory.Exists(state))
        {
            if (programs.Runtime.Fails(out var error, out var runtime))
            {
                return error;
            }

            // An unknown process may still run in it: only the runtime itself can tell.
            if ((init is null || !runtime.IsRunc)
                && ProcessRunner.Run(runtime.Path, "--root", paths.Runtime, "delete", "--force", runtimeId).Fails(out error, out _))
            {
                return error;
            }

            PrivateFiles.RemoveTree(state);
        }

        FaultPoints.At(FaultPoint.StateRemoved);

        var cgroup = paths.Cgroup(runtimeId);

        // In a PID namespace that is not its own a container's processes do not end with the first of them.
        Cgroups.KillAll(cgroup);
        var removed = Cgroups.Remove(cgroup);
        FaultPoints.At(FaultPoint.GroupRemoved);
        return removed ? unit : new DomainError.FileFailed(cgroup, "the control group is still in use");
    }

    /// <summary>
    /// A bundle without a process: its command was killed before it knew of one, and a monitor that it has started goes on and makes the
    /// container all the same. Ended first, it makes nothing more; what it has made has no name but the runtime's.
    /// </summary>
    private static void EndMonitor(string bundle)
    {
        if (Directory.Exists(bundle))
        {
            Monitors.End(bundle);
        }
    }

    private static bool Kill(ProcessIdentity init)
    {
        using var process = OpenedProcess.Open(init);
        return process is null || (process.Signal(9) && process.AwaitEnd((int)Patience.TotalMilliseconds));
    }
}
