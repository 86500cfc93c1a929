namespace EventDock.Domain.Containers;

/// <summary>A namespace of the specification.</summary>
/// <param name="Path">Of one that is there already; null for a new one.</param>
public sealed record SpecNamespace(string Kind, string? Path);

/// <summary>A device node that a container gets.</summary>
/// <param name="Type">c, b or p.</param>
/// <param name="Mode">Permission bits.</param>
public sealed record SpecDevice(string Path, char Type, int Major, int Minor, int Mode, int Uid, int Gid);

/// <summary>A device node, and what may be done with it.</summary>
/// <param name="Access">Of r, w and m.</param>
public sealed record DeviceGrant(SpecDevice Node, string Access);

/// <summary>A rule of the device cgroup.</summary>
/// <param name="Type">c, b, or a for all.</param>
/// <param name="Major">Null for any, as is Minor.</param>
public sealed record DeviceRule(bool Allow, char Type, int? Major, int? Minor, string Access);

/// <summary>What a process of a container may do, the first one as well as one that exec starts.</summary>
/// <param name="Capabilities">Bounding, effective and permitted.</param>
/// <param name="Groups">Names or numbers beside those of its user.</param>
/// <param name="AppArmor">A profile of one's own, or unconfined; null for docker's where the host has it.</param>
public sealed record ProcessRights(
    Seq<string> Capabilities, bool NoNewPrivileges, Seq<ContainerUlimit> Limits, Seq<string> Groups, string? AppArmor)
{
    public static readonly ProcessRights Docker = new(
        RuntimeSpecDefaults.Capabilities, false, Seq<ContainerUlimit>(), Seq<string>(), null);

    /// <param name="possible">All capabilities that there are to give.</param>
    public static ProcessRights Of(ContainerOptions options, SecurityOptions security, Seq<string> possible) => new(
        Containers.Capabilities.Of(options.CapAdd, options.CapDrop, options.Privileged, possible),
        security.NoNewPrivileges, options.Ulimits, options.GroupAdd,
        security.AppArmor ?? (options.Privileged ? SecurityOptions.Unconfined : null));
}

/// <summary>What of a container's surroundings its flags decide, after docker's withMounts, withNamespaces and withDevices.</summary>
/// <param name="Mounts">All but /etc/hostname and its like.</param>
/// <param name="Own">Those of them that were asked for.</param>
/// <param name="RootPropagation">Of the root's mount; null for the runtime's own.</param>
/// <param name="Namespaces">Those that are not the host's; the cgroup's is added where the host gives one.</param>
/// <param name="Sysctls">Beside docker's.</param>
public sealed record Sandbox(
    Seq<DefaultMount> Mounts, Seq<DefaultMount> Own, bool ReadOnly, string? RootPropagation, Seq<SpecNamespace> Namespaces,
    Seq<SpecDevice> Devices, Seq<DeviceRule> DeviceRules, Seq<string> MaskedPaths, Seq<string> ReadonlyPaths,
    Seq<(string Name, string Value)> Sysctls, Seq<(string Name, string Value)> Annotations)
{
    public static readonly Sandbox Docker = new(
        RuntimeSpecDefaults.Mounts, Seq<DefaultMount>(), false, null, SandboxNamespaces.All, Seq<SpecDevice>(),
        RuntimeSpecDefaults.Devices, RuntimeSpecDefaults.MaskedPaths, RuntimeSpecDefaults.ReadonlyPaths,
        Seq<(string, string)>(), Seq<(string, string)>());

    /// <summary>With the host's network.</summary>
    public static readonly Sandbox DockerOnHost =
        Docker with { Namespaces = SandboxNamespaces.All.Filter(n => n.Kind != "network").Strict() };

    /// <param name="mounts">See <see cref="SandboxMounts"/>.</param>
    /// <param name="devices">The nodes it gets, and what it may do with them; all of the host's where it is privileged.</param>
    public static Sandbox Of(
        ContainerSettings settings, SecurityOptions security, SandboxMounts mounts, Seq<DeviceGrant> devices,
        Seq<JoinedContainer> joined)
    {
        var options = settings.More;
        var bare = options.Privileged || security.SystemPaths;
        return new Sandbox(
            mounts.Defaults, mounts.Own, options.ReadOnly, mounts.RootPropagation, SandboxNamespaces.Of(settings, joined),
            devices.Map(d => d.Node).Strict(),
            options.Privileged
                ? Seq1(new DeviceRule(true, 'a', null, null, DeviceText.Everything))
                : RuntimeSpecDefaults.Devices
                  + devices.Map(d => new DeviceRule(true, d.Node.Type, d.Node.Major, d.Node.Minor, d.Access)).Strict(),
            bare ? Seq<string>() : RuntimeSpecDefaults.MaskedPaths,
            bare ? Seq<string>() : RuntimeSpecDefaults.ReadonlyPaths,
            ((options.Domainname is { } domain ? Seq1($"kernel.domainname={domain}") : Seq<string>()) + options.Sysctls)
                .Map(SysctlText.Pair).Strict(),
            options.Annotations.Map(SysctlText.Pair).Strict());
    }
}

/// <summary>Which namespaces a container gets.</summary>
public static class SandboxNamespaces
{
    public static readonly Seq<SpecNamespace> All = Seq("mount", "uts", "pid", "ipc", "network").Map(kind => new SpecNamespace(kind, null)).Strict();

    public static Seq<SpecNamespace> Of(ContainerSettings settings, Seq<JoinedContainer> joined) =>
        All.Filter(n => Mode(settings, n.Kind) != NamespaceMode.Host).Strict()
            .Map(n => joined.Find(j => j.Kind == n.Kind).Match(Some: j => n with { Path = Path(n.Kind, j.Process.Pid) }, None: () => n))
            .Strict();

    private static string? Mode(ContainerSettings settings, string kind) => kind switch
    {
        "network" => settings.Network,
        "ipc" => settings.More.Ipc,
        "pid" => settings.More.Pid,
        "uts" => settings.More.Uts,
        _ => null,
    };

    private static string Path(string kind, int pid) => $"/proc/{pid}/ns/{(kind == "network" ? "net" : kind)}";
}
