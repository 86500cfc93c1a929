namespace EventDock.Tests.Properties;

using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using EventDock.Domain.Kernel;

/// <summary>
/// What docs/marten.md asks of Marten, as far as it can be tried without it: the names by which it finds a type, and a serializer
/// set up as the page sets it up.
/// </summary>
public sealed partial class MartenTests
{
    private static readonly JsonSerializerOptions AsThePageSaysIt = Options();

    [Fact]
    public void Each_alias_is_the_one_that_Marten_makes_of_the_class_and_each_type_name_is_the_class()
    {
        Assert.All(EventCodec.Kinds, kind => Assert.Equal(WordStart().Replace(kind.Type.Name, "_$1").ToLowerInvariant(), kind.Alias));
        Assert.All(EventCodec.Kinds, kind => Assert.Equal(kind.Type, Type.GetType(kind.DotNetType)));
    }

    [Fact]
    public void Each_sample_is_read_typed_and_the_same_by_such_a_serializer() =>
        Assert.All(CodecSamples.All, sample =>
        {
            var stored = EventCodec.Write(sample.Event);
            Assert.Equal(sample.Event, JsonSerializer.Deserialize(stored, EventCodec.KindOf(sample.Event).Type, AsThePageSaysIt));
        });

    private static JsonSerializerOptions Options()
    {
        // Marten's AsString and Default: this converter for enums, names as they are.
        var options = new JsonSerializerOptions { Converters = { new JsonStringEnumConverter() } };
        foreach (var converter in EventJson.Default.Options.Converters)
        {
            options.Converters.Add(converter);
        }

        return options;
    }

    [GeneratedRegex("(?<!^)([A-Z])")]
    private static partial Regex WordStart();
}
