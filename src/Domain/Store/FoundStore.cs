namespace EventDock.Domain.Store;

using EventDock.Domain.Layers;
using EventDock.Domain.Oci;

/// <summary>What a directory tree was or is: how many names, and a digest over what each of them is.</summary>
public sealed record TreeSum(long Entries, Digest Digest);

/// <param name="ManifestOf">Where it reads as an image's manifest, the hex of the configuration it names; else null.</param>
/// <param name="Digest">Of its bytes, where that was asked for; else null.</param>
/// <param name="Since">When its inode last changed: no later than when it got its name.</param>
public sealed record FoundBlob(long Size, string? ManifestOf, Digest? Digest, DateTimeOffset Since);

/// <param name="Record">What stands beside its files; null where it cannot be read.</param>
/// <param name="HasFiles">Its directory of files is there.</param>
/// <param name="Noted">What its tree was when it was made; null where nobody noted it.</param>
/// <param name="Walked">What its tree is; null where that was not asked for.</param>
public sealed record FoundLayer(StoredLayer? Record, bool HasFiles, TreeSum? Noted, TreeSum? Walked, DateTimeOffset Since);

/// <param name="Whole">It has all directories that a thin layer is made of.</param>
/// <param name="Layers">The layers below, as noted beside it.</param>
public sealed record FoundContainer(bool Whole, Seq<string> Layers, DateTimeOffset Since);

/// <param name="Held">Its command is alive.</param>
public sealed record StagedName(string Name, bool Held);

/// <summary>What is on disk, by name.</summary>
/// <param name="Links">Short names of layers, and the layer each leads to; empty for one that leads elsewhere.</param>
/// <param name="Mounts">Mount points below the root, relative to it.</param>
public sealed record FoundStore(
    IReadOnlyDictionary<string, FoundBlob> Blobs,
    IReadOnlyDictionary<string, FoundLayer> Layers,
    IReadOnlyDictionary<string, string> Links,
    IReadOnlyDictionary<string, FoundContainer> Containers,
    Seq<string> Mounts,
    Seq<StagedName> Staging,
    int Trash,
    IReadOnlyDictionary<string, long> Segments)
{
    /// <summary>Places that a command has claimed: dead, the next one settles it; alive, it is at it.</summary>
    public IReadOnlySet<string> Claimed { get; init; } = new System.Collections.Generic.HashSet<string>();
}

/// <summary>What is to be looked at more closely than its name.</summary>
/// <param name="Walk">Layers whose trees are walked.</param>
/// <param name="Hash">Blobs that are read.</param>
/// <param name="Large">However long they are; else only those that could be a configuration or a manifest.</param>
public sealed record LookAt(Func<string, bool> Walk, Func<string, bool> Hash, bool Large);

/// <summary>The disk's side of a check, as functions; all of them only look.</summary>
/// <param name="Look">Names and what they are.</param>
/// <param name="Prove">
/// Reads a layer's blob, compares digest, size and diffID, unpacks it beside the layer and compares the two, file by file.
/// </param>
/// <param name="Quiet">
/// Keeps commands from beginning to change things until it is disposed of; None where some are at work.
/// </param>
public sealed record StoreInspector(
    Func<LookAt, CancellationToken, EitherAsync<Kernel.DomainError, FoundStore>> Look,
    Func<StoredLayer, CancellationToken, EitherAsync<Kernel.DomainError, Seq<StoreFinding>>> Prove,
    Func<CancellationToken, EitherAsync<Kernel.DomainError, Option<IDisposable>>> Quiet);
