namespace EventDock.Adapters.Content;

using System.Buffers;
using System.Globalization;
using System.IO;
using System.Text.Json;
using EventDock.Adapters.Posix;
using EventDock.Domain.Kernel;
using EventDock.Domain.Layers;
using EventDock.Domain.Oci;
using EventDock.Domain.Store;

/// <summary><c>layers/HEX/layer.json</c>: what a layer is, beside its files.</summary>
internal static class LayerRecord
{
    internal static readonly byte[] FileName = "layer.json"u8.ToArray();

    internal static byte[] Write(StoredLayer layer, TreeSum tree)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("id", layer.Id);
            json.WriteString("parent", layer.Parent);
            json.WriteString("diffId", layer.DiffId.Value);
            json.WriteString("size", layer.Size.ToString());
            if (layer.Plain is { } plain)
            {
                json.WriteString("plainSize", plain.ToString(CultureInfo.InvariantCulture));
            }

            json.WriteStartObject("blob");
            json.WriteString("mediaType", layer.Blob.MediaType);
            json.WriteString("digest", layer.Blob.Digest.Value);
            json.WriteString("size", layer.Blob.Size.ToString());
            json.WriteEndObject();
            json.WriteStartObject("tree");
            json.WriteString("entries", tree.Entries.ToString(CultureInfo.InvariantCulture));
            json.WriteString("digest", tree.Digest.Value);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Null where there is no such layer.</summary>
    internal static StoredLayer? Read(Paths paths, string id) => Read(Path.Combine(paths.Layer(id), "layer.json"), Stored);

    /// <summary>Of a layer that is kept in the trash, by its name there.</summary>
    internal static StoredLayer? ReadKept(Paths paths, ReadOnlySpan<byte> name) =>
        Read(Path.Combine(paths.Trash, Bytes.Show(name), "layer.json"), Stored);

    private static StoredLayer? Stored(JsonElement layer)
    {
        var blob = layer.GetProperty("blob");
        return new StoredLayer(
            layer.GetProperty("id").GetString()!, layer.GetProperty("parent").GetString(), Digest(layer, "diffId"),
            new BlobRef(blob.GetProperty("mediaType").GetString()!, Digest(blob, "digest"), Size(blob, "size")), Size(layer, "size"))
        {
            Plain = layer.TryGetProperty("plainSize", out _) ? Size(layer, "plainSize") : null,
        };
    }

    /// <summary>What the layer's files were when it was made; null where an earlier version has made it, which did not note that.</summary>
    internal static TreeSum? ReadTree(Paths paths, string id) => Read(Path.Combine(paths.Layer(id), "layer.json"), layer =>
        layer.TryGetProperty("tree", out var tree)
            ? new TreeSum(long.Parse(tree.GetProperty("entries").GetString()!, CultureInfo.InvariantCulture), Digest(tree, "digest"))
            : null);

    private static T? Read<T>(string path, Func<JsonElement, T?> read) where T : class
    {
        if (Fs.ReadAll(Fs.Cwd, Bytes.Of(path)) is not { } bytes)
        {
            return null;
        }

        try
        {
            using var json = JsonDocument.Parse(bytes);
            return read(json.RootElement);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or FormatException or InvalidOperationException)
        {
            throw new RefusedException(new DomainError.BadContent(path, e.Message));
        }
    }

    private static Digest Digest(JsonElement element, string name) =>
        Domain.Oci.Digest.Parse(element.GetProperty(name).GetString()).IfLeft(error => throw new RefusedException(error));

    private static long Size(JsonElement element, string name) =>
        long.Parse(element.GetProperty(name).GetString()!, CultureInfo.InvariantCulture);
}
