namespace EventDock.Domain.Layers;

using EventDock.Domain.Kernel;
using EventDock.Domain.Oci;

/// <summary>Committed layers as they stand on disk, as functions that only look.</summary>
/// <param name="Directory">Where a layer's files are; it need not be there.</param>
/// <param name="Files">Everything in a layer, parents first, names in the order of their bytes.</param>
/// <param name="Compare">What one stack of layers shows otherwise than another, in the same order.</param>
public sealed record LayerReader(
    Func<string, string> Directory,
    Func<string, Func<LayerFile, Unit>, CancellationToken, EitherAsync<DomainError, Unit>> Files,
    Func<LayerComparison, Func<FileChange, Unit>, CancellationToken, EitherAsync<DomainError, Unit>> Compare)
{
    /// <summary>Which layers have a path, and which take it away.</summary>
    public required Func<PathQuery, CancellationToken, EitherAsync<DomainError, PathTrace>> Trace { get; init; }

    /// <summary>All paths of a LayerWritten, from the blob that it names.</summary>
    public required Func<BlobRef, CancellationToken, EitherAsync<DomainError, Seq<PathChange>>> Changes { get; init; }

    /// <summary>Some files of a kept thin layer, by their paths without a leading slash; text up to so many bytes.</summary>
    public required Func<BlobRef, Seq<byte[]>, int, CancellationToken, EitherAsync<DomainError, Seq<KeptFile>>> Kept { get; init; }
}

/// <summary>Two stacks of layers, base first each.</summary>
/// <param name="Text">Up to how many bytes a text file is read whole, to be compared line by line; 0: none is.</param>
public sealed record LayerComparison(Seq<string> Before, Seq<string> After, int Text)
{
    /// <summary>Layers that both have at their base: what they show there is the same.</summary>
    public int Shared => Before.Zip(After).TakeWhile(both => both.Item1 == both.Item2).Count();
}
