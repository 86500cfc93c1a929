namespace EventDock.Domain.Containers;

using System.Globalization;
using EventDock.Domain.Kernel;

/// <summary>
/// What is mounted into a container, after docker's withMounts: docker's own without what was asked for in their place, then those
/// asked for, the ones nearer to the root first.
/// </summary>
/// <param name="Defaults">With the init program.</param>
/// <param name="Own">With /dev/shm of an IPC namespace that is shared.</param>
public sealed record SandboxMounts(Seq<DefaultMount> Defaults, Seq<DefaultMount> Own, string? RootPropagation)
{
    /// <summary>Where --init's program is inside.</summary>
    public const string InitPath = "/sbin/docker-init";

    private const string Dev = "/dev", Shm = "/dev/shm";

    /// <summary>Written to although the root is read-only.</summary>
    private static readonly string[] Writable = ["/proc", Dev, "/dev/pts", Shm, "/dev/mqueue"];

    /// <param name="shm">The host's directory that is /dev/shm inside, where it is shared; else null.</param>
    /// <param name="init">The host's init program, where one is to be the first process.</param>
    public static Either<DomainError, SandboxMounts> Of(ContainerOptions options, string? shm, string? init) =>
        options.Mounts.All(Mount).Map(own => Composed(
            options,
            own + (shm is null || own.Exists(m => m.Destination == Shm)
                ? Seq<DefaultMount>()
                : Seq1(new DefaultMount(Shm, "bind", shm, Seq("rbind", ContainerMount.Private)))),
            init is null ? Seq<DefaultMount>() : Seq1(new DefaultMount(InitPath, "bind", init, Seq("bind", "ro")))));

    private static SandboxMounts Composed(ContainerOptions options, Seq<DefaultMount> own, Seq<DefaultMount> init)
    {
        var hidden = own.Exists(m => m.Destination == Dev);
        var defaults = RuntimeSpecDefaults.Mounts
            .Filter(m => own.ForAll(o => o.Destination != m.Destination)
                         && !(hidden && m.Destination.StartsWith("/dev/", StringComparison.Ordinal))
                         && !(m.Destination == Shm && options.Ipc == NamespaceMode.None))
            .Map(m => m.Destination == Shm && options.ShmSize is { } size ? Sized(m, size) : m)
            .Map(m => options.ReadOnly && !Writable.Contains(m.Destination) ? ReadOnly(m) : m)
            .Map(m => options.Privileged && m.Type is ("sysfs" or "cgroup")
                ? m with { Options = m.Options.Filter(o => o != "ro").Strict() }
                : m)
            .Strict();
        return new SandboxMounts(defaults + init, own, Root(options.Mounts));
    }

    private static Either<DomainError, DefaultMount> Mount(ContainerMount mount) =>
        mount.Type == ContainerMount.Tmpfs
            ? TmpfsText.Merged(mount.Options).Map(options => new DefaultMount(mount.Target, "tmpfs", "tmpfs", options))
            : new DefaultMount(
                mount.Target, "bind", mount.Source,
                Seq1(mount.NonRecursive ? "bind" : "rbind") + (mount.ReadOnly ? Seq1("ro") : Seq<string>()) + Seq1(mount.Propagation));

    /// <summary>A mount that passes on what is mounted below it needs a root that does.</summary>
    private static string? Root(Seq<ContainerMount> mounts) =>
        mounts.Exists(m => m.Propagation is "shared" or "rshared") ? "shared"
        : mounts.Exists(m => m.Propagation is "slave" or "rslave") ? "rslave"
        : null;

    private static DefaultMount ReadOnly(DefaultMount mount) =>
        mount.Options.Exists(o => o == "ro") ? mount : mount with { Options = mount.Options.Add("ro") };

    private static DefaultMount Sized(DefaultMount mount, ByteCount size) => mount with
    {
        Options = mount.Options.Map(o => o.StartsWith("size=", StringComparison.Ordinal)
            ? string.Create(CultureInfo.InvariantCulture, $"size={size.Value}")
            : o).Strict(),
    };
}
