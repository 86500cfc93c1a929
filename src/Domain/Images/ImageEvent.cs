namespace EventDock.Domain.Images;

using System.Text.Json.Serialization;
using EventDock.Domain.Kernel;
using EventDock.Domain.Oci;

/// <summary>What has happened to one image. Stream: <c>image-{id}</c>; the id is the hex digest of the config.</summary>
public abstract record ImageEvent(string Id) : DockEvent;

/// <summary>An image has come from a registry.</summary>
/// <param name="Reference">Canonical, as asked for.</param>
/// <param name="Manifest">The digest the reference stood for: of the index where there was one.</param>
/// <param name="Wire">Bytes received over the wire for it.</param>
/// <param name="Source">Null in events of before it was recorded.</param>
public sealed record ImagePulled(
    string Id, string Registry, string Reference, Digest Manifest, string Platform, ByteCount Wire, int Milliseconds,
    ImageContent Image,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] PullSource? Source = null) : ImageEvent(Id);

/// <summary>Where exactly an image came from, and what stood beside it.</summary>
/// <param name="Repository">Within the registry.</param>
/// <param name="Tag">Null where it was asked for by digest.</param>
/// <param name="Config">Digest of the configuration.</param>
/// <param name="Own">Digest of the image's own manifest: another than what was asked for where there was an index.</param>
/// <param name="Host">Who answered: the registry, or a mirror.</param>
/// <param name="Search">Whether signatures were looked for: one of the words below.</param>
/// <param name="Signatures">Those that were found, valid or not.</param>
public sealed record PullSource(
    string Repository, string? Tag, Digest Config, Digest Own, string Host, string Search, Seq<FoundSignature> Signatures)
{
    /// <summary>The configuration says not to look.</summary>
    public const string Off = "off";

    /// <summary>The registry has said what there is.</summary>
    public const string Complete = "complete";

    /// <summary>It could not be asked, or has more than is looked at.</summary>
    public const string Incomplete = "incomplete";
}

/// <summary>A signature, or what else refers to an image.</summary>
/// <param name="Digest">Of its manifest.</param>
/// <param name="Kind">cosign where it was found by cosign's tag; else the artifact type that it says it has.</param>
/// <param name="VerifiedBy">The key that verifies it, as the configuration names it; null where none does, or none was asked for.</param>
public sealed record FoundSignature(Digest Digest, string Kind, string? VerifiedBy);

/// <summary>An image has gone to a registry, which has confirmed it.</summary>
/// <param name="Repository">Within the registry.</param>
/// <param name="Manifest">The digest under which it is there.</param>
/// <param name="Wire">Bytes sent over the wire for it.</param>
/// <param name="Sent">Layers sent.</param>
/// <param name="Mounted">Layers that the registry took from another repository of its own.</param>
/// <param name="Existing">Layers that were there.</param>
public sealed record ImagePushed(
    string Id, string Registry, string Repository, string Tag, Digest Manifest, ByteCount Wire, int Sent, int Mounted, int Existing,
    int Milliseconds) : ImageEvent(Id);

/// <summary>An image has been built from a Dockerfile.</summary>
/// <param name="Base">The image FROM named; null for scratch.</param>
public sealed record ImageBuilt(string Id, string? Base, int Milliseconds, ImageContent Image) : ImageEvent(Id);

/// <summary>An image has been made from an archive of a file system.</summary>
public sealed record ImageImported(string Id, string Source, ImageContent Image) : ImageEvent(Id);

/// <summary>An image has been made of a container as it was: its thin layer upon its image's.</summary>
/// <param name="Base">The container's image.</param>
/// <param name="Paused">It was frozen meanwhile, so that the layer is that of one moment.</param>
public sealed record ImageCommitted(
    string Id, string Container, string Base, bool Paused, int Milliseconds, ImageContent Image) : ImageEvent(Id);

/// <summary>An image has come out of an archive of images.</summary>
/// <param name="Source">The archive as it was named on the command line; "-" for standard input.</param>
/// <param name="Archive">docker-archive or oci-archive.</param>
/// <param name="Manifest">What index.json names it by; null in a docker-archive, where the id alone stands for all of it.</param>
/// <param name="Bytes">Of all files in the archive.</param>
/// <param name="Milliseconds">From the first byte of the archive on.</param>
public sealed record ImageLoaded(
    string Id, string Source, string Archive, Digest? Manifest, ByteCount Bytes, int Milliseconds, ImageContent Image)
    : ImageEvent(Id);

/// <summary>The image's configuration was damaged or missing on disk, and has been fetched again.</summary>
/// <param name="Source">The reference in a registry.</param>
public sealed record ImageRepaired(string Id, string Source) : ImageEvent(Id);

/// <summary>
/// A removed image is there again, with the layers that had gone with it: they had been kept. It carries all that was known of it: its row had
/// ended.
/// </summary>
/// <param name="Origin">How it had come to be here: pulled, built, imported, committed or loaded.</param>
/// <param name="Arrived">When.</param>
public sealed record ImageRestored(string Id, string Origin, DateTimeOffset Arrived, ImageContent Image) : ImageEvent(Id);

/// <summary>The image is gone. Its layers are removed by their own events where nothing else uses them.</summary>
public sealed record ImageRemoved(string Id) : ImageEvent(Id);

/// <summary>All that is known of an image: its configuration and its layers as they stand in the store.</summary>
/// <param name="Layers">Base first.</param>
/// <param name="Size">Bytes of all layers' files.</param>
public sealed record ImageContent(
    DateTimeOffset? Created, string? Author, string Os, string Architecture, string? Variant, RunConfig Run,
    Seq<ImageLayer> Layers, Seq<HistoryEntry> History, ByteCount Size);

/// <param name="Id">The layer's id: the hex of its chain ID.</param>
public sealed record ImageLayer(string Id, Digest DiffId, ByteCount Size);
