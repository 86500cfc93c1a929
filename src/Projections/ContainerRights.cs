namespace EventDock.Projections;

using System.Globalization;
using EventDock.Domain.Containers;

/// <summary>Something that a container was given beyond docker's sandbox.</summary>
/// <param name="Detail">Which; empty where the kind says all.</param>
public sealed record ContainerRight(RightKind Kind, string Detail);

/// <summary>The gravest first.</summary>
public enum RightKind
{
    /// <summary>All capabilities and devices, and no filter of system calls.</summary>
    Privileged,

    /// <summary>A further process was, whatever the container's own is.</summary>
    PrivilegedExec,
    HostNamespace,
    Unconfined,
    Capability,
    Device,
    HostMount,

    /// <summary>A namespace of another container's.</summary>
    JoinedNamespace,
}

/// <summary>What of a container's settings an auditor is told of.</summary>
public static class ContainerRights
{
    /// <summary>Read from what was asked for: options as they were typed.</summary>
    /// <param name="execs">How many further processes were given all capabilities.</param>
    public static IReadOnlyList<ContainerRight> Of(ContainerSettings settings, long execs)
    {
        var more = settings.More;
        var rights = new List<ContainerRight>();
        if (execs > 0)
        {
            rights.Add(new ContainerRight(RightKind.PrivilegedExec, string.Create(CultureInfo.InvariantCulture, $"{execs}")));
        }

        if (more.Privileged)
        {
            rights.Add(new ContainerRight(RightKind.Privileged, ""));
        }

        Namespace("network", settings.Network);
        Namespace("pid", more.Pid);
        Namespace("ipc", more.Ipc);
        Namespace("uts", more.Uts);
        foreach (var option in more.SecurityOpt.ToArray().Where(IsUnconfined))
        {
            rights.Add(new ContainerRight(RightKind.Unconfined, option));
        }

        foreach (var capability in more.CapAdd.ToArray())
        {
            rights.Add(new ContainerRight(RightKind.Capability, capability));
        }

        foreach (var device in more.Devices.ToArray())
        {
            rights.Add(new ContainerRight(RightKind.Device, $"{device.PathOnHost} at {device.PathInContainer} ({device.Permissions})"));
        }

        foreach (var mount in more.Mounts.ToArray().Where(mount => mount.Type == ContainerMount.Bind))
        {
            rights.Add(new ContainerRight(
                RightKind.HostMount, $"{mount.Source} at {mount.Target} ({(mount.ReadOnly ? "read-only" : "writable")}{Propagated(mount)})"));
        }

        return rights.OrderBy(right => right.Kind).ToArray();

        void Namespace(string which, string? mode)
        {
            if (mode == NamespaceMode.Host)
            {
                rights.Add(new ContainerRight(RightKind.HostNamespace, which));
            }
            else if (NamespaceMode.Container(mode) is { } other)
            {
                rights.Add(new ContainerRight(RightKind.JoinedNamespace, $"{which} of {other}"));
            }
        }
    }

    /// <summary><c>seccomp=unconfined</c>, <c>apparmor:unconfined</c>, <c>systempaths=unconfined</c>; and a filter of one's own.</summary>
    private static bool IsUnconfined(string option) =>
        option.EndsWith(SecurityOptions.Unconfined, StringComparison.Ordinal)
        || option.StartsWith("seccomp=", StringComparison.Ordinal) || option.StartsWith("seccomp:", StringComparison.Ordinal);

    private static string Propagated(ContainerMount mount) =>
        mount.Propagation is "" or ContainerMount.Private ? "" : ", " + mount.Propagation;
}
