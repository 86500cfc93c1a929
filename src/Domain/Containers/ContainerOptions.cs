namespace EventDock.Domain.Containers;

using System.Text.Json.Serialization;
using EventDock.Domain.Kernel;
using EventDock.Domain.Oci;

/// <summary>What a container was given beyond docker's defaults; the rest says nothing.</summary>
/// <param name="Ipc">host, shareable, none or container:ID; null for a namespace of its own.</param>
/// <param name="Pid">host or container:ID; null for a namespace of its own.</param>
/// <param name="Uts">Likewise.</param>
/// <param name="Attach">stdin, stdout, stderr: what was asked for with -a; empty where nothing was.</param>
/// <param name="CapAdd">As typed, like CapDrop.</param>
/// <param name="Labels">The image's, and those given over them, in the order of their keys.</param>
/// <param name="CidFile">Where its id was written.</param>
/// <param name="ShmSize">Bytes of /dev/shm; null for docker's 64 MiB.</param>
/// <param name="Sysctls">name=value.</param>
/// <param name="GroupAdd">Names or numbers.</param>
/// <param name="Annotations">name=value.</param>
/// <param name="SecurityOpt">As typed; the file of seccomp=FILE is kept beside the thin layer.</param>
/// <param name="StopTimeout">Seconds between the stop signal and the kill.</param>
/// <param name="StartFilesFrom">Whose files its layer began with (--from); null where it began empty.</param>
/// <param name="RecordContent">Each LayerWritten keeps the layer's files, too (--record content).</param>
/// <remarks>In the order in which jsonb keeps members, which Postgres then need not sort.</remarks>
public sealed record ContainerOptions(
    string? Ipc, string? Pid, string? Uts, bool Init, Seq<string> Attach, Seq<string> CapAdd, Seq<Label> Labels,
    Seq<ContainerMount> Mounts, Seq<string> CapDrop, string? CidFile, Seq<ContainerDevice> Devices, string? Runtime,
    ByteCount? ShmSize, Seq<string> Sysctls, Seq<ContainerUlimit> Ulimits, Seq<string> GroupAdd, bool ReadOnly,
    string? LogDriver, string? Domainname, bool Privileged, Seq<string> Annotations, Seq<string> SecurityOpt, int? StopTimeout,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool RecordContent = false,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] RecordedFiles? StartFilesFrom = null)
{
    public static readonly ContainerOptions None = new(
        null, null, null, false, Seq<string>(), Seq<string>(), Seq<Label>(), Seq<ContainerMount>(), Seq<string>(), null,
        Seq<ContainerDevice>(), null, null, Seq<string>(), Seq<ContainerUlimit>(), Seq<string>(), false, null, null, false,
        Seq<string>(), Seq<string>(), null);

    /// <summary>Nothing in it says anything.</summary>
    public bool SaysNothing =>
        Ipc is null && Pid is null && Uts is null && !Init && Attach.IsEmpty && CapAdd.IsEmpty && Labels.IsEmpty && Mounts.IsEmpty
        && CapDrop.IsEmpty && CidFile is null && Devices.IsEmpty && Runtime is null && ShmSize is null && Sysctls.IsEmpty
        && Ulimits.IsEmpty && GroupAdd.IsEmpty && !ReadOnly && LogDriver is null && Domainname is null && !Privileged
        && Annotations.IsEmpty && SecurityOpt.IsEmpty && StopTimeout is null && !RecordContent && StartFilesFrom is null;
}

/// <summary>The files of a container's thin layer, as they were recorded.</summary>
/// <param name="Content">Digest of the archive; null where nothing had been written.</param>
/// <param name="Position">Of the event that recorded them; of the layer's first event where nothing had been written.</param>
/// <param name="Container">The container's id.</param>
public sealed record RecordedFiles(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Digest? Content, ByteCount Position, string Container);

/// <summary>Something that is mounted into a container.</summary>
/// <param name="Form">volume, mount or tmpfs: the flag that it was given with.</param>
/// <param name="Type">bind or tmpfs.</param>
/// <param name="Source">Absolute path on the host; empty for a tmpfs.</param>
/// <param name="Target">Absolute path inside.</param>
/// <param name="Options">-v's mode or --tmpfs' options, as typed; of --mount type=tmpfs what the options come to.</param>
/// <param name="Propagation">Of a bind mount: rprivate, rslave, shared …; else empty.</param>
/// <param name="NonRecursive">Mounts below the source are left out.</param>
public sealed record ContainerMount(
    string Form, string Type, string Source, string Target, string Options, bool ReadOnly, string Propagation, bool NonRecursive)
{
    public const string Bind = "bind", Tmpfs = "tmpfs", Private = "rprivate";

    public const string OfVolume = "volume", OfMount = "mount", OfTmpfs = "tmpfs";
}

/// <summary>A device of the host's, or a directory of devices.</summary>
/// <param name="Permissions">Of r, w and m.</param>
public sealed record ContainerDevice(string PathOnHost, string Permissions, string PathInContainer);

/// <summary>A resource limit of setrlimit(2).</summary>
/// <param name="Hard">-1 is unlimited.</param>
/// <param name="Name">nofile, core …</param>
/// <param name="Soft">-1 is unlimited.</param>
public sealed record ContainerUlimit(ByteCount Hard, string Name, ByteCount Soft);
