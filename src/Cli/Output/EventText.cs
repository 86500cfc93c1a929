namespace EventDock.Cli.Output;

using System.Globalization;
using System.IO;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using EventDock.Projections;

/// <summary>docker's forms of an event: a line for people, its document (Engine API 1.41), and what a template is rendered over.</summary>
public static class EventText
{
    /// <param name="zone">Times are shown in it, as docker's client shows them in its own.</param>
    public static string Line(DockerEvent e, TimeZoneInfo zone)
    {
        var attributes = string.Join(", ", e.Attributes.Select(a => $"{a.Key}={a.Value}"));
        return TerminalText.Escape($"{Time(e.At, zone)} {e.Type} {e.Action} {e.Id}{(attributes.Length > 0 ? $" ({attributes})" : "")}");
    }

    public static string Json(DockerEvent e)
    {
        using var memory = new MemoryStream();
        using (var json = new Utf8JsonWriter(memory, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteString("status", e.Action);
            json.WriteString("id", e.Id);
            if (From(e) is { Length: > 0 } from)
            {
                json.WriteString("from", from);
            }

            json.WriteString("Type", e.Type);
            json.WriteString("Action", e.Action);
            json.WriteStartObject("Actor");
            json.WriteString("ID", e.Id);
            json.WriteStartObject("Attributes");
            foreach (var (key, value) in e.Attributes)
            {
                json.WriteString(key, value);
            }

            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteString("scope", Scope);
            json.WriteNumber("time", e.At.ToUnixTimeSeconds());
            json.WriteNumber("timeNano", Nanoseconds(e.At));
            json.WriteEndObject();
        }

        return TerminalText.EscapeJson(Encoding.UTF8.GetString(memory.GetBuffer(), 0, (int)memory.Length));
    }

    public static TemplateValue.Row Row(DockerEvent e)
    {
        var attributes = new TemplateValue.Map(e.Attributes.Select(a => KeyValuePair.Create(a.Key, TemplateValue.Of(a.Value))).ToArray());
        return new TemplateValue.Row("events.Message",
        [
            Field("Status", TemplateValue.Of(e.Action)),
            Field("ID", TemplateValue.Of(e.Id)),
            Field("From", TemplateValue.Of(From(e))),
            Field("Type", TemplateValue.Of(e.Type)),
            Field("Action", TemplateValue.Of(e.Action)),
            Field("Actor", new TemplateValue.Row("events.Actor", [Field("ID", TemplateValue.Of(e.Id)), Field("Attributes", attributes)])),
            Field("Scope", TemplateValue.Of(Scope)),
            Field("Time", new TemplateValue.Number(e.At.ToUnixTimeSeconds())),
            Field("TimeNano", new TemplateValue.Number(Nanoseconds(e.At))),
        ]);
    }

    private const string Scope = "local";

    private static KeyValuePair<string, TemplateValue> Field(string name, TemplateValue value) => KeyValuePair.Create(name, value);

    private static string From(DockerEvent e) => e.Type == DockerEvent.Container ? e.Attribute("image") : "";

    private static long Nanoseconds(DateTimeOffset at) => (at.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks) * 100;

    /// <summary>Nine digits of a second, of which the ledger keeps six.</summary>
    private static string Time(DateTimeOffset at, TimeZoneInfo zone)
    {
        var there = TimeZoneInfo.ConvertTime(at, zone);
        var offset = there.Offset == TimeSpan.Zero ? "Z" : there.ToString("zzz", CultureInfo.InvariantCulture);
        return there.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'00'", CultureInfo.InvariantCulture) + offset;
    }
}
