namespace EventDock.Domain.Layers;

using System.IO;
using EventDock.Domain.Containers;
using EventDock.Domain.Kernel;
using EventDock.Domain.Oci;

/// <summary>
/// Layers and blobs on disk, as functions. Whatever one of them says it has made is complete, verified, fsynced and renamed
/// to its final name: the event comes after. What a killed command leaves is a staging name, cleared by the next one.
/// </summary>
/// <param name="Has">The committed layer is unpacked under its id.</param>
/// <param name="Import">
/// Reads an archive as it comes, checks blob digest, size and diffID while it streams, keeps the blob and unpacks it.
/// A layer that is there already is not unpacked again (the source is then not read).
/// </param>
/// <param name="Commit">
/// Makes a committed layer of an overlay upper directory (which is used up): its reproducible archive as a blob, its files
/// under the new layer's id. None where the directory holds no change.
/// </param>
/// <param name="Describe">What is known of a layer on disk.</param>
/// <param name="Discard">Renames the layer and its blob into the trash and empties that. Done by name, repeatable.</param>
public sealed record LayerStore(
    Func<string, bool> Has,
    Func<LayerImport, CancellationToken, EitherAsync<DomainError, StoredLayer>> Import,
    Func<LayerCommit, CancellationToken, EitherAsync<DomainError, Option<StoredLayer>>> Commit,
    Func<string, CancellationToken, EitherAsync<DomainError, StoredLayer>> Describe,
    Func<string, CancellationToken, EitherAsync<DomainError, Unit>> Discard)
{
    /// <summary>
    /// Makes a committed layer of a container's thin layer, which stays as it is: the container's id, and the layer below. None where
    /// nothing is in it.
    /// </summary>
    public required Func<string, string?, CancellationToken, EitherAsync<DomainError, Option<StoredLayer>>> CommitThin { get; init; }

    /// <summary>Ids of removed layers that are kept, whole and with their blobs.</summary>
    public required Func<CancellationToken, EitherAsync<DomainError, Seq<string>>> Kept { get; init; }

    /// <summary>
    /// Puts a kept one and its blob back into their places, claimed for this command; one that is there is described. None where it is not kept
    /// (any more).
    /// </summary>
    public required Func<string, CancellationToken, EitherAsync<DomainError, Option<StoredLayer>>> Bring { get; init; }
}

/// <summary>A committed layer as it stands in the store.</summary>
/// <param name="Id">Hex of the chain ID.</param>
/// <param name="Size">Bytes of the regular files in it.</param>
public sealed record StoredLayer(string Id, string? Parent, Digest DiffId, BlobRef Blob, ByteCount Size)
{
    /// <summary>Bytes of its uncompressed archive; null of a layer that was made before this was noted.</summary>
    public long? Plain { get; init; }
}

/// <param name="Blob">What the manifest promises; null for an archive of which nothing is known (import).</param>
/// <param name="DiffId">What the config promises; null likewise.</param>
/// <param name="Open">Opens the compressed stream; called once, and only when it is needed.</param>
/// <param name="Progress">Told the bytes read so far, and how far the layer is.</param>
public sealed record LayerImport(
    string? Parent, Descriptor? Blob, Digest? DiffId, Func<CancellationToken, EitherAsync<DomainError, Stream>> Open,
    Action<LayerProgress> Progress)
{
    /// <summary>The archive as a file in the root's staging, written and hashed by us: it becomes the blob as it is.</summary>
    public Images.StagedFile? Staged { get; init; }
}

/// <summary>How far a layer is.</summary>
public sealed record LayerProgress(long Bytes, LayerStep Step);

/// <summary>What happens to a layer on its way in.</summary>
public enum LayerStep
{
    /// <summary>Another command makes this very layer, and is waited for.</summary>
    Waiting,

    Reading,

    /// <summary>All of it has come, and has the digest that was promised.</summary>
    Received,

    /// <summary>It is there, unpacked.</summary>
    Unpacked,
}

/// <param name="Upper">Absolute path of an upper directory in a workspace of EventDock's own.</param>
public sealed record LayerCommit(string? Parent, string Upper)
{
    /// <summary>It is a container's, and stays as it is.</summary>
    public bool Stays { get; init; }
}

/// <summary>Small blobs (manifests, configs, change lists) by their digest.</summary>
/// <param name="Read">Reads at most the given number of bytes, and checks the digest.</param>
public sealed record BlobStore(
    Func<string, ReadOnlyMemory<byte>, CancellationToken, EitherAsync<DomainError, BlobRef>> Write,
    Func<Digest, int, CancellationToken, EitherAsync<DomainError, byte[]>> Read,
    Func<Digest, CancellationToken, EitherAsync<DomainError, Unit>> Discard)
{
    /// <summary>Opens any blob, unchecked: whoever reads it knows its digest. It can be wound back and forth.</summary>
    public required Func<Digest, CancellationToken, EitherAsync<DomainError, Stream>> Open { get; init; }

    /// <summary>It is there, or is kept though it has been removed.</summary>
    public required Func<Digest, CancellationToken, EitherAsync<DomainError, bool>> IsKept { get; init; }

    /// <summary>Puts a kept one back, claimed for this command. False where it is neither there nor kept (any more).</summary>
    public required Func<Digest, CancellationToken, EitherAsync<DomainError, bool>> Bring { get; init; }
}

/// <summary>The thin layers of containers: <c>containers/ID/</c> with upper, work and merged.</summary>
/// <param name="Create">Makes the directories, fsynced, and keeps the ids of the layers below (base first): a path that they have is
/// changed, not added. Repeatable.</param>
/// <param name="Scan">What has changed since the last scan, which it replaces; see <see cref="ThinLayerDelta"/>.</param>
/// <param name="Settle">Makes the scan the one that the next is compared with, once its event is recorded.</param>
/// <param name="Discard">Renames the container's directory into the trash.</param>
public sealed record ThinLayerStore(
    Func<string, Seq<string>, CancellationToken, EitherAsync<DomainError, Unit>> Create,
    Func<string, CancellationToken, EitherAsync<DomainError, ThinLayerDelta>> Scan,
    Func<string, CancellationToken, EitherAsync<DomainError, Unit>> Settle,
    Func<string, CancellationToken, EitherAsync<DomainError, Unit>> Discard)
{
    /// <summary>The layer as it is now against all that lies below it, and a scan, in one walk.</summary>
    public required Func<string, CancellationToken, EitherAsync<DomainError, ThinLook>> Look { get; init; }

    /// <summary>
    /// Notes that this command has the container's processes frozen (true) or no longer has (false): should it die meanwhile, nobody has
    /// asked for a pause.
    /// </summary>
    public required Func<string, bool, CancellationToken, EitherAsync<DomainError, Unit>> NoteFrozen { get; init; }

    /// <summary>Such a note is there.</summary>
    public required Func<string, bool> NotedFrozen { get; init; }

    /// <summary>Ids of the removed containers whose thin layers are kept whole, the last removed first.</summary>
    public required Func<CancellationToken, EitherAsync<DomainError, Seq<string>>> Kept { get; init; }

    /// <summary>Where a kept one lies: its files, and the container's log; None where it is not kept.</summary>
    public required Func<string, CancellationToken, EitherAsync<DomainError, Option<string>>> KeptAt { get; init; }

    /// <summary>
    /// Puts a kept one back into its place, claimed for the container, and gives what puts it where it was. None where it has just been
    /// taken away.
    /// </summary>
    public required Func<string, CancellationToken, EitherAsync<DomainError, Option<Func<EitherAsync<DomainError, Unit>>>>> Bring { get; init; }
}

/// <summary>The difference between two scans of a thin layer.</summary>
/// <param name="Changes">Sorted by path; all of them.</param>
/// <param name="Incomplete">Why it is not whole; null where it is.</param>
public sealed record ThinLayerDelta(Seq<PathChange> Changes, BlobRef? ChangeList, string? Incomplete)
{
    public static readonly ThinLayerDelta None = new(Seq<PathChange>(), null, null);

    public bool IsEmpty => Changes.IsEmpty && Incomplete is null;
}

/// <summary>
/// A place to build a layer in: overlay over the given layers, mounted at <see cref="Merged"/>. A staging name: should the
/// command die, the next one unmounts and removes it (after ending what still runs in it).
/// </summary>
public sealed record Workspace(string Id, string Upper, string Merged)
{
    /// <summary>Twelve hex digits, as a container is shown: the host name of what runs in it.</summary>
    public string Short => Id.Split('-')[^1][..12];
}

/// <param name="Open">Over the layers, base first (none for scratch).</param>
/// <param name="CopyIn">Copies from a build context into the mounted workspace, resolving inside both.</param>
/// <param name="MakeDirectory">WORKDIR: makes the directory inside the root, 0755 root, where it is missing.</param>
/// <param name="Unmount">So that the upper directory can be committed.</param>
/// <param name="Close">Unmounts and removes what is left. Repeatable.</param>
public sealed record WorkspaceStore(
    Func<Seq<string>, CancellationToken, EitherAsync<DomainError, Workspace>> Open,
    Func<Workspace, CopyPlan, CancellationToken, EitherAsync<DomainError, Unit>> CopyIn,
    Func<Workspace, string, CancellationToken, EitherAsync<DomainError, Unit>> MakeDirectory,
    Func<Workspace, CancellationToken, EitherAsync<DomainError, Unit>> Unmount,
    Func<Workspace, CancellationToken, EitherAsync<DomainError, Unit>> Close)
{
    /// <summary>A container's thin layer over its layers (base first), read-only, and nothing that could change it.</summary>
    public required Func<string, Seq<string>, CancellationToken, EitherAsync<DomainError, Workspace>> View { get; init; }

    /// <summary>A container's root for cp; where it does not run, it must not be started before it is closed.</summary>
    public required Func<SeenRoot, CancellationToken, EitherAsync<DomainError, Workspace>> See { get; init; }
}

/// <summary>
/// Files of a build context and where they go. Matched against the context already: sources are paths relative to it.
/// </summary>
/// <param name="Context">Absolute path of the context directory.</param>
/// <param name="Destination">Absolute within the image.</param>
/// <param name="IntoDirectory">The destination is a directory (it ends in a slash, or there are several sources).</param>
public sealed record CopyPlan(string Context, Seq<string> Sources, string Destination, bool IntoDirectory, Seq<string> Ignored);

/// <summary>Reads a build context.</summary>
/// <param name="Match">COPY's sources (Go filepath.Match patterns) against the context: the paths, sorted; .dockerignore obeyed.</param>
/// <param name="Hash">One digest over names, types, modes and content of the given paths, however the host orders them.</param>
/// <param name="FromTar">Unpacks a context that came as a tar into a staging directory, whose path it gives.</param>
public sealed record BuildContext(
    Func<string, Seq<string>, Seq<string>, CancellationToken, EitherAsync<DomainError, Seq<string>>> Match,
    Func<string, Seq<string>, Seq<string>, CancellationToken, EitherAsync<DomainError, Digest>> Hash,
    Func<Stream, CancellationToken, EitherAsync<DomainError, string>> FromTar);

/// <summary>
/// The store's lock (flock on a file under the root). Shared: while layers are checked to be there and the events that name
/// them are appended. Exclusive: while layers are declared gone and renamed away. Held for milliseconds, never for a download.
/// </summary>
public sealed record StoreLock(Func<bool, CancellationToken, EitherAsync<DomainError, IDisposable>> Take);
