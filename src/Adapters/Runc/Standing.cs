namespace EventDock.Adapters.Runc;

using System.Buffers.Text;
using EventDock.Domain.Containers;

/// <summary>How a container's process stands. With hundreds that run, what is read here is most of what a command does.</summary>
internal sealed class Standing(RuntimePaths paths, Freezer freezer)
{
    /// <summary>Who takes over a process whose parent has ended.</summary>
    private const int Init = 1;

    public ProcessStanding Of(ContainerId id, ProcessIdentity process) =>
        Processes.Look(process.Pid) is not { } seen || seen.Identity != process ? ProcessStanding.Gone
        : !Watched(id, seen.Parent) ? ProcessStanding.Unwatched
        // The kernel shows what a freezer of cgroup v1 holds as in uninterruptible sleep: what is not need not be asked about.
        : (Cgroups.OnlyV2 || seen.State == 'D') && freezer.IsFrozen(id) ? ProcessStanding.Frozen
        : ProcessStanding.Going;

    /// <summary>conmon is the parent of what it watches; where that has ended, somebody else is.</summary>
    private bool Watched(ContainerId id, int parent)
    {
        Span<byte> conmon = stackalloc byte[128];
        var length = parent == Init ? 0 : Descriptors.ReadFile(Bundle.ConmonFile(paths.Bundle(id)), conmon);
        return parent != Init && (length <= 0 || (Utf8Parser.TryParse(conmon[..length], out int pid, out _) && pid == parent));
    }
}
