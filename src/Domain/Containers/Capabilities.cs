namespace EventDock.Domain.Containers;

using EventDock.Domain.Kernel;

/// <summary>Linux capabilities by name, and docker's rules for --cap-add, --cap-drop and --privileged.</summary>
public static class Capabilities
{
    private const string All = "ALL", Prefix = "CAP_";

    /// <summary>In the order of their numbers (capability.h), from 0.</summary>
    private static readonly Seq<string> Known = Seq(
        "CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_DAC_READ_SEARCH", "CAP_FOWNER", "CAP_FSETID", "CAP_KILL", "CAP_SETGID", "CAP_SETUID",
        "CAP_SETPCAP", "CAP_LINUX_IMMUTABLE", "CAP_NET_BIND_SERVICE", "CAP_NET_BROADCAST", "CAP_NET_ADMIN", "CAP_NET_RAW",
        "CAP_IPC_LOCK", "CAP_IPC_OWNER", "CAP_SYS_MODULE", "CAP_SYS_RAWIO", "CAP_SYS_CHROOT", "CAP_SYS_PTRACE", "CAP_SYS_PACCT",
        "CAP_SYS_ADMIN", "CAP_SYS_BOOT", "CAP_SYS_NICE", "CAP_SYS_RESOURCE", "CAP_SYS_TIME", "CAP_SYS_TTY_CONFIG", "CAP_MKNOD",
        "CAP_LEASE", "CAP_AUDIT_WRITE", "CAP_AUDIT_CONTROL", "CAP_SETFCAP", "CAP_MAC_OVERRIDE", "CAP_MAC_ADMIN", "CAP_SYSLOG",
        "CAP_WAKE_ALARM", "CAP_BLOCK_SUSPEND", "CAP_AUDIT_READ", "CAP_PERFMON", "CAP_BPF", "CAP_CHECKPOINT_RESTORE");

    /// <param name="flag">Whose values they are.</param>
    public static Either<DomainError, Seq<string>> Check(string flag, Seq<string> names) =>
        names.All(name => Name(name) is var full && (full == All || Known.Exists(c => c == full))
            ? Right<DomainError, string>(name)
            : new DomainError.Invalid($"value of {flag}", name, $"unknown capability: {GoQuote.Quote(full)}"));

    /// <summary>The set a container gets: docker's default, changed as it was asked for.</summary>
    /// <param name="all">What ALL and --privileged mean: all that there are to give.</param>
    public static Seq<string> Of(Seq<string> add, Seq<string> drop, bool privileged, Seq<string> all)
    {
        if (privileged)
        {
            return all;
        }

        var (added, dropped) = (add.Map(Name).Strict(), drop.Map(Name).Strict());
        return added.Exists(c => c == All) ? all.Filter(c => !dropped.Exists(d => d == c)).Strict()
            : dropped.Exists(c => c == All) ? added.Distinct().ToSeq().Strict()
            : (RuntimeSpecDefaults.Capabilities.Filter(c => !dropped.Exists(d => d == c)) + added).Distinct().ToSeq().Strict();
    }

    /// <summary>The names of a set as the kernel shows it (/proc/PID/status).</summary>
    public static Seq<string> Named(ulong bits) =>
        Known.ToArray().Where((_, number) => (bits >> number & 1) != 0).ToSeq().Strict();

    private static string Name(string text)
    {
        var name = text.ToUpperInvariant();
        return name == All || name.StartsWith(Prefix, StringComparison.Ordinal) ? name : Prefix + name;
    }
}
