namespace EventDock.Domain.Containers;

/// <summary>Columns and rows of a terminal.</summary>
public sealed record TerminalSize(int Rows, int Columns);

/// <summary>A file or directory of the host's that is seen inside.</summary>
public sealed record BindMount(string Source, string Destination);

/// <summary>A process as OCI's config.json ("process") and an exec's process.json have it.</summary>
/// <param name="Env">Complete; see <see cref="RuntimeSpecEnvironment"/>. HOME is the runtime's to add.</param>
/// <param name="Size">Of the terminal at the start, where it is known.</param>
/// <param name="AppArmor">The profile's name, where the host has docker's loaded.</param>
public sealed record ProcessSpec(
    Seq<string> Arguments, Seq<string> Env, string WorkingDir, ResolvedUser User, bool Terminal, TerminalSize? Size,
    string? AppArmor)
{
    /// <summary>What it may do.</summary>
    public ProcessRights Rights { get; init; } = ProcessRights.Docker;
}

/// <summary>All that a container's config.json says beyond docker's defaults; <see cref="RuntimeSpecJson"/> writes it.</summary>
/// <param name="Root">Absolute path of the mounted root.</param>
/// <param name="Hostname">Empty where the UTS namespace is not its own.</param>
/// <param name="Binds">/etc/hostname and its like, in order.</param>
/// <param name="CgroupsPath">Absolute, from the hierarchies' roots.</param>
/// <param name="PrivateCgroup">A cgroup namespace of its own, as docker gives where the host has cgroup v2 only.</param>
/// <param name="Sysctls">Those of <see cref="RuntimeSpecDefaults.Sysctls"/> that the kernel has.</param>
/// <param name="Seccomp">JSON of linux.seccomp; empty for no filter.</param>
public sealed record RuntimeSpec(
    ProcessSpec Process, string Root, string Hostname, Sandbox Sandbox, Seq<BindMount> Binds, string CgroupsPath,
    bool PrivateCgroup, Seq<(string Name, string Value)> Sysctls, ReadOnlyMemory<byte> Seccomp);
