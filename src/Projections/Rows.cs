namespace EventDock.Projections;

using EventDock.Domain.Containers;
using EventDock.Domain.Images;
using EventDock.Domain.Kernel;
using EventDock.Domain.Layers;
using EventDock.Domain.Oci;

/// <summary>One container, as <c>ps</c> and <c>inspect</c> show it. Key: its id.</summary>
/// <param name="State">docker's words: created, running, exited; and starting, between the intention and the fact.</param>
/// <param name="Created">When it happened, as are all times in rows.</param>
/// <param name="ExitCode">Null while running, and where nobody could see it.</param>
public sealed record ContainerRow(
    ContainerId Id, string Name, string Image, string ImageId, ContainerSettings Settings, DateTimeOffset Created,
    string State, int? Pid, ByteCount? StartTime, string? BootId, DateTimeOffset? StartedAt, DateTimeOffset? FinishedAt,
    int? ExitCode, bool OutOfMemory, string? Error)
{
    public const string CreatedState = "created", Starting = "starting", Running = "running", Exited = "exited";
}

/// <summary>One image. Key: its id (hex).</summary>
/// <param name="Origin">pulled, built or imported.</param>
/// <param name="Arrived">When it came to be here; its own Created is in the content.</param>
public sealed record ImageRow(string Id, string Origin, DateTimeOffset Arrived, ImageContent Content);

/// <summary>What a reference names. Key: the canonical reference.</summary>
public sealed record TagRow(string Reference, string Image, DateTimeOffset Since);

/// <summary>One layer, committed or thin. Key: its id.</summary>
/// <param name="Container">Of a thin layer; else null.</param>
/// <param name="Written">Paths recorded as written to a thin layer.</param>
/// <param name="WrittenBytes">And their bytes.</param>
public sealed record LayerRow(
    string Id, string? Container, string? Parent, Digest? DiffId, BlobRef? Blob, ByteCount Size, DateTimeOffset Created,
    ByteCount Written, ByteCount WrittenBytes);

/// <summary>The result of a build step. Key: the step's key.</summary>
public sealed record BuildStepRow(string Key, string CreatedBy, DateTimeOffset Created, string? Layer, Digest? DiffId);

/// <summary>To whom the ledger belongs. One row; key: <c>root</c>.</summary>
public sealed record RootRow(string RootId, string HostId, DateTimeOffset Since);
