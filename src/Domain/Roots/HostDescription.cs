namespace EventDock.Domain.Roots;

/// <summary>What the host is: for <c>info</c>.</summary>
/// <param name="Machine">As the kernel names the processor, x86_64 for one.</param>
/// <param name="Memory">Bytes.</param>
/// <param name="Cgroups">1 or 2.</param>
/// <param name="FileSystem">Under the root directory.</param>
public sealed record HostDescription(
    string Name, string Kernel, string System, string SystemVersion, string Machine, int Processors, long Memory, string Cgroups,
    string FileSystem, string Root);
