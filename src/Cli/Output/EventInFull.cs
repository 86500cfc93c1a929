namespace EventDock.Cli.Output;

using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using EventDock.Domain.Kernel;
using EventDock.Domain.Ledger;
using EventDock.Engine;

/// <summary>One event in full, for people and for programs.</summary>
internal static class EventInFull
{
    private const int LabelWidth = 10;

    public static string Text(ShownEvent shown)
    {
        var (e, text) = (shown.Event, new StringBuilder());
        Line("event", string.Create(CultureInfo.InvariantCulture, $"#{e.Position} {EventCodec.NameOf(e.Event)}  {LogText.Of(e)}"));
        Line("id", e.Id.ToString("D"));
        Line("stream", string.Create(CultureInfo.InvariantCulture, $"{e.Stream}, version {e.Version}"));
        Line("recorded", Rfc3339.Micros(e.At));
        Line("occurred", Rfc3339.Micros(e.Occurred));
        Line("who", Who(e.Origin.Actor));
        Line("where", string.Create(CultureInfo.InvariantCulture, $"host {e.Origin.Host.HostId}, boot {e.Origin.Host.BootId}, process {e.Origin.Host.Pid}"));
        Line("command", $"{string.Join(' ', e.Origin.Line.Map(LogSentence.Word))}  ({e.Origin.Command:D})");
        if (e.Origin.Reason is { } reason)
        {
            Line("reason", reason);
        }

        Line("leaf", shown.Leaf.Match(Some: Leaf, None: () => "none: the event is not EventDock's"));
        text.Append('\n').Append(Indented(Data(e)));
        foreach (var row in shown.Rows)
        {
            text.Append('\n');
            foreach (var line in Row(row))
            {
                text.Append(TerminalText.Escape(line)).Append('\n');
            }
        }

        return text.ToString();

        void Line(string label, string value) => text.Append(label.PadRight(LabelWidth)).Append(TerminalText.Escape(value)).Append('\n');
    }

    public static string Json(ShownEvent shown)
    {
        var document = new JsonObject
        {
            ["Event"] = JsonNode.Parse(LogJson.Of(shown.Event)),
            ["Views"] = new JsonArray(shown.Rows.Map(row => (JsonNode)new JsonObject
            {
                ["View"] = row.View,
                ["Key"] = row.Key,
                ["Before"] = Node(row.Before),
                ["After"] = Node(row.After),
            }).ToArray()),
            ["Leaf"] = shown.Leaf.MatchUnsafe<JsonNode?>(
                Some: leaf => new JsonObject
                {
                    ["Number"] = leaf.Number,
                    ["Hash"] = leaf.Hash.ToString(),
                    ["Checkpoint"] = leaf.Checkpoint.MatchUnsafe<JsonNode?>(Some: size => size, None: () => null),
                    ["Anchors"] = new JsonArray(leaf.Anchors.Map(anchor => (JsonNode)anchor).ToArray()),
                },
                None: () => null),
        };
        return TerminalText.EscapeJson(document.ToJsonString(Relaxed)) + "\n";
    }

    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static JsonNode? Node(Option<string> row) => row.MatchUnsafe<JsonNode?>(Some: json => JsonNode.Parse(json), None: () => null);

    internal static string Who(Actor actor)
    {
        var words = actor.Name is { } name ? new List<string> { name } : [];
        words.Add(string.Create(CultureInfo.InvariantCulture, $"uid {actor.Uid}"));
        words.Add(actor.LoginUid == Actor.Unset ? "no login uid" : $"login uid {actor.LoginUid}");
        Add("sudo of uid", actor.SudoUid);
        Add("by", actor.Executable);
        Add("on", actor.Terminal);
        Add("from", actor.SshClient);
        return string.Join(", ", words);

        void Add(string label, string? value)
        {
            if (value is not null)
            {
                words.Add($"{label} {value}");
            }
        }
    }

    private static string Leaf(LeafStanding leaf) => string.Create(
        CultureInfo.InvariantCulture,
        $"{leaf.Hash}, number {leaf.Number}, {leaf.Checkpoint.Match(Some: size => $"in the checkpoint of {size} leaves", None: () => "in no checkpoint yet")}")
        + leaf.Anchors switch
        {
            { IsEmpty: true } => "",
            var anchors => $", anchored in {string.Join(" and ", anchors)}",
        };

    private static string Data(Recorded<DockEvent> e) => e.Event is DataRedacted ? RedactedForm.Data : EventCodec.Write(e.Event);

    private static string Indented(string json) =>
        TerminalText.EscapeJson(JsonNode.Parse(json)!.ToJsonString(new JsonSerializerOptions(Relaxed) { WriteIndented = true })) + "\n";

    private static string State(ShownRow row) =>
        (row.Before.IsSome, row.After.IsSome) switch
        {
            (false, true) => ": new",
            (true, false) => ": gone",
            _ => "",
        };

    /// <summary>What an event changed in a row of a view, line by line.</summary>
    public static IEnumerable<string> Row(ShownRow row) =>
        Changes(row).Select(change => "  " + change).Prepend($"view {row.View}, row {row.Key}{State(row)}");

    /// <summary>Of a row that stays, the fields that are otherwise; of another, all.</summary>
    private static IEnumerable<string> Changes(ShownRow row)
    {
        var (before, after) = (Node(row.Before) as JsonObject, Node(row.After) as JsonObject);
        foreach (var name in (before ?? after)!.Select(field => field.Key).Concat((after ?? before)!.Select(field => field.Key)).Distinct())
        {
            var (old, now) = (Field(before, name), Field(after, name));
            if (old != now)
            {
                yield return before is null ? $"{name}: {now}" : after is null ? $"{name}: {old}" : $"{name}: {old} -> {now}";
            }
        }
    }

    private static string Field(JsonObject? row, string name) =>
        row is null ? "" : row.TryGetPropertyValue(name, out var value) ? value?.ToJsonString(Relaxed) ?? "null" : "none";
}
