namespace EventDock.Domain.Oci;

using System.Buffers;
using System.Text.Json;
using EventDock.Domain.Kernel;

/// <summary>The files that make a directory or an archive an OCI image layout (OCI image-spec, image-layout.md).</summary>
public static class OciLayout
{
    public const string Kind = "oci-archive";
    public const string LayoutFile = "oci-layout";
    public const string IndexFile = "index.json";

    private const string Version = "1.0.0";
    private const string FullName = "io.containerd.image.name";
    private const string RefName = "org.opencontainers.image.ref.name";

    /// <summary>Where a blob stands.</summary>
    public static string BlobFile(Digest digest) => $"blobs/sha256/{digest.Hex}";

    /// <summary>oci-layout's content.</summary>
    public static byte[] Layout => System.Text.Encoding.ASCII.GetBytes($"{{\"imageLayoutVersion\":\"{Version}\"}}");

    public static Either<DomainError, Unit> Check(ReadOnlyMemory<byte> layout) =>
        StrictJson.Read<Unit>(LayoutFile, layout, 4096, (shape, root) =>
            shape.Text(root, "imageLayoutVersion") is var version && version.StartsWith("1.", StringComparison.Ordinal)
                ? unit
                : new DomainError.NotSupported($"version '{version}' of an OCI layout"));

    /// <summary>
    /// The name that an entry of index.json gives its image. containerd's annotation holds a whole name; the specification's may
    /// be a tag alone, of what nobody says, and counts only where it is more than that.
    /// </summary>
    public static string? NameOf(JsonShape shape, JsonElement entry) =>
        shape.OptionalObject(entry, "annotations") is not { } annotations ? null
        : shape.OptionalText(annotations, FullName) is { Length: > 0 } full ? full
        : shape.OptionalText(annotations, RefName) is { } name && name.AsSpan().IndexOfAny(':', '/') >= 0 ? name
        : null;

    /// <param name="images">Manifests, each as often as it has names; once where it has none.</param>
    public static byte[] WriteIndex(Seq<(Descriptor Manifest, Option<ImageReference> Name)> images)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, ManifestJson.Plain))
        {
            json.WriteStartObject();
            json.WriteNumber("schemaVersion", 2);
            json.WriteString("mediaType", MediaType.OciIndex);
            json.WriteStartArray("manifests");
            foreach (var (manifest, name) in images)
            {
                json.WriteStartObject();
                json.WriteString("mediaType", manifest.MediaType);
                json.WriteString("digest", manifest.Digest.Value);
                json.WriteNumber("size", manifest.Size);
                name.IfSome(n =>
                {
                    json.WriteStartObject("annotations");
                    json.WriteString(FullName, n.Canonical);
                    json.WriteString(RefName, n.Tag ?? "latest");
                    json.WriteEndObject();
                });
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }
}
