namespace EventDock.Projections;

using EventDock.Domain.Kernel;

/// <summary>What stands on a layer, and what has been written in one: asked by an index.</summary>
/// <param name="ImagesWith">Images that are here and have the layer.</param>
/// <param name="ContainersOn">Containers that are here, of any of these images.</param>
/// <param name="Written">Where the paths, as bytes with a leading slash, stand among those in a thin layer's events, all that there are.</param>
public sealed record LayerUses(
    Func<string, CancellationToken, EitherAsync<DomainError, Seq<LayerImage>>> ImagesWith,
    Func<Seq<string>, CancellationToken, EitherAsync<DomainError, Seq<ContainerRow>>> ContainersOn,
    Func<string, Seq<byte[]>, CancellationToken, EitherAsync<DomainError, Seq<WrittenPath>>> Written);

/// <summary>An image that has a layer.</summary>
/// <param name="Origin">As in <see cref="ImageRow"/>.</param>
/// <param name="References">Canonical; those that name it.</param>
public sealed record LayerImage(string Id, string Origin, Seq<string> References);

/// <summary>A path in one LayerWritten.</summary>
/// <param name="Version">Of the layer's stream.</param>
public sealed record WrittenPath(long Version, string Kind, byte[] Path);
