namespace EventDock.Domain.Oci;

using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using EventDock.Domain.Kernel;

/// <summary>
/// Manifests and indexes as bytes (OCI image-spec, manifest.md and image-index.md; Docker's image manifest version 2,
/// schema 2, and manifest list).
/// </summary>
public static class ManifestJson
{
    /// <summary>The distribution-spec has registries accept 4 MiB; nothing that is an image comes near it.</summary>
    public const int MaxBytes = 4 * 1024 * 1024;

    /// <summary>The + of a media type stays one.</summary>
    internal static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Reads a manifest or index. What lies is BadContent, what is no image is NotAnImage, an image of 2014 NotSupported.</summary>
    /// <param name="contentType">What the registry called it; null or a general type leaves it to the document.</param>
    public static Either<DomainError, ManifestOrIndex> Parse(ReadOnlyMemory<byte> bytes, string? contentType) =>
        StrictJson.Read<ManifestOrIndex>("manifest", bytes, MaxBytes, (shape, root) => Read(shape, root, Bare(contentType)));

    /// <summary>The one form in which EventDock writes a manifest: no spaces, Docker's order of keys.</summary>
    public static byte[] Write(Manifest manifest)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Plain))
        {
            json.WriteStartObject();
            json.WriteNumber("schemaVersion", 2);
            json.WriteString("mediaType", manifest.MediaType);
            json.WritePropertyName("config");
            WriteDescriptor(json, manifest.Config);
            json.WriteStartArray("layers");
            foreach (var layer in manifest.Layers)
            {
                WriteDescriptor(json, layer);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    private static void WriteDescriptor(Utf8JsonWriter json, Descriptor descriptor)
    {
        json.WriteStartObject();
        json.WriteString("mediaType", descriptor.MediaType);
        json.WriteNumber("size", descriptor.Size);
        json.WriteString("digest", descriptor.Digest.Value);
        json.WriteEndObject();
    }

    private static Either<DomainError, ManifestOrIndex> Read(JsonShape shape, JsonElement root, string? contentType)
    {
        var own = shape.OptionalText(root, "mediaType");
        if (contentType is SchemaOne or SchemaOneSigned || own is SchemaOne or SchemaOneSigned
            || JsonShape.Member(root, "schemaVersion") is { ValueKind: JsonValueKind.Number } v && v.TryGetInt32(out var version) && version == 1)
        {
            return new DomainError.NotSupported("an image manifest of schema 1");
        }

        if (shape.Count(root, "schemaVersion") != 2)
        {
            shape.Complain("'schemaVersion' is not 2");
        }

        // manifest.md and image-index.md, "mediaType": the two must agree, or one document is two things (CVE-2021-41190).
        if (own is not null && contentType is not null && own != contentType)
        {
            shape.Complain($"'mediaType' is '{own}' but it came as '{contentType}'");
        }

        var (hasManifests, hasLayers) = (Has(root, "manifests"), Has(root, "layers") || Has(root, "config") || Has(root, "fsLayers"));
        if (hasManifests && hasLayers)
        {
            shape.Complain("is an image and an index at once");
        }

        return (contentType ?? own ?? (hasManifests ? MediaType.OciIndex : MediaType.OciManifest)) switch
        {
            MediaType.OciManifest or MediaType.DockerManifest when hasManifests => Lies(shape, "says it is an image but holds an index"),
            MediaType.OciIndex or MediaType.DockerList when hasLayers => Lies(shape, "says it is an index but holds an image"),
            MediaType.OciManifest => Image(shape, root, MediaType.OciManifest),
            MediaType.DockerManifest => Image(shape, root, MediaType.DockerManifest),
            MediaType.OciIndex or MediaType.DockerList => Index(shape, root),
            var other => new DomainError.NotSupported($"a manifest of type '{other}'"),
        };
    }

    private static Either<DomainError, ManifestOrIndex> Lies(JsonShape shape, string fault)
    {
        shape.Complain(fault);
        return new DomainError.BadContent("manifest", fault);
    }

    private static Either<DomainError, ManifestOrIndex> Index(JsonShape shape, JsonElement root)
    {
        var entries = new List<IndexEntry>();
        foreach (var item in shape.Items(root, "manifests"))
        {
            var platform = shape.OptionalObject(item, "platform") is { } p
                ? new Platform(shape.Text(p, "os"), shape.Text(p, "architecture"), NotEmpty(shape.OptionalText(p, "variant")))
                : null;
            if (Descriptor(shape, item, "manifests") is { } descriptor)
            {
                entries.Add(new(descriptor, platform) { Name = OciLayout.NameOf(shape, item) });
            }
        }

        return new ManifestOrIndex.Index(entries.ToSeq());
    }

    private static Either<DomainError, ManifestOrIndex> Image(JsonShape shape, JsonElement root, string mediaType)
    {
        if (shape.OptionalObject(root, "config") is not { } configItem || Descriptor(shape, configItem, "config") is not { } config)
        {
            shape.Complain("'config' is not a descriptor");
            return new DomainError.BadContent("manifest", "'config' is not a descriptor");
        }

        // Early Docker clients pushed configs as octet-stream; everything else that is no image config is some other artifact.
        if (config.MediaType is not (MediaType.OciConfig or MediaType.DockerConfig)
            && !(mediaType == MediaType.DockerManifest && config.MediaType == "application/octet-stream"))
        {
            return new DomainError.NotAnImage("manifest", shape.OptionalText(root, "artifactType") is { Length: > 0 } type ? type : config.MediaType);
        }

        if (!Has(root, "layers"))
        {
            shape.Wrong("layers", "an array", 0);
        }

        var layers = new List<Descriptor>();
        foreach (var item in shape.Items(root, "layers"))
        {
            if (Descriptor(shape, item, "layers") is not { } layer)
            {
                continue;
            }

            if (layer.MediaType is not (MediaType.OciLayer or MediaType.OciLayerGzip or MediaType.OciLayerZstd
                or MediaType.DockerLayer or MediaType.DockerLayerGzip or MediaType.DockerLayerZstd))
            {
                // Signatures and attestations call themselves images, and have layers of their own kind.
                return ArtifactName.Of(layer.MediaType) is null
                    ? new DomainError.NotSupported($"a layer of type '{layer.MediaType}'")
                    : new DomainError.NotAnImage("manifest", layer.MediaType);
            }

            layers.Add(layer);
        }

        return new ManifestOrIndex.Single(new Manifest(mediaType, config, layers.ToSeq()));
    }

    /// <summary>descriptor.md; null where it is none, and then the shape has a complaint.</summary>
    private static Descriptor? Descriptor(JsonShape shape, JsonElement of, string where)
    {
        if (of.ValueKind != JsonValueKind.Object)
        {
            return shape.Wrong<Descriptor?>(where, "a list of descriptors", null);
        }

        var (type, text, size) = (shape.Text(of, "mediaType"), shape.Text(of, "digest"), shape.Count(of, "size"));
        return Digest.Parse(text).MatchUnsafe<Descriptor?>(
            Right: digest => new(type, digest, size),
            Left: _ => shape.Wrong<Descriptor?>("digest", "sha256: and 64 lower-case hex digits", null));
    }

    private static bool Has(JsonElement root, string name) => JsonShape.Member(root, name) is not null;

    private static string? NotEmpty(string? text) => text is "" ? null : text;

    /// <summary>Without parameters; null for the types that say nothing (a file server's guess, an old registry's).</summary>
    private static string? Bare(string? contentType)
    {
        var bare = contentType?.Split(';')[0].Trim().ToLowerInvariant();
        return bare is null or "" or "application/json" or "text/plain" or "text/html" or "application/octet-stream" ? null : bare;
    }

    private const string SchemaOne = "application/vnd.docker.distribution.manifest.v1+json";
    private const string SchemaOneSigned = "application/vnd.docker.distribution.manifest.v1+prettyjws";
}
