namespace EventDock.Projections;

using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using EventDock.Domain.Images;
using EventDock.Domain.Kernel;
using EventDock.Domain.Containers;
using EventDock.Domain.Oci;

/// <summary>The stored form of rows, made at compile time.</summary>
[JsonSourceGenerationOptions(
    IgnoreReadOnlyProperties = true,
    Converters = new[]
    {
        typeof(NulSafeStringConverter), typeof(ByteCountConverter), typeof(DigestConverter), typeof(ContainerIdConverter),
        typeof(SeqConverter<string>), typeof(SeqConverter<Label>), typeof(SeqConverter<HistoryEntry>),
        typeof(SeqConverter<ImageLayer>), typeof(SeqConverter<SecretName>), typeof(MomentConverter),
        typeof(SeqConverter<ContainerMount>), typeof(SeqConverter<ContainerDevice>), typeof(SeqConverter<ContainerUlimit>),
    })]
[JsonSerializable(typeof(ContainerRow))]
[JsonSerializable(typeof(ImageRow))]
[JsonSerializable(typeof(TagRow))]
[JsonSerializable(typeof(LayerRow))]
[JsonSerializable(typeof(BuildStepRow))]
[JsonSerializable(typeof(RootRow))]
[JsonSerializable(typeof(Label))]
[JsonSerializable(typeof(HistoryEntry))]
[JsonSerializable(typeof(ImageLayer))]
[JsonSerializable(typeof(SecretName))]
[JsonSerializable(typeof(ContainerMount))]
[JsonSerializable(typeof(ContainerDevice))]
[JsonSerializable(typeof(ContainerUlimit))]
[JsonSerializable(typeof(string))]
public sealed partial class RowJson : JsonSerializerContext
{
    /// <summary>
    /// Sets up what reads the rows that nearly every command reads. It takes 2 ms, and can be done while the server has not answered yet.
    /// </summary>
    public static void SetUp()
    {
        Read(Default.RootRow);
        Read(Default.ContainerRow);
        Read(Default.TagRow);
        Read(Default.ImageRow);

        static void Read<TRow>(JsonTypeInfo<TRow> form) where TRow : class => JsonSerializer.Deserialize("null"u8, form);
    }
}
