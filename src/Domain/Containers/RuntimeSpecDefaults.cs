namespace EventDock.Domain.Containers;

using System.Globalization;

/// <summary>
/// What docker 20.10.24 gives a container that asks for nothing: its sandbox, in the order of its config.json. A container
/// here is to be able to do what it could there, and no more.
/// </summary>
public static class RuntimeSpecDefaults
{
    /// <summary>Bounding, effective and permitted; the inheritable and ambient sets are empty.</summary>
    public static readonly Seq<string> Capabilities = Seq(
        "CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FSETID", "CAP_FOWNER", "CAP_MKNOD", "CAP_NET_RAW", "CAP_SETGID", "CAP_SETUID",
        "CAP_SETFCAP", "CAP_SETPCAP", "CAP_NET_BIND_SERVICE", "CAP_SYS_CHROOT", "CAP_KILL", "CAP_AUDIT_WRITE");

    /// <summary>Bytes of /dev/shm.</summary>
    public const long SharedMemory = 64 << 20;

    public static readonly Seq<string> MaskedPaths = Seq(
        "/proc/asound", "/proc/acpi", "/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/timer_list",
        "/proc/timer_stats", "/proc/sched_debug", "/proc/scsi", "/sys/firmware");

    public static readonly Seq<string> ReadonlyPaths = Seq(
        "/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger");

    /// <summary>For a network namespace of its own; a runtime refuses one that the kernel does not have.</summary>
    public static readonly Seq<(string Name, string Value)> Sysctls = Seq(
        ("net.ipv4.ip_unprivileged_port_start", "0"),
        ("net.ipv4.ping_group_range", "0 2147483647"));

    /// <summary>Where the container has a directory of that name.</summary>
    public static readonly Seq<DefaultMount> Mounts = Seq(
        new DefaultMount("/proc", "proc", "proc", Seq("nosuid", "noexec", "nodev")),
        new DefaultMount("/dev", "tmpfs", "tmpfs", Seq("nosuid", "strictatime", "mode=755", "size=65536k")),
        new DefaultMount(
            "/dev/pts", "devpts", "devpts", Seq("nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5")),
        new DefaultMount("/sys", "sysfs", "sysfs", Seq("nosuid", "noexec", "nodev", "ro")),
        new DefaultMount("/sys/fs/cgroup", "cgroup", "cgroup", Seq("ro", "nosuid", "noexec", "nodev")),
        new DefaultMount("/dev/mqueue", "mqueue", "mqueue", Seq("nosuid", "noexec", "nodev")),
        new DefaultMount("/dev/shm", "tmpfs", "shm", Seq("nosuid", "noexec", "nodev", "mode=1777", string.Create(CultureInfo.InvariantCulture, $"size={SharedMemory}"))));

    /// <summary>Character devices of the device cgroup; fuse (10:229) is named since docker denies it by name.</summary>
    public static readonly Seq<DeviceRule> Devices = Seq(
        Rule(true, 1, 5), Rule(true, 1, 3), Rule(true, 1, 9), Rule(true, 1, 8), Rule(true, 5, 0), Rule(true, 5, 1), Rule(false, 10, 229));

    private static DeviceRule Rule(bool allow, int major, int minor) => new(allow, 'c', major, minor, "rwm");
}

public sealed record DefaultMount(string Destination, string Type, string Source, Seq<string> Options);
