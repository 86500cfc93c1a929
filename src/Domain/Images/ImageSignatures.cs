namespace EventDock.Domain.Images;

using EventDock.Domain.Kernel;
using EventDock.Domain.Oci;

/// <summary>What was signed, and the signature.</summary>
public sealed record SignedPayload(byte[] Payload, byte[] Signature);

/// <summary>Something that refers to an image, with the payloads that were fetched of it.</summary>
/// <param name="Kind"><see cref="CosignKind"/>, or its artifact type.</param>
public sealed record SignatureBeside(Digest Digest, string Kind, Seq<SignedPayload> Payloads)
{
    public const string CosignKind = "cosign";
}

/// <param name="Whole">The registry has said all that there is, and all of it was looked at.</param>
public sealed record SignaturesBeside(Seq<SignatureBeside> Found, bool Whole);

/// <summary>Signatures beside images, as functions.</summary>
/// <param name="Rules">What the configuration says.</param>
/// <param name="Find">Looks for what refers to an image; with its payloads where they are to be verified.</param>
/// <param name="Key">Reads a public key: what it gives says whether a signature of a message is that key's.</param>
public sealed record ImageSignatures(
    Func<Either<DomainError, SignatureRules>> Rules,
    Func<RemoteImage, bool, CancellationToken, EitherAsync<DomainError, SignaturesBeside>> Find,
    Func<string, Either<DomainError, Func<byte[], byte[], bool>>> Key);
