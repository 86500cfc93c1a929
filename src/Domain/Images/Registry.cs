namespace EventDock.Domain.Images;

using System.IO;
using EventDock.Domain.Kernel;
using EventDock.Domain.Oci;

/// <summary>Registries, as functions (OCI distribution-spec, "Pull").</summary>
/// <param name="Resolve">
/// Finds the manifest and config of a reference for one platform: mirrors first, then the registry itself; every digest checked.
/// </param>
/// <param name="OpenLayer">
/// Opens a blob's body as the registry sends it (compressed). Cut-off bodies surface as an <see cref="IOException"/> of the
/// stream; digest and size are checked by whoever reads it (LayerStore.Import).
/// </param>
public sealed record Registry(
    Func<ImageReference, Platform, CancellationToken, EitherAsync<DomainError, RemoteImage>> Resolve,
    Func<RemoteImage, Descriptor, CancellationToken, EitherAsync<DomainError, Stream>> OpenLayer)
{
    /// <summary>Layers fetched at the same time.</summary>
    public Func<int> Downloads { get; init; } = () => EngineConfig.DefaultDownloads;

    /// <summary>All tags of a repository, as its registry orders them.</summary>
    public required Func<ImageReference, CancellationToken, EitherAsync<DomainError, Seq<string>>> Tags { get; init; }

    /// <summary>What refers to an image; with the payloads of its signatures where they are to be verified.</summary>
    public required Func<RemoteImage, bool, CancellationToken, EitherAsync<DomainError, SignaturesBeside>> Signatures { get; init; }

    /// <summary>The way out.</summary>
    public required RegistryPush Push { get; init; }
}

/// <summary>An image as a registry offers it.</summary>
/// <param name="Endpoint">The host that answered, a mirror perhaps, with its scheme: what OpenLayer asks again.</param>
/// <param name="Digest">Of what the reference names: the index where there is one.</param>
/// <param name="Wire">Bytes received so far (manifests and config).</param>
public sealed record RemoteImage(
    ImageReference Reference, string Endpoint, Digest Digest, byte[] ManifestBytes, Manifest Manifest, byte[] ConfigBytes,
    ImageConfig Config, long Wire);
