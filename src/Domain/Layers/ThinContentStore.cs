namespace EventDock.Domain.Layers;

using EventDock.Domain.Kernel;
using EventDock.Domain.Oci;

/// <summary>All files of a thin layer, kept as an archive; or why they are not.</summary>
/// <param name="Blob">Null where they are not kept.</param>
/// <param name="LeftOut">Null where they are.</param>
public sealed record KeptContent(BlobRef? Blob, string? LeftOut);

/// <summary>The files of thin layers beyond the layers themselves (--record content). Which containers have asked for it is noted on disk.</summary>
/// <param name="IsAsked">Costs one look at the disk.</param>
/// <param name="All">Containers that have asked for it, removed ones included, as long as something may be kept of them.</param>
/// <param name="Keep">The layer as it is at this moment. What cannot be kept is no failure: what has been written is recorded without.</param>
/// <param name="Refill">
/// Makes the container's directory anew over these layers (base first), with the files of the archive, checked; empty where there is none.
/// It is claimed for the container.
/// </param>
public sealed record ThinContentStore(
    Func<string, bool> IsAsked,
    Func<string, CancellationToken, EitherAsync<DomainError, Unit>> Ask,
    Func<CancellationToken, EitherAsync<DomainError, Seq<string>>> All,
    Func<string, CancellationToken, EitherAsync<DomainError, KeptContent>> Keep,
    Func<string, Seq<string>, Option<Digest>, CancellationToken, EitherAsync<DomainError, Unit>> Refill,
    Func<string, CancellationToken, EitherAsync<DomainError, Unit>> Forget);
