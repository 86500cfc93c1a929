namespace EventDock.Adapters.Runc;

using EventDock.Domain.Containers;

/// <summary>
/// Where one root keeps what runs. Sockets lie below <see cref="Run"/>, whose paths therefore stay short (a socket's path ends
/// at 107 bytes).
/// </summary>
/// <param name="Root">The state directory; holds <c>containers/ID</c>.</param>
/// <param name="Run"><c>/run/eventdock/HEX8</c>: on tmpfs, gone after a reboot. Its last part names the root's cgroups too.</param>
/// <param name="Environment">What conmon hands to the exit command: NAME=value. The container never sees it.</param>
public sealed record RuntimePaths(string Root, string Run, Seq<string> Environment)
{
    public string Runtime => $"{Run}/runc";

    public string Container(ContainerId id) => $"{Root}/containers/{id.Value}";

    public string Upper(ContainerId id) => $"{Container(id)}/upper";

    public string Merged(ContainerId id) => $"{Container(id)}/merged";

    public string Log(ContainerId id) => LogIn(Container(id));

    /// <summary>The log in a container's directory, wherever that is.</summary>
    public static string LogIn(string directory) => $"{directory}/ctr.log";

    public string Secrets(ContainerId id) => $"{Container(id)}/env";

    /// <summary>The profile of --security-opt seccomp=FILE.</summary>
    public string SeccompProfile(ContainerId id) => $"{Container(id)}/seccomp.json";

    /// <summary>/dev/shm of a container that shares it.</summary>
    public string SharedMemory(ContainerId id) => $"{Bundle(id)}/shm";

    public string Bundle(ContainerId id) => $"{Run}/c/{id.Short}";

    /// <summary>Where conmon writes <c>exit</c> and <c>oom</c>.</summary>
    public string ExitDirectory(ContainerId id) => $"{Bundle(id)}/p";

    public string ExecDirectory(ContainerId id, string execId) => $"{Bundle(id)}/{execId[..Math.Min(12, execId.Length)]}";

    public string StepBundle(string workspaceId) => $"{Run}/s/{workspaceId}";

    public string State(string runtimeId) => $"{Runtime}/{runtimeId}";

    /// <summary>From the root of each hierarchy.</summary>
    public string Cgroup(string runtimeId) => $"/eventdock/{Run[(Run.LastIndexOf('/') + 1)..]}/{runtimeId}";
}
