namespace EventDock.Adapters.Runc;

using System.IO;
using EventDock.Adapters.Posix;
using EventDock.Domain.Containers;
using EventDock.Domain.Kernel;

/// <summary>Device nodes of the host's, looked at and never opened.</summary>
internal static class HostDevices
{
    /// <summary>Directories under /dev that are no part of a privileged container's devices, as with docker and runc.</summary>
    private static readonly string[] LeftOut = ["pts", "shm", "fd", "mqueue", ".lxc", ".lxd-mounts", ".udev"];

    /// <summary>What the flags ask for; with --privileged all that the host has.</summary>
    public static Either<DomainError, Seq<DeviceGrant>> Of(ContainerOptions options)
    {
        // A privileged container has every device under its own name already.
        return options.Privileged
            ? options.Devices.Filter(d => d.PathOnHost != d.PathInContainer).Strict().All(Mapped).Map(found =>
                Under("/dev").Map(node => new DeviceGrant(node, DeviceText.Everything)).Strict() + found.Bind(f => f).Strict())
            : options.Devices.All(Mapped).Map(found => found.Bind(f => f).Strict());
    }

    private static Either<DomainError, Seq<DeviceGrant>> Mapped(ContainerDevice device)
    {
        var host = Resolved(device.PathOnHost);
        if (!Fs.TryStat(Fs.Cwd, Bytes.Of(host), out var stat))
        {
            return new DomainError.NoDevice(device.PathOnHost);
        }

        if (Node(stat, device.PathInContainer) is { } one)
        {
            return Seq1(new DeviceGrant(one, device.Permissions));
        }

        var all = stat.Kind == FileKind.Directory
            ? Walk(host).Choose(path => Fs.TryStat(Fs.Cwd, Bytes.Of(path), out var found)
                    && Node(found, device.PathInContainer + path[host.Length..]) is { } node
                ? Some(new DeviceGrant(node, device.Permissions))
                : None).Strict()
            : Seq<DeviceGrant>();
        return all.IsEmpty ? Missing(device, "not a device node") : all;
    }

    /// <summary>Of the whole tree, the fifos left out.</summary>
    private static Seq<SpecDevice> Under(string directory) =>
        Directory.EnumerateFileSystemEntries(directory).Order(StringComparer.Ordinal).ToSeq().Strict().Bind(path =>
            !Fs.TryStat(Fs.Cwd, Bytes.Of(path), out var stat) ? Seq<SpecDevice>()
            : stat.Kind == FileKind.Directory
                ? LeftOut.Contains(Path.GetFileName(path)) ? Seq<SpecDevice>() : Under(path)
            : Path.GetFileName(path) != "console" && Node(stat, path) is { Type: not 'p' } node ? Seq1(node)
            : Seq<SpecDevice>()).Strict();

    private static Seq<string> Walk(string directory) =>
        Directory.EnumerateFileSystemEntries(
            directory, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 })
            .Order(StringComparer.Ordinal).ToSeq().Strict();

    private static SpecDevice? Node(FileStat stat, string inside)
    {
        var type = stat.Kind switch
        {
            FileKind.CharDevice => 'c',
            FileKind.BlockDevice => 'b',
            FileKind.Fifo => 'p',
            _ => ' ',
        };
        return type == ' '
            ? null
            : new SpecDevice(inside, type, (int)stat.Major, (int)stat.Minor, (int)stat.Mode, (int)stat.Uid, (int)stat.Gid);
    }

    private static string Resolved(string path) =>
        new FileInfo(path) is { LinkTarget: not null } link
            ? link.ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? path
            : path;

    private static DomainError Missing(ContainerDevice device, string reason) =>
        new DomainError.Invalid("device", device.PathOnHost, reason);
}
