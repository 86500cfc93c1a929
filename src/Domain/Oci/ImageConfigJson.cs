namespace EventDock.Domain.Oci;

using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using EventDock.Domain.Kernel;

/// <summary>
/// An image's configuration as bytes (OCI image-spec, config.md; Docker's image spec 1.2 has the same fields). The digest of
/// what <see cref="Write"/> gives is the id of an image that was made here.
/// </summary>
public static class ImageConfigJson
{
    public const int MaxBytes = 8 * 1024 * 1024;

    /// <summary>
    /// Reads a configuration as forgivingly as docker does where nothing can be misunderstood: nulls for empty, Cmd and
    /// Entrypoint as one text (images of 2013), no os (linux), year 1 for an unknown time, history shorter than the layers;
    /// a history entry that claims a layer beyond the last one is taken as empty. Anything else is BadContent.
    /// </summary>
    public static Either<DomainError, ImageConfig> Parse(ReadOnlyMemory<byte> bytes) =>
        StrictJson.Read<ImageConfig>("image config", bytes, MaxBytes, (shape, root) => Read(shape, root));

    private static ImageConfig Read(JsonShape shape, JsonElement root)
    {
        var platform = new Platform(
            shape.OptionalText(root, "os") is { Length: > 0 } os ? os : "linux",
            shape.OptionalText(root, "architecture") ?? "",
            NotEmpty(shape.OptionalText(root, "variant")));
        var diffIds = DiffIds(shape, root);
        return new ImageConfig(
            Moment(shape, root, "created"), NotEmpty(shape.OptionalText(root, "author")), platform,
            shape.OptionalObject(root, "config") is { } run ? Run(shape, run) : RunConfig.Empty,
            diffIds, History(shape, root, diffIds.Count));
    }

    private static RunConfig Run(JsonShape shape, JsonElement run) =>
        new(Env: shape.Texts(run, "Env"),
            Entrypoint: Words(shape, run, "Entrypoint"),
            Cmd: Words(shape, run, "Cmd"),
            WorkingDir: shape.OptionalText(run, "WorkingDir") ?? "",
            User: shape.OptionalText(run, "User") ?? "",
            StopSignal: NotEmpty(shape.OptionalText(run, "StopSignal")),
            Labels: Labels(shape, run),
            ExposedPorts: shape.Keys(run, "ExposedPorts"),
            Volumes: shape.Keys(run, "Volumes"),
            More: ImageConfigMore.Read(shape, run));

    private static Seq<string> Words(JsonShape shape, JsonElement run, string name) =>
        JsonShape.Member(run, name) is { ValueKind: JsonValueKind.String } one ? Seq1(one.GetString()!) : shape.Texts(run, name);

    private static Seq<Label> Labels(JsonShape shape, JsonElement run) =>
        shape.OptionalObject(run, "Labels") is { } labels
            ? labels.EnumerateObject().OrderBy(m => m.Name, StringComparer.Ordinal)
                .Select(m => new Label(m.Name, shape.OptionalText(labels, m.Name) ?? "")).ToArray().ToSeq()
            : Seq<Label>();

    private static Seq<Digest> DiffIds(JsonShape shape, JsonElement root)
    {
        if (shape.OptionalObject(root, "rootfs") is not { } rootfs)
        {
            return shape.Wrong("rootfs", "an object", Seq<Digest>());
        }

        if (shape.OptionalText(rootfs, "type") is not (null or "layers"))
        {
            shape.Complain("'rootfs' is not of type 'layers'");
        }

        var diffIds = new List<Digest>();
        foreach (var text in shape.Texts(rootfs, "diff_ids"))
        {
            Digest.Parse(text).Match(
                Right: diffIds.Add,
                Left: _ => shape.Complain("'diff_ids' are not sha256: and 64 lower-case hex digits each"));
        }

        return diffIds.ToSeq();
    }

    private static Seq<HistoryEntry> History(JsonShape shape, JsonElement root, int layers)
    {
        var history = new List<HistoryEntry>();
        foreach (var item in shape.Items(root, "history"))
        {
            if (item.ValueKind != JsonValueKind.Object)
            {
                return shape.Wrong("history", "an array of objects", Seq<HistoryEntry>());
            }

            var empty = shape.Flag(item, "empty_layer") || layers == 0;
            layers -= empty ? 0 : 1;
            history.Add(new(
                Moment(shape, item, "created"), shape.OptionalText(item, "created_by") ?? "",
                NotEmpty(shape.OptionalText(item, "comment")), NotEmpty(shape.OptionalText(item, "author")), empty));
        }

        return history.ToSeq();
    }

    /// <summary>RFC 3339 in UTC, to 100 ns; Go writes year 1 for a time that is not known.</summary>
    private static DateTimeOffset? Moment(JsonShape shape, JsonElement of, string name)
    {
        if (JsonShape.Member(of, name) is not { } value)
        {
            return null;
        }

        return value.ValueKind == JsonValueKind.String && value.TryGetDateTimeOffset(out var at)
            ? at.UtcDateTime == DateTime.MinValue ? null : at.ToUniversalTime()
            : shape.Wrong<DateTimeOffset?>(name, "a time (RFC 3339)", null);
    }

    private static string? NotEmpty(string? text) => text is "" ? null : text;

    /// <summary>The one form in which EventDock writes a configuration: no spaces, keys in Docker's order, nothing that is empty.</summary>
    public static byte[] Write(ImageConfig config)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteString("architecture", config.Platform.Architecture);
            WriteText(json, "author", config.Author);
            json.WritePropertyName("config");
            WriteRun(json, config.Run);
            WriteMoment(json, config.Created);
            json.WriteStartArray("history");
            foreach (var entry in config.History)
            {
                json.WriteStartObject();
                WriteMoment(json, entry.Created);
                WriteText(json, "created_by", entry.CreatedBy);
                WriteText(json, "author", entry.Author);
                WriteText(json, "comment", entry.Comment);
                if (entry.Empty)
                {
                    json.WriteBoolean("empty_layer", true);
                }

                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteString("os", config.Platform.Os);
            json.WriteStartObject("rootfs");
            json.WriteString("type", "layers");
            WriteList(json, "diff_ids", config.DiffIds.Map(d => d.Value), evenEmpty: true);
            json.WriteEndObject();
            WriteText(json, "variant", config.Platform.Variant);
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    private static void WriteRun(Utf8JsonWriter json, RunConfig run)
    {
        json.WriteStartObject();
        WriteText(json, "User", run.User);
        WriteSet(json, "ExposedPorts", run.ExposedPorts);
        WriteList(json, "Env", run.Env);
        WriteList(json, "Cmd", run.Cmd);
        ImageConfigMore.WriteHealthcheck(json, run.More?.Healthcheck);
        WriteSet(json, "Volumes", run.Volumes);
        WriteText(json, "WorkingDir", run.WorkingDir);
        WriteList(json, "Entrypoint", run.Entrypoint);
        WriteList(json, "OnBuild", run.More?.OnBuild ?? Seq<string>());
        if (!run.Labels.IsEmpty)
        {
            json.WriteStartObject("Labels");
            foreach (var label in run.Labels.OrderBy(l => l.Key, StringComparer.Ordinal))
            {
                json.WriteString(label.Key, label.Value);
            }

            json.WriteEndObject();
        }

        WriteText(json, "StopSignal", run.StopSignal);
        WriteList(json, "Shell", run.More?.Shell ?? Seq<string>());
        json.WriteEndObject();
    }

    private static void WriteText(Utf8JsonWriter json, string name, string? value)
    {
        if (!string.IsNullOrEmpty(value))
        {
            json.WriteString(name, value);
        }
    }

    private static void WriteMoment(Utf8JsonWriter json, DateTimeOffset? at)
    {
        if (at is { } moment)
        {
            json.WriteString("created", moment.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture));
        }
    }

    internal static void WriteList(Utf8JsonWriter json, string name, Seq<string> values, bool evenEmpty = false)
    {
        if (values.IsEmpty && !evenEmpty)
        {
            return;
        }

        json.WriteStartArray(name);
        foreach (var value in values)
        {
            json.WriteStringValue(value);
        }

        json.WriteEndArray();
    }

    private static void WriteSet(Utf8JsonWriter json, string name, Seq<string> keys)
    {
        if (keys.IsEmpty)
        {
            return;
        }

        json.WriteStartObject(name);
        foreach (var key in keys.Order(StringComparer.Ordinal))
        {
            json.WriteStartObject(key);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }
}
