namespace EventDock.Engine;

using EventDock.Domain.Images;
using EventDock.Domain.Kernel;
using EventDock.Domain.Layers;
using EventDock.Domain.Oci;
using EventDock.Projections;

/// <summary>A container, and what it stands on.</summary>
/// <param name="Name">The last it had, up to the moment that is told of.</param>
/// <param name="Image">As typed.</param>
/// <param name="Made">ContainerCreated.</param>
/// <param name="Started">ContainerStartRequested, by other commands than the one that made it: the last.</param>
/// <param name="Renamed">The last ContainerRenamed.</param>
/// <param name="Removed">None while it is here.</param>
/// <param name="Thin">Its own layer, as far as it is recorded.</param>
public sealed record CausedContainer(
    string Id, string Name, string Image, string ImageId, Seq<string> Arguments, Recorded<DockEvent> Made, Option<Recorded<DockEvent>> Started,
    Option<Recorded<DockEvent>> Renamed, Option<Recorded<DockEvent>> Removed, Option<LayerRow> Thin, Option<CausedTag> Tag,
    Option<CausedImage> From);

/// <summary>What a name meant when a container was made of it.</summary>
/// <param name="Then">The move that had given it its meaning.</param>
/// <param name="Since">Its moves after that, oldest first.</param>
public sealed record CausedTag(string Reference, Recorded<DockEvent> Then, Seq<Recorded<DockEvent>> Since);

/// <summary>An image, and where it came from.</summary>
/// <param name="Content">None where the event that had it has been redacted.</param>
/// <param name="Arrived">How it came: ImagePulled, ImageBuilt, ImageImported, ImageCommitted, ImageLoaded; once for each time.</param>
/// <param name="Removed">None while it is here, or was at the moment that is told of.</param>
/// <param name="Steps">Its own: what stands on the image below is that one's.</param>
/// <param name="Base">The image that it was built on.</param>
/// <param name="Of">The container that it was committed from.</param>
public sealed record CausedImage(
    string Id, Option<ImageContent> Content, Seq<Recorded<DockEvent>> Arrived, Option<Recorded<DockEvent>> Removed, Seq<CausedStep> Steps,
    Option<CausedImage> Base, Option<CausedContainer> Of)
{
    /// <summary>The image and those below it.</summary>
    public IEnumerable<CausedImage> Chain()
    {
        yield return this;
        foreach (var below in (Base | Of.Bind(container => container.From)).Match(Some: image => image.Chain(), None: () => []))
        {
            yield return below;
        }
    }
}

/// <summary>One instruction in the making of an image.</summary>
/// <param name="Entry">None where the history does not say which layer is whose.</param>
/// <param name="Layer">None where it made none.</param>
/// <param name="Came">The LayerCreated by which the layer came to be here.</param>
public sealed record CausedStep(Option<HistoryEntry> Entry, Option<ImageLayer> Layer, Option<Recorded<DockEvent>> Came);

/// <summary>A layer of images, and where it came from.</summary>
/// <param name="Came">The last first.</param>
public sealed record CausedLayer(LayerRow Row, bool Here, Seq<LayerCame> Came, Seq<LayerImage> Images, Seq<ContainerRow> Containers);

/// <param name="Event">LayerCreated.</param>
/// <param name="With">What the same command recorded it for: an image that came, or steps of a build.</param>
public sealed record LayerCame(Recorded<DockEvent> Event, Seq<Recorded<DockEvent>> With);

/// <summary>What is the cause of what.</summary>
/// <param name="Path">Of one file, where it was asked for.</param>
public sealed record Cause(
    Option<CausedContainer> Container, Option<CausedImage> Image, Option<CausedLayer> Layer, Option<CausedPath> Path);

/// <summary>A path, and who brought what is seen there.</summary>
/// <param name="Asked">As it was asked for.</param>
/// <param name="Trace">Where it leads, and what each layer has there; a version's layer is an index into the image's layers, and one more for the container's own.</param>
/// <param name="Brought">Of each version of the trace, in its order, who brought it.</param>
/// <param name="Source">By what it is told what the container's own layer had.</param>
public sealed record CausedPath(byte[] Asked, PathTrace Trace, Seq<Brought> Brought, ThinSource Source);

/// <summary>What tells what a container's own layer has at a path.</summary>
public enum ThinSource
{
    /// <summary>The layer, or there is none in question.</summary>
    Seen,

    /// <summary>It is no longer there: what was recorded of it.</summary>
    Gone,

    /// <summary>A moment of the past was asked for: what had been recorded by then.</summary>
    Then,
}

/// <summary>Who brought one version of a file, or took it away.</summary>
public abstract record Brought
{
    private Brought()
    {
    }

    /// <summary>A layer of an image.</summary>
    /// <param name="Image">The one in the chain that has the step as its own; None where it is not known.</param>
    /// <param name="Thin">Of a committed layer: the record of the container's own layer that had it.</param>
    public sealed record ByLayer(string Layer, Option<string> Image, Option<CausedStep> Step, Option<ThinRecord> Thin) : Brought;

    /// <summary>A container's own layer.</summary>
    /// <param name="Record">None where nothing was recorded of it yet, or not of how it is now.</param>
    /// <param name="Changed">The record there is tells of something else than what is seen now.</param>
    public sealed record ByThin(Option<ThinRecord> Record, bool Changed) : Brought;
}

/// <summary>A LayerWritten that has a path.</summary>
/// <param name="Change">What it says of the path; None where it says that something above it went.</param>
public sealed record ThinRecord(Recorded<DockEvent> Event, Option<PathChange> Change);
