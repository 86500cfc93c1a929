namespace EventDock.Adapters.Runc;

using System.Diagnostics;
using System.IO;
using EventDock.Domain.Containers;
using EventDock.Domain.Kernel;

/// <summary>
/// Freezes a container by its control group, as runc does it (cgroup-v2, "cgroup.freeze"; v1, "freezer.state"), without the 20 ms that a
/// process of runc's takes.
/// </summary>
internal sealed class Freezer(RuntimePaths paths)
{
    private const string FrozenState = "FROZEN", ThawedState = "THAWED";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public bool IsFrozen(ContainerId id)
    {
        Span<byte> state = stackalloc byte[16];
        var length = Descriptors.ReadFile(Switch(id), state);
        return length > 0 && !state[..length].StartsWith(Cgroups.OnlyV2 ? "0"u8 : "THAWED"u8);
    }

    public Either<DomainError, Unit> Freeze(ContainerId id, CancellationToken cancel)
    {
        if (!File.Exists(Switch(id)))
        {
            return new DomainError.WrongState(id.Value, "exited", "pause");
        }

        var since = Stopwatch.StartNew();
        while (true)
        {
            // v1 may come to no end while processes are being made; asked again, it looks again.
            File.WriteAllText(Switch(id), Cgroups.OnlyV2 ? "1" : FrozenState);
            if (HasFrozen(id))
            {
                return unit;
            }

            if (since.Elapsed > Patience || cancel.WaitHandle.WaitOne(1))
            {
                Thaw(id);
                return cancel.IsCancellationRequested
                    ? new DomainError.Interrupted()
                    : new DomainError.RuntimeFailed("freezer", $"container {id.Short} has a process that does not freeze");
            }
        }
    }

    public Either<DomainError, Unit> Thaw(ContainerId id)
    {
        try
        {
            File.WriteAllText(Switch(id), Cgroups.OnlyV2 ? "0" : ThawedState);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            // With its group the container has ended, and nothing of it is frozen.
        }

        return unit;
    }

    private bool HasFrozen(ContainerId id) => Cgroups.OnlyV2
        ? PrivateFiles.ReadText($"{Cgroups.Freezing(paths.Cgroup(id.Value))}/cgroup.events")?.Contains("frozen 1", StringComparison.Ordinal) == true
        : PrivateFiles.ReadText(Switch(id))?.StartsWith(FrozenState, StringComparison.Ordinal) == true;

    private string Switch(ContainerId id) =>
        $"{Cgroups.Freezing(paths.Cgroup(id.Value))}/{(Cgroups.OnlyV2 ? "cgroup.freeze" : "freezer.state")}";
}
