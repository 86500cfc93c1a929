namespace EventDock.Cli.Output;

using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using EventDock.Domain.Images;
using EventDock.Domain.Kernel;
using EventDock.Domain.Layers;
using EventDock.Domain.Oci;
using EventDock.Engine;
using EventDock.Projections;

/// <summary>A chain of cause for programs: ids, digests and command lines in full.</summary>
internal static class CauseJson
{
    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Of(Cause cause) => Line(new JsonObject
    {
        ["Container"] = Node(cause.Container, Container),
        ["Image"] = Node(cause.Image, Image),
        ["Layer"] = Node(cause.Layer, Layer),
        ["Path"] = Node(cause.Path, File),
    });

    /// <summary>One line of JSON, fit for a terminal.</summary>
    public static string Line(JsonObject value) => TerminalText.EscapeJson(value.ToJsonString(Relaxed)) + "\n";

    private static JsonObject Container(CausedContainer c) => new()
    {
        ["Id"] = c.Id,
        ["Name"] = c.Name,
        ["Image"] = c.Image,
        ["ImageId"] = c.ImageId,
        ["Arguments"] = Texts(c.Arguments),
        ["Made"] = Event(c.Made),
        ["Started"] = Node(c.Started, Event),
        ["Renamed"] = Node(c.Renamed, Event),
        ["Removed"] = Node(c.Removed, Event),
        ["Written"] = Node(c.Thin, thin => new JsonObject { ["Paths"] = thin.Written.Value, ["Bytes"] = thin.WrittenBytes.Value }),
        ["Tag"] = Node(c.Tag, tag => new JsonObject { ["Reference"] = tag.Reference, ["Then"] = Event(tag.Then), ["Since"] = All(tag.Since, Event) }),
        ["From"] = Node(c.From, Image),
    };

    private static JsonObject Image(CausedImage image) => new()
    {
        ["Id"] = image.Id,
        ["Arrived"] = All(image.Arrived, Arrived),
        ["Removed"] = Node(image.Removed, Event),
        ["Steps"] = All(image.Steps, Step),
        ["Base"] = Node(image.Base, Image),
        ["Of"] = Node(image.Of, Container),
    };

    private static JsonObject Arrived(Recorded<DockEvent> e)
    {
        var told = Event(e);
        switch (e.Event)
        {
            case ImagePulled p:
                (told["Registry"], told["Reference"], told["Manifest"]) = (p.Registry, p.Reference, p.Manifest.Value);
                told["Search"] = p.Source?.Search;
                told["Signatures"] = p.Source is null ? null : All(p.Source.Signatures, s => new JsonObject
                {
                    ["Digest"] = s.Digest.Value, ["Kind"] = s.Kind, ["VerifiedBy"] = s.VerifiedBy,
                });
                break;
            case ImageBuilt b:
                told["Base"] = b.Base;
                break;
            case ImageImported i:
                told["Source"] = i.Source;
                break;
            case ImageCommitted c:
                told["Container"] = c.Container;
                break;
            case ImageLoaded l:
                (told["Source"], told["Archive"]) = (l.Source, l.Archive);
                break;
        }

        return told;
    }

    private static JsonObject Step(CausedStep step) => new()
    {
        ["CreatedBy"] = Node(step.Entry, entry => entry.CreatedBy),
        ["Created"] = Node(step.Entry, entry => entry.Created is { } at ? Rfc3339.Micros(at) : null),
        ["Comment"] = Node(step.Entry, entry => entry.Comment),
        ["Layer"] = Node(step.Layer, layer => new JsonObject
        {
            ["Id"] = layer.Id, ["DiffId"] = layer.DiffId.Value, ["Size"] = layer.Size.Value,
        }),
        ["Came"] = Node(step.Came, Event),
    };

    private static JsonObject Layer(CausedLayer layer) => new()
    {
        ["Id"] = layer.Row.Id,
        ["DiffId"] = layer.Row.DiffId?.Value,
        ["Parent"] = layer.Row.Parent,
        ["Size"] = layer.Row.Size.Value,
        ["Here"] = layer.Here,
        ["Came"] = All(layer.Came, came => new JsonObject { ["Event"] = Event(came.Event), ["With"] = All(came.With, Event) }),
        ["Images"] = All(layer.Images, image => new JsonObject
        {
            ["Id"] = image.Id, ["Origin"] = image.Origin, ["References"] = Texts(image.References),
        }),
        ["Containers"] = All(layer.Containers, container => new JsonObject
        {
            ["Id"] = container.Id.Value, ["Name"] = container.Name, ["State"] = container.Status,
        }),
    };

    private static JsonObject File(CausedPath file) => new()
    {
        ["Asked"] = Adapters.Posix.Bytes.Show(file.Asked),
        ["Path"] = PathText.Exact(file.Trace.Path) ?? PathText.Show(file.Trace.Path),
        ["Links"] = All(file.Trace.Links, link => new JsonObject
        {
            ["Path"] = PathText.Show(link.Path), ["Target"] = Adapters.Posix.Bytes.Show(link.Target),
        }),
        ["Versions"] = All(
            file.Trace.Versions.Zip(file.Brought).Reverse().ToArray().ToSeq().Strict(),
            pair => new JsonObject { ["Type"] = FileFields.Word(pair.Item1.File.Type), ["Size"] = pair.Item1.File.Size, ["Brought"] = By(pair.Item2) }),
        ["ThinGone"] = file.Source == ThinSource.Gone,
        ["AsRecorded"] = file.Source != ThinSource.Seen,
    };

    public static JsonObject By(Brought brought) => brought switch
    {
        Brought.ByLayer by => new JsonObject
        {
            ["Layer"] = by.Layer, ["Image"] = Node(by.Image, id => id), ["Step"] = Node(by.Step, Step), ["Thin"] = Node(by.Thin, Record),
        },
        Brought.ByThin by => new JsonObject { ["Thin"] = Node(by.Record, Record), ["Changed"] = by.Changed },
        _ => throw new System.Diagnostics.UnreachableException($"no JSON for {brought.GetType().Name}"),
    };

    private static JsonObject Record(ThinRecord record)
    {
        var told = Event(record.Event);
        told["Cause"] = (record.Event.Event as LayerWritten)?.Cause;
        told["Kind"] = record.Change.Match(Some: change => change.Kind, None: () => "D");
        told["Digest"] = record.Change.MatchUnsafe<string?>(Some: change => change.Digest?.Value, None: () => null);
        return told;
    }

    private static JsonObject Event(Recorded<DockEvent> e) => new()
    {
        ["Position"] = e.Position,
        ["Type"] = EventCodec.NameOf(e.Event),
        ["Id"] = e.Id.ToString("D"),
        ["Occurred"] = Rfc3339.Micros(e.Occurred),
        ["Recorded"] = Rfc3339.Micros(e.At),
        ["Command"] = e.Origin.Command.ToString("D"),
        ["Line"] = Texts(e.Origin.Line),
        ["Actor"] = JsonNode.Parse(JsonSerializer.Serialize(e.Origin.Actor, EventJson.Default.Actor)),
        ["Host"] = e.Origin.Host.HostId,
        ["Reason"] = e.Origin.Reason,
    };

    private static JsonArray Texts(Seq<string> texts) => new(texts.Map(text => (JsonNode?)text).ToArray());

    private static JsonArray All<T>(Seq<T> items, Func<T, JsonObject> of) => new(items.Map(item => (JsonNode?)of(item)).ToArray());

    private static JsonNode? Node<T>(Option<T> value, Func<T, JsonNode?> of) => value.MatchUnsafe<JsonNode?>(Some: of, None: () => null);
}
