namespace EventDock.Projections;

using EventDock.Domain.Kernel;

/// <summary>
/// What the views have had at any time, and what stands on a layer: asked by key or by an index, but for names of what has gone.
/// </summary>
/// <param name="Containers">The last row of each container whose id begins so, there or not; no more than <see cref="Most"/>.</param>
/// <param name="Images">The same of images.</param>
/// <param name="Layers">And of layers.</param>
/// <param name="ContainersNamed">Removed ones that had this name at their end, the last first. Looks at one row of each that has been.</param>
/// <param name="ImagesWith">Images that are here and have the layer.</param>
/// <param name="ContainersOn">Containers that are here, of any of these images.</param>
/// <param name="Written">Where the paths, as bytes with a leading slash, stand among those in a thin layer's events.</param>
public sealed record PastViews(
    Func<string, CancellationToken, EitherAsync<DomainError, Seq<ContainerRow>>> Containers,
    Func<string, CancellationToken, EitherAsync<DomainError, Seq<ImageRow>>> Images,
    Func<string, CancellationToken, EitherAsync<DomainError, Seq<LayerRow>>> Layers,
    Func<string, CancellationToken, EitherAsync<DomainError, Seq<ContainerRow>>> ContainersNamed,
    Func<string, CancellationToken, EitherAsync<DomainError, Seq<LayerImage>>> ImagesWith,
    Func<Seq<string>, CancellationToken, EitherAsync<DomainError, Seq<ContainerRow>>> ContainersOn,
    Func<string, Seq<byte[]>, CancellationToken, EitherAsync<DomainError, Seq<WrittenPath>>> Written)
{
    /// <summary>So many are told apart by a longer beginning of an id.</summary>
    public const int Most = 20;
}

/// <summary>An image that has a layer.</summary>
/// <param name="Origin">As in <see cref="ImageRow"/>.</param>
/// <param name="References">Canonical; those that name it now.</param>
public sealed record LayerImage(string Id, string Origin, Seq<string> References);

/// <summary>A path in one LayerWritten.</summary>
/// <param name="Version">Of the layer's stream.</param>
public sealed record WrittenPath(long Version, string Kind, byte[] Path);
