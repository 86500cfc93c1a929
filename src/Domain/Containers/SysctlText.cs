namespace EventDock.Domain.Containers;

using EventDock.Domain.Kernel;

/// <summary><c>--sysctl NAME=VALUE</c>: those that belong to a namespace (docker's list).</summary>
public static class SysctlText
{
    private static readonly string[] Ipc =
    [
        "kernel.msgmax", "kernel.msgmnb", "kernel.msgmni", "kernel.sem", "kernel.shmall", "kernel.shmmax", "kernel.shmmni",
        "kernel.shm_rmid_forced",
    ];

    public static Either<DomainError, string> Parse(string text)
    {
        var name = Pair(text).Name;
        return text.Contains('=') && (Ipc.Contains(name) || IsMessageQueue(name) || IsNetwork(name))
            ? text
            : new DomainError.BadFlag("--sysctl", text, $"sysctl '{text}' is not whitelisted");
    }

    /// <summary>It is the namespace's that the container shares, and with it the host's or another container's.</summary>
    public static Either<DomainError, Unit> Fit(Seq<string> sysctls, string network, string? ipc) =>
        sysctls.Map(s => Pair(s).Name).Find(name => IsNetwork(name)
            ? network == NamespaceMode.Host || NamespaceMode.Container(network) is not null
            : ipc == NamespaceMode.Host || NamespaceMode.Container(ipc) is not null).Match<Either<DomainError, Unit>>(
                Some: name => new DomainError.Conflicting($"--sysctl {name}", "a namespace that is not the container's own"),
                None: () => unit);

    public static (string Name, string Value) Pair(string text) =>
        text.IndexOf('=') is var equals and >= 0 ? (text[..equals], text[(equals + 1)..]) : (text, "");

    private static bool IsNetwork(string name) => name.StartsWith("net.", StringComparison.Ordinal);

    private static bool IsMessageQueue(string name) => name.StartsWith("fs.mqueue.", StringComparison.Ordinal);
}
