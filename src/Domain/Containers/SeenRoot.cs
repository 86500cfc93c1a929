namespace EventDock.Domain.Containers;

/// <summary>
/// A container's root as cp sees it, like docker's: with what is mounted into it from the host, and without what its processes alone
/// have (/proc, /sys, /dev, tmpfs).
/// </summary>
/// <param name="Layers">Of its image, base first.</param>
/// <param name="Files">The container whose /etc/hostname, /etc/hosts and /etc/resolv.conf it has: its own, or the one whose network
/// it shares.</param>
public sealed record SeenRoot(ContainerId Id, Seq<string> Layers, ContainerSettings Settings, ContainerId Files)
{
    /// <summary>Its root is mounted; else nobody else is at work in it.</summary>
    public bool Runs { get; init; }

    /// <summary>Nothing has been mounted into it yet: what it lacks for that is made, as by a start.</summary>
    public bool IsNew { get; init; }

    /// <summary>Files are to be copied into it.</summary>
    public bool Written { get; init; }

    /// <summary>Something of the host is to be mounted where there may be nothing yet.</summary>
    public bool MakesPlaces => IsNew && !Binds.IsEmpty;

    /// <summary>What of the host is mounted into it.</summary>
    public Seq<ContainerMount> Binds => Settings.More.Mounts.Filter(m => m.Type == ContainerMount.Bind).Strict();
}
