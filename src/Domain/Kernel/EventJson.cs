namespace EventDock.Domain.Kernel;

using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using EventDock.Domain.Builds;
using EventDock.Domain.Containers;
using EventDock.Domain.Images;
using EventDock.Domain.Layers;
using EventDock.Domain.Ledger;
using EventDock.Domain.Oci;
using EventDock.Domain.Roots;
using EventDock.Domain.Store;

/// <summary>The serializers of all events, made at compile time (a native build has no reflection to make them from).</summary>
[JsonSourceGenerationOptions(
    IgnoreReadOnlyProperties = true,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip,
    Converters = new[]
    {
        typeof(NulSafeStringConverter), typeof(ByteCountConverter), typeof(DigestConverter), typeof(ContainerIdConverter),
        typeof(SeqConverter<string>), typeof(SeqConverter<Label>), typeof(SeqConverter<HistoryEntry>),
        typeof(SeqConverter<ImageLayer>), typeof(SeqConverter<PathChange>), typeof(SeqConverter<SecretName>),
        typeof(SeqConverter<FoundSignature>), typeof(SeqConverter<ContainerMount>), typeof(SeqConverter<ContainerDevice>),
        typeof(SeqConverter<ContainerUlimit>),
        typeof(MomentConverter),
    })]
[JsonSerializable(typeof(RootInitialized))]
[JsonSerializable(typeof(RootAdopted))]
[JsonSerializable(typeof(CommandRefused))]
[JsonSerializable(typeof(CommandUndone))]
[JsonSerializable(typeof(LayerCreated))]
[JsonSerializable(typeof(LayerWritten))]
[JsonSerializable(typeof(LayerQuotaReached))]
[JsonSerializable(typeof(LayerContentRemoved))]
[JsonSerializable(typeof(LayerRestored))]
[JsonSerializable(typeof(LayerRemoved))]
[JsonSerializable(typeof(LayerRepaired))]
[JsonSerializable(typeof(ImageRepaired))]
[JsonSerializable(typeof(ImagePulled))]
[JsonSerializable(typeof(ImagePushed))]
[JsonSerializable(typeof(ImageBuilt))]
[JsonSerializable(typeof(ImageImported))]
[JsonSerializable(typeof(ImageCommitted))]
[JsonSerializable(typeof(ImageLoaded))]
[JsonSerializable(typeof(ImageRemoved))]
[JsonSerializable(typeof(ImageRestored))]
[JsonSerializable(typeof(ImageTagged))]
[JsonSerializable(typeof(ImageUntagged))]
[JsonSerializable(typeof(BuildStepCompleted))]
[JsonSerializable(typeof(ContainerCreated))]
[JsonSerializable(typeof(ContainerStartRequested))]
[JsonSerializable(typeof(ContainerStarted))]
[JsonSerializable(typeof(ContainerStartFailed))]
[JsonSerializable(typeof(ContainerSignalled))]
[JsonSerializable(typeof(ContainerExited))]
[JsonSerializable(typeof(ContainerPaused))]
[JsonSerializable(typeof(ContainerCopiedOut))]
[JsonSerializable(typeof(ContainerCopiedIn))]
[JsonSerializable(typeof(ContainerExported))]
[JsonSerializable(typeof(ContainerAttached))]
[JsonSerializable(typeof(StorePruned))]
[JsonSerializable(typeof(ContainerUnpaused))]
[JsonSerializable(typeof(ContainerRenamed))]
[JsonSerializable(typeof(ContainerRestored))]
[JsonSerializable(typeof(ContainerRemoved))]
[JsonSerializable(typeof(ExecRequested))]
[JsonSerializable(typeof(ExecStarted))]
[JsonSerializable(typeof(ExecFailed))]
[JsonSerializable(typeof(ExecExited))]
[JsonSerializable(typeof(ForeignEventFound))]
[JsonSerializable(typeof(Redacted))]
[JsonSerializable(typeof(SegmentSealed))]
[JsonSerializable(typeof(SegmentRewritten))]
[JsonSerializable(typeof(SegmentDropped))]
[JsonSerializable(typeof(BookmarkSet))]
[JsonSerializable(typeof(BookmarkRemoved))]
[JsonSerializable(typeof(EventHeaders))]
[JsonSerializable(typeof(Label))]
[JsonSerializable(typeof(HistoryEntry))]
[JsonSerializable(typeof(ImageLayer))]
[JsonSerializable(typeof(PathChange))]
[JsonSerializable(typeof(SecretName))]
[JsonSerializable(typeof(FoundSignature))]
[JsonSerializable(typeof(ContainerMount))]
[JsonSerializable(typeof(ContainerDevice))]
[JsonSerializable(typeof(ContainerUlimit))]
[JsonSerializable(typeof(string))]
public sealed partial class EventJson : JsonSerializerContext;

/// <summary>Writes a NUL as U+2400 "␀": jsonb refuses U+0000 (PostgreSQL manual, 8.14), and losing the event would be worse.</summary>
public sealed class NulSafeStringConverter : JsonConverter<string>
{
    public override string? Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) => reader.GetString();

    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.Contains('\0') ? value.Replace('\0', '\u2400') : value);
}

public sealed class ByteCountConverter : JsonConverter<ByteCount>
{
    public override ByteCount Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String
        && long.TryParse(reader.GetString(), System.Globalization.CultureInfo.InvariantCulture, out var value)
            ? new ByteCount(value)
            : throw new JsonException("a byte count is a number written as text");

    public override void Write(Utf8JsonWriter writer, ByteCount value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToString());
}

public sealed class DigestConverter : JsonConverter<Digest>
{
    public override Digest? Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) =>
        Digest.Parse(reader.GetString()).Match(Right: d => d, Left: _ => throw new JsonException("not a digest"));

    public override void Write(Utf8JsonWriter writer, Digest value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.Value);
}

public sealed class ContainerIdConverter : JsonConverter<ContainerId>
{
    public override ContainerId? Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) =>
        ContainerId.Parse(reader.GetString()).Match(Right: d => d, Left: _ => throw new JsonException("not a container id"));

    public override void Write(Utf8JsonWriter writer, ContainerId value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.Value);
}

/// <summary>Times as RFC 3339, UTC, microseconds: one form, whatever wrote it.</summary>
public sealed class MomentConverter : JsonConverter<DateTimeOffset>
{
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) =>
        reader.GetDateTimeOffset().ToUniversalTime();

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
        writer.WriteStringValue(Rfc3339.Micros(value));
}

/// <summary>LanguageExt's Seq writes as JSON but does not read; this does both.</summary>
public sealed class SeqConverter<T> : JsonConverter<Seq<T>>
{
    public override Seq<T> Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            throw new JsonException("an array is expected");
        }

        var element = (JsonTypeInfo<T>)options.GetTypeInfo(typeof(T));
        var items = new List<T>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            items.Add(JsonSerializer.Deserialize(ref reader, element) ?? throw new JsonException("null in an array"));
        }

        return items.ToSeq();
    }

    public override void Write(Utf8JsonWriter writer, Seq<T> value, JsonSerializerOptions options)
    {
        var element = (JsonTypeInfo<T>)options.GetTypeInfo(typeof(T));
        writer.WriteStartArray();
        foreach (var item in value)
        {
            JsonSerializer.Serialize(writer, item, element);
        }

        writer.WriteEndArray();
    }
}
