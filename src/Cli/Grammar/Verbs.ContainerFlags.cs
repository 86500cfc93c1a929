namespace EventDock.Cli.Grammar;

/// <summary>The flags that <c>run</c> and <c>create</c> have in common.</summary>
public static partial class Verbs
{
    private const string Namespace = "host|container:X";

    private static VerbGrammar Container(string name, string help, Flag[] supported, Flag[] own) =>
        new(name, help, "IMAGE [COMMAND] [ARG...]", AtLeast(1), Interspersed: false,
            [.. supported, .. Processes, .. Surroundings, .. Sandboxes, .. own, .. NotYet])
        { Instead = "from" };

    /// <summary>What is run, and how one is connected with it.</summary>
    private static Flag[] Processes =>
    [
        List("attach", 'a', "stream", "Connect stdin, stdout or stderr only"),
        Text("cidfile", "file", "Write the id to this new file"),
        Text("entrypoint", "program", "Run this instead of the image's entrypoint"),
        Env,
        EnvFile,
        Text("from", "container[@moment]", "Instead of IMAGE: its image, and the files recorded of it then (--record content)"),
        Switch("init", "Run an init program that passes signals on and reaps processes"),
        Switch("interactive", 'i', "Keep its standard input open"),
        Text("log-driver", "k8s-file|none", "Where its output is kept"),
        List("log-opt", "name=value", "An option of that (there is none yet)"),
        Text("name", "name", "Call it so"),
        Text("platform", "os/arch", "Want the image for this platform"),
        Text("pull", "always|missing|never", "When to fetch the image (missing where not said)"),
        Text("record", "metadata|content", "What is recorded of what it writes: names and digests, or all files, too"),
        Switch("rm", "Remove it when it has ended"),
        Text("stop-signal", "signal", "What stop sends (TERM where not said)"),
        new Flag("stop-timeout", null, FlagKind.Number, "seconds", "How long stop waits before it kills (10 where not said)"),
        Switch("tty", 't', "Give it a terminal"),
        Text("user", 'u', "name|uid[:group|gid]", "Run it as this user"),
        Text("workdir", 'w', "dir", "Run it in this directory"),
    ];

    private static Flag EnvFile => List("env-file", "file", "Set variables: NAME=value lines. Values are recorded nowhere");

    /// <summary>What it finds around it.</summary>
    private static Flag[] Surroundings =>
    [
        List("annotation", "name=value", "Tell the runtime"),
        List("device", "path[:path][:rwm]", "Give it a device of the host's"),
        Text("domainname", "name", "Its NIS domain"),
        Text("hostname", 'h', "name", "Its host name (the id where not said)"),
        Text("ipc", $"{Namespace}|shareable|none", "Share this IPC namespace and /dev/shm"),
        List("label", 'l', "key[=value]", "Give it a label"),
        List("label-file", "file", "Give it labels: key=value lines"),
        List("mount", "type=bind|tmpfs,…", "Mount a file or directory of the host's, or a tmpfs"),
        Text("network", "none|host|container:X", "none: no network; host: ours. Not said: one of its own with only loopback"),
        Text("net", "none|host|container:X", "") with { Means = "network" },
        Text("pid", Namespace, "Share this PID namespace"),
        Text("shm-size", "size", "Bytes of /dev/shm (64m where not said)"),
        List("sysctl", "name=value", "Set a parameter of its namespaces"),
        List("tmpfs", "path[:options]", "Mount a tmpfs"),
        Text("uts", Namespace, "Share this UTS namespace"),
        List("volume", 'v', "path:path[:mode]", "Mount a file or directory of the host's"),
    ];

    /// <summary>What it may do.</summary>
    private static Flag[] Sandboxes =>
    [
        List("cap-add", "capability", "Give it a capability, or ALL"),
        List("cap-drop", "capability", "Take a capability from it, or ALL"),
        List("group-add", "name|gid", "Put its user into a further group"),
        Switch("privileged", "All capabilities and devices, and no filter"),
        Switch("read-only", "Nothing in its root can be written"),
        Text("runtime", "name", "Run it with this OCI runtime"),
        List("security-opt", "name=value", "seccomp=FILE|unconfined, no-new-privileges, apparmor=PROFILE, systempaths=unconfined"),
        List("ulimit", "name=soft[:hard]", "Set a resource limit"),
    ];

    private static Flag[] NotYet =>
    [
        .. Later(
            "add-host", "blkio-weight", "blkio-weight-device", "cgroup-parent", "cgroupns", "cpu-count", "cpu-percent", "cpu-period",
            "cpu-quota", "cpu-rt-period", "cpu-rt-runtime", "c=cpu-shares", "cpus", "cpuset-cpus", "cpuset-mems",
            "device-cgroup-rule", "device-read-bps", "device-read-iops", "device-write-bps", "device-write-iops", "dns", "dns-opt",
            "dns-option", "dns-search", "expose", "gpus", "health-cmd", "health-interval", "health-retries", "health-start-period",
            "health-timeout", "io-maxbandwidth", "io-maxiops", "ip", "ip6", "isolation", "kernel-memory", "link", "link-local-ip",
            "mac-address", "m=memory", "memory-reservation", "memory-swap", "memory-swappiness", "net-alias", "network-alias",
            "oom-score-adj", "pids-limit", "p=publish", "restart", "storage-opt", "userns", "volume-driver", "volumes-from"),
        .. LaterSwitches("disable-content-trust", "no-healthcheck", "oom-kill-disable", "P=publish-all"),
    ];
}
