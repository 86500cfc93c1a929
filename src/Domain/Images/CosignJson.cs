namespace EventDock.Domain.Images;

using EventDock.Domain.Kernel;
using EventDock.Domain.Ledger;
using EventDock.Domain.Oci;

/// <param name="Payload">The blob that was signed.</param>
public sealed record CosignLayer(Descriptor Payload, byte[] Signature);

/// <param name="Kind">Its artifact type, or else its media type.</param>
public sealed record Referrer(Descriptor Manifest, string Kind);

/// <summary>
/// Signatures as documents: cosign's manifests (cosign, specs/SIGNATURE_SPEC.md), the payload of simple signing (containers/image,
/// docs/containers-signature.5.md), and the list of what refers to an image (distribution-spec, "Listing Referrers").
/// </summary>
public static class CosignJson
{
    public const string PayloadType = "application/vnd.dev.cosign.simplesigning.v1+json";
    public const string ArtifactType = "application/vnd.dev.cosign.artifact.sig.v1+json";
    public const int MaxPayloadBytes = 1024 * 1024;

    private const string Annotation = "dev.cosignproject.cosign/signature";
    private const int LongestKind = 200;

    /// <summary>The tag under which cosign keeps an image's signatures.</summary>
    public static string Tag(Digest image) => $"sha256-{image.Hex}.sig";

    /// <summary>The layers of a signature's manifest that hold one.</summary>
    public static Either<DomainError, Seq<CosignLayer>> Layers(byte[] manifest) =>
        StrictJson.Read<Seq<CosignLayer>>("signature", manifest, ManifestJson.MaxBytes, (shape, root) =>
        {
            var layers = new List<CosignLayer>();
            foreach (var item in shape.Items(root, "layers"))
            {
                if (shape.OptionalText(item, "mediaType") == PayloadType
                    && shape.OptionalObject(item, "annotations") is { } annotations
                    && shape.OptionalText(annotations, Annotation) is { } signature)
                {
                    StrictBase64.Parse(signature).IfSome(bytes => Digest.Parse(shape.Text(item, "digest")).IfRight(digest =>
                        layers.Add(new(new Descriptor(PayloadType, digest, shape.Count(item, "size")), bytes))));
                }
            }

            return layers.ToSeq();
        });

    public static Either<DomainError, Seq<Referrer>> Referrers(byte[] index) =>
        StrictJson.Read<Seq<Referrer>>("referrers", index, ManifestJson.MaxBytes, (shape, root) =>
        {
            var found = new List<Referrer>();
            foreach (var item in shape.Items(root, "manifests"))
            {
                var type = shape.OptionalText(item, "mediaType") ?? "";
                var kind = shape.OptionalText(item, "artifactType") is { Length: > 0 } artifact ? artifact : type;
                Digest.Parse(shape.Text(item, "digest")).Match(
                    Right: digest => found.Add(new(
                        new Descriptor(type, digest, shape.Count(item, "size")), kind.Length <= LongestKind ? kind : kind[..LongestKind])),
                    Left: _ => shape.Complain("'digest' is none"));
            }

            return found.ToSeq();
        });

    /// <summary>
    /// Whether a payload is about this image. A signature of another image, or of this one under another name, says nothing of it.
    /// </summary>
    /// <param name="repository">The repository that it must name: with a tag or without.</param>
    public static bool IsAbout(byte[] payload, Digest image, string repository) =>
        StrictJson.Read<bool>("payload", payload, MaxPayloadBytes, (shape, root) =>
        {
            if (shape.OptionalObject(root, "critical") is not { } critical
                || shape.OptionalObject(critical, "image") is not { } signed
                || shape.OptionalObject(critical, "identity") is not { } identity)
            {
                return false;
            }

            return shape.Text(critical, "type") is "cosign container image signature" or "atomic container signature"
                && shape.Text(signed, "docker-manifest-digest") == image.Value
                && ImageReference.Parse(shape.Text(identity, "docker-reference")).Match(Right: r => r.Repository == repository, Left: _ => false);
        }).IfLeft(false);
}
