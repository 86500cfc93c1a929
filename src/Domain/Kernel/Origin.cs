namespace EventDock.Domain.Kernel;

using System.Text.Json.Serialization;

/// <summary>
/// Who caused an event, from where, and with which command: the headers of every event. Root can forge all of it.
/// </summary>
/// <param name="Command">The command's id; all events of one command share it (Marten's correlation id).</param>
/// <param name="Line">The command line with every secret value masked.</param>
public sealed record Origin(Guid Command, Seq<string> Line, Actor Actor, Host Host, int Schema)
{
    /// <summary>Why, in the words of who gave the command; null where nothing was said.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Reason { get; init; }
}

/// <summary>The person or program behind a command.</summary>
/// <param name="Uid">Effective user id.</param>
/// <param name="LoginUid">The kernel's login uid, or "unset", which is not 0.</param>
/// <param name="SudoUid">SUDO_UID, where sudo was used.</param>
/// <param name="Executable">The executable of the calling (parent) process.</param>
/// <param name="Terminal">The terminal, e.g. /dev/pts/3.</param>
/// <param name="SshClient">The client's address, from SSH_CONNECTION.</param>
/// <param name="Name">
/// What the host called him by then: the user name of the login uid, where that is set, else of sudo's, else of the effective one. Null where the
/// host knew none. Uids are given to others later, and are others' on other hosts.
/// </param>
public sealed record Actor(
    int Uid, string LoginUid, string? SudoUid, string? Executable, string? Terminal, string? SshClient,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Name = null)
{
    public const string Unset = "unset";
}

/// <summary>Where a command ran.</summary>
public sealed record Host(string HostId, string BootId, int Pid);
