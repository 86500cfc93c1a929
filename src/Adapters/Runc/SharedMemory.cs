namespace EventDock.Adapters.Runc;

using System.Globalization;
using System.IO;
using System.Runtime.InteropServices;
using EventDock.Domain.Containers;
using EventDock.Domain.Kernel;

/// <summary>
/// The directory that is /dev/shm inside, where it is not the container's alone: the host's, another container's, or one of its
/// own that others may share (--ipc host, container:X, shareable).
/// </summary>
internal sealed class SharedMemory(RuntimePaths paths, OverlayMounts mounts)
{
    private const nuint NoSuid = 2, NoDev = 4, NoExec = 8;

    public Either<DomainError, Option<string>> Of(LaunchSpec spec)
    {
        var mode = spec.Settings.More.Ipc;
        return mode == NamespaceMode.Host ? Some("/dev/shm")
            : NamespaceMode.Container(mode) is not null
                ? spec.Joined.Find(j => j.Kind == "ipc").Map(j => paths.SharedMemory(j.Id))
            : mode == NamespaceMode.Shareable ? Made(spec).Map(Some)
            : Option<string>.None;
    }

    /// <summary>Repeatable, also where there is none.</summary>
    public Either<DomainError, Unit> Remove(ContainerId id) =>
        Directory.Exists(paths.SharedMemory(id)) ? mounts.Unmount(paths.SharedMemory(id)) : unit;

    private Either<DomainError, string> Made(LaunchSpec spec)
    {
        var place = paths.SharedMemory(spec.Id);
        var size = spec.Settings.More.ShmSize?.Value ?? RuntimeSpecDefaults.SharedMemory;
        PrivateFiles.MakeDirectory(place);
        var options = string.Create(CultureInfo.InvariantCulture, $"mode=1777,size={size}");
        return Overlay.Mounts.MountCall("shm", place, "tmpfs", NoSuid | NoDev | NoExec, options) == 0
            ? place
            : new DomainError.FileFailed(place, $"mount: {Marshal.GetLastPInvokeErrorMessage()}");
    }
}
