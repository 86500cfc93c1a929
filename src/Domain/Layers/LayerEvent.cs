namespace EventDock.Domain.Layers;

using System.Text.Json.Serialization;
using EventDock.Domain.Kernel;
using EventDock.Domain.Oci;

/// <summary>
/// What has happened to one layer. Stream: <c>layer-{id}</c>. A committed layer's id is the hex of its chain ID, a thin
/// layer's the id of its container.
/// </summary>
public abstract record LayerEvent(string Id) : DockEvent;

/// <summary>A layer has come to be: a committed one of an image, or the active (thin) one of a container.</summary>
/// <param name="Container">The container whose thin layer it is; null for a committed layer.</param>
/// <param name="Parent">The id of the layer below; null for the lowest.</param>
/// <param name="DiffId">Null for a thin layer.</param>
/// <param name="Blob">The archive it was unpacked from, as kept; null for a thin layer.</param>
/// <param name="Size">Bytes of the files in it.</param>
public sealed record LayerCreated(
    string Id, string? Container, string? Parent, Digest? DiffId, BlobRef? Blob, ByteCount Size) : LayerEvent(Id);

/// <summary>A blob in the content store.</summary>
public sealed record BlobRef(string MediaType, Digest Digest, ByteCount Size);

/// <summary>What has changed in a thin layer since the last LayerWritten (or since it was made).</summary>
/// <param name="Cause">exit, stop, exec, pause, cp, diff, commit or interval.</param>
/// <param name="Bytes">Of the files added or changed, by their size.</param>
/// <param name="ChangeList">The whole list, a blob; null where nothing changed.</param>
/// <param name="Changes">The first 10,000 of them.</param>
/// <param name="Incomplete">Why the list is not whole (budget of time or bytes); null where it is.</param>
/// <param name="Content">All files of the layer as they were then, an archive; null where it is not kept.</param>
/// <param name="ContentLeftOut">Why not, where it was asked for; else null.</param>
public sealed record LayerWritten(
    string Id, string Cause, int Added, int Modified, int Deleted, ByteCount Bytes, BlobRef? ChangeList,
    Seq<PathChange> Changes, string? Incomplete,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] BlobRef? Content = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? ContentLeftOut = null) : LayerEvent(Id)
{
    public const int MostInline = 10_000;

    /// <summary>An event for who asks for none of the paths; every other one as it is.</summary>
    public static Recorded<DockEvent> WithoutPaths(Recorded<DockEvent> recorded) =>
        recorded.Event is LayerWritten { Changes.IsEmpty: false } written
            ? recorded with { Event = written with { Changes = Seq<PathChange>() } }
            : recorded;
}

/// <summary>One path of a thin layer that has changed.</summary>
/// <param name="Kind">A, C or D, as docker diff has them.</param>
/// <param name="Path">From the root, with a leading slash; base64 of the bytes where <paramref name="Base64"/> is set.</param>
/// <param name="Size">Bytes of a regular file; else 0.</param>
/// <param name="Digest">Of a regular file's content, where it was small enough to be read.</param>
/// <param name="NotRead">Why there is no digest of a regular file; else null.</param>
/// <param name="Executable">A regular file that its mode lets somebody execute. In events of before it was recorded: false.</param>
public sealed record PathChange(
    string Kind, string Path, bool Base64, string Type, ByteCount Size, Digest? Digest, string? NotRead,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool Executable = false);

/// <summary>The container's quota of recorded paths is used up: from here on its LayerWritten carry counts alone.</summary>
public sealed record LayerQuotaReached(string Id, ByteCount RecordedPaths) : LayerEvent(Id);

/// <summary>The layer or its blob was damaged or missing, and is again what it was when it came to be.</summary>
/// <param name="Damage">files or blob.</param>
/// <param name="Source">Where it was taken from: blob, or the reference in a registry.</param>
public sealed record LayerRepaired(string Id, string Damage, string Source) : LayerEvent(Id);

/// <summary>A removed container's thin layer is there again, as it was.</summary>
/// <param name="Created">When it came to be.</param>
/// <param name="Written">Paths recorded so far.</param>
/// <param name="WrittenBytes">And their bytes.</param>
/// <param name="Content">The archive that its files were taken from; null where its directory had been kept.</param>
public sealed record LayerRestored(
    string Id, string? Parent, DateTimeOffset Created, ByteCount Written, ByteCount WrittenBytes, bool QuotaReached,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Digest? Content = null) : LayerEvent(Id);

/// <summary>The kept contents of a removed container's thin layer are gone: nothing brings it back any more.</summary>
/// <param name="Bytes">Of all its archives.</param>
public sealed record LayerContentRemoved(string Id, ByteCount Bytes) : LayerEvent(Id);

/// <summary>The layer is gone: nothing uses it any more, or its container was removed.</summary>
public sealed record LayerRemoved(string Id) : LayerEvent(Id);
