namespace EventDock.Domain.Images;

using EventDock.Domain.Kernel;
using EventDock.Domain.Oci;

/// <summary>What has happened to one image. Stream: <c>image-{id}</c>; the id is the hex digest of the config.</summary>
public abstract record ImageEvent(string Id) : DockEvent;

/// <summary>An image has come from a registry.</summary>
/// <param name="Reference">Canonical, as asked for.</param>
/// <param name="Manifest">The digest the reference stood for: of the index where there was one.</param>
/// <param name="Wire">Bytes received over the wire for it.</param>
public sealed record ImagePulled(
    string Id, string Registry, string Reference, Digest Manifest, string Platform, ByteCount Wire, int Milliseconds,
    ImageContent Image) : ImageEvent(Id);

/// <summary>An image has been built from a Dockerfile.</summary>
/// <param name="Base">The image FROM named; null for scratch.</param>
public sealed record ImageBuilt(string Id, string? Base, int Milliseconds, ImageContent Image) : ImageEvent(Id);

/// <summary>An image has been made from an archive of a file system.</summary>
public sealed record ImageImported(string Id, string Source, ImageContent Image) : ImageEvent(Id);

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
