namespace EventDock.Projections;

using System.Text.Json.Serialization;
using EventDock.Domain.Containers;
using EventDock.Domain.Images;
using EventDock.Domain.Kernel;
using EventDock.Domain.Layers;
using EventDock.Domain.Oci;

// Of the views with many versions a row's members are written in the order in which jsonb keeps them (by the length of their
// names): Postgres need not sort them, a fifth of what it takes to read a row.

/// <summary>One container, as <c>ps</c> and <c>inspect</c> show it. Key: its id.</summary>
/// <param name="State">docker's words: created, running, exited; and starting, between the intention and the fact.</param>
/// <param name="Created">When it happened, as are all times in rows.</param>
/// <param name="ExitCode">Null while running, and where nobody could see it.</param>
public sealed record ContainerRow(
    [property: JsonPropertyOrder(0)] ContainerId Id,
    [property: JsonPropertyOrder(2)] string Name,
    [property: JsonPropertyOrder(4)] string Image,
    [property: JsonPropertyOrder(9)] string ImageId,
    [property: JsonPropertyOrder(11)] ContainerSettings Settings,
    [property: JsonPropertyOrder(8)] DateTimeOffset Created,
    [property: JsonPropertyOrder(5)] string State,
    [property: JsonPropertyOrder(1)] int? Pid,
    [property: JsonPropertyOrder(12)] ByteCount? StartTime,
    [property: JsonPropertyOrder(6)] string? BootId,
    [property: JsonPropertyOrder(13)] DateTimeOffset? StartedAt,
    [property: JsonPropertyOrder(14)] DateTimeOffset? FinishedAt,
    [property: JsonPropertyOrder(10)] int? ExitCode,
    [property: JsonPropertyOrder(15)] bool OutOfMemory,
    [property: JsonPropertyOrder(3)] string? Error)
{
    /// <summary>docker's word for an exit code that nobody could see.</summary>
    public const int UnseenCode = 255;

    public const string CreatedState = "created", Starting = "starting", Running = "running", Exited = "exited", PausedState = "paused";

    /// <summary>Of a container that is shown though it is not there any more: no row of the view has it.</summary>
    public const string Removed = "removed";

    /// <summary>It runs, and its processes are frozen. Not written where it is not so: as in rows of before there was a pause.</summary>
    [JsonPropertyOrder(7)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Paused { get; init; }

    /// <summary>docker's word for how it stands: the state, or paused.</summary>
    public string Status => Paused ? PausedState : State;

    /// <summary>The process that was last started; null before the first, and of one that has ended.</summary>
    public ProcessIdentity? Process => this is { Pid: { } pid, StartTime: { } start, BootId: { } boot } ? new(pid, start.Value, boot) : null;
}

/// <summary>One image. Key: its id (hex).</summary>
/// <param name="Origin">pulled, built, imported, committed or loaded.</param>
/// <param name="Arrived">When it came to be here; its own Created is in the content.</param>
public sealed record ImageRow(string Id, string Origin, DateTimeOffset Arrived, ImageContent Content);

/// <summary>What a reference names. Key: the canonical reference.</summary>
public sealed record TagRow(
    [property: JsonPropertyOrder(2)] string Reference,
    [property: JsonPropertyOrder(0)] string Image,
    [property: JsonPropertyOrder(1)] DateTimeOffset Since);

/// <summary>One layer, committed or thin. Key: its id.</summary>
/// <param name="Container">Of a thin layer; else null.</param>
/// <param name="Written">Paths recorded as written to a thin layer.</param>
/// <param name="WrittenBytes">And their bytes.</param>
public sealed record LayerRow(
    [property: JsonPropertyOrder(0)] string Id,
    [property: JsonPropertyOrder(7)] string? Container,
    [property: JsonPropertyOrder(4)] string? Parent,
    [property: JsonPropertyOrder(3)] Digest? DiffId,
    [property: JsonPropertyOrder(1)] BlobRef? Blob,
    [property: JsonPropertyOrder(2)] ByteCount Size,
    [property: JsonPropertyOrder(5)] DateTimeOffset Created,
    [property: JsonPropertyOrder(6)] ByteCount Written,
    [property: JsonPropertyOrder(8)] ByteCount WrittenBytes);

/// <summary>The result of a build step. Key: the step's key.</summary>
public sealed record BuildStepRow(string Key, string CreatedBy, DateTimeOffset Created, string? Layer, Digest? DiffId);

/// <summary>To whom the ledger belongs. One row; key: <c>root</c>.</summary>
public sealed record RootRow(string RootId, string HostId, DateTimeOffset Since);
