namespace EventDock.Domain.Images;

using System.IO;
using EventDock.Domain.Kernel;
using EventDock.Domain.Oci;

/// <summary>A repository that has answered: what is pushed goes there.</summary>
/// <param name="Endpoint">Scheme, host and port: never a mirror.</param>
public sealed record PushTarget(ImageReference Repository, string Endpoint);

/// <summary>A blob that a repository is to have.</summary>
/// <param name="Elsewhere">Repositories of the same registry (paths) that are known to have had it.</param>
/// <param name="Open">Opens its bytes; the stream can be wound back and forth.</param>
/// <param name="Progress">Told the bytes that are there so far.</param>
public sealed record PushBlob(
    Descriptor Blob, Seq<string> Elsewhere, Func<CancellationToken, EitherAsync<DomainError, Stream>> Open, Action<long> Progress);

/// <summary>How a repository came to have a blob.</summary>
public abstract record PushedBlob
{
    private PushedBlob() { }

    /// <summary>It was there.</summary>
    public sealed record Existing : PushedBlob;

    /// <summary>The registry took it from another repository of its own.</summary>
    public sealed record Mounted(string From) : PushedBlob;

    /// <param name="Bytes">Sent over the wire, those that were sent again included.</param>
    public sealed record Sent(long Bytes) : PushedBlob;
}

/// <summary>Registries, as the functions of a push (OCI distribution-spec, "Push").</summary>
/// <param name="Open">Finds the registry itself: a mirror is not pushed to.</param>
/// <param name="Blob">Sees to it that the repository has a blob; the registry has checked its digest.</param>
/// <param name="Manifest">Puts a manifest under a tag. The digest is the one that the registry knows it by.</param>
public sealed record RegistryPush(
    Func<ImageReference, CancellationToken, EitherAsync<DomainError, PushTarget>> Open,
    Func<PushTarget, PushBlob, CancellationToken, EitherAsync<DomainError, PushedBlob>> Blob,
    Func<PushTarget, string, string, byte[], CancellationToken, EitherAsync<DomainError, Digest>> Manifest)
{
    /// <summary>Layers sent at the same time.</summary>
    public Func<int> Uploads { get; init; } = () => EngineConfig.DefaultUploads;
}
