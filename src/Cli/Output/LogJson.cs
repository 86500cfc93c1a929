namespace EventDock.Cli.Output;

using System.Globalization;
using System.Text;
using System.Text.Json;
using EventDock.Domain.Kernel;
using EventDock.Domain.Ledger;

/// <summary>An event as a line of JSON: all that the ledger has of it.</summary>
internal static class LogJson
{
    public static string Of(Recorded<DockEvent> e)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{{\"Position\":{e.Position},\"Type\":\"{EventCodec.NameOf(e.Event)}\",\"Stream\":{Quote(e.Stream)},\"Version\":{e.Version},");
        text.Append(CultureInfo.InvariantCulture, $"\"Id\":\"{e.Id:D}\",\"Occurred\":\"{Rfc3339.Micros(e.Occurred)}\",\"Recorded\":\"{Rfc3339.Micros(e.At)}\",");
        text.Append("\"Origin\":").Append(JsonSerializer.Serialize(e.Origin, EventJson.Default.Origin));
        text.Append(",\"Data\":").Append(e.Event is DataRedacted ? RedactedForm.Data : EventCodec.Write(e.Event));
        return e.Redaction is { } gone ? text.Append(Json(gone)).Append('}').ToString() : text.Append('}').ToString();
    }

    private static string Json(Redaction gone) => string.Create(
        CultureInfo.InvariantCulture,
        $",\"Redaction\":{{\"Headers\":{gone.Headers?.ToString(CultureInfo.InvariantCulture) ?? "null"},\"Data\":{gone.Data?.ToString(CultureInfo.InvariantCulture) ?? "null"},\"Reason\":{Quote(gone.Reason)},\"By\":{JsonSerializer.Serialize(gone.By, EventJson.Default.Actor)}}}");

    private static string Quote(string text) => JsonSerializer.Serialize(text, EventJson.Default.String);
}
