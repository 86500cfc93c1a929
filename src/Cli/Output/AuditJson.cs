namespace EventDock.Cli.Output;

using System.IO;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using EventDock.Domain.Kernel;
using EventDock.Domain.Oci;
using EventDock.Engine;
using EventDock.Projections;

/// <summary>An audit report as one JSON document, for programs.</summary>
public static class AuditJson
{
    public static string Of(AuditReported report)
    {
        using var memory = new MemoryStream();
        using (var json = new Utf8JsonWriter(memory, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, Indented = true }))
        {
            json.WriteStartObject();
            json.WriteStartObject("Range");
            json.WriteNumber("First", report.First);
            json.WriteNumber("Last", report.Last);
            json.WriteString("From", Rfc3339.Micros(report.From));
            json.WriteString("Until", Rfc3339.Micros(report.Until));
            json.WriteNumber("Head", report.Head);
            json.WriteString("Root", report.RootId);
            json.WriteString("Made", Rfc3339.Micros(report.Made));
            json.WriteEndObject();
            Array(json, "Operations", report.Range.Operations, Operation);
            Array(json, "Containers", report.Range.Containers, (to, container) => Container(to, container, report.Origins.GetValueOrDefault(container.ImageId)));
            Array(json, "TagMoves", report.Range.TagMoves, TagMove);
            Array(json, "Executables", report.Range.Programs, Executable);
            json.WriteNumber("ExecutablesNotListed", report.Range.MorePrograms);
            json.WriteNumber("ChangeListsNotWhole", report.Range.CutLists);
            Array(json, "Refused", report.Range.Refused, Event);
            Array(json, "Ledger", report.Range.Ledger, Event);
            Statement(json, report);
            json.WriteEndObject();
        }

        return TerminalText.EscapeJson(Encoding.UTF8.GetString(memory.GetBuffer(), 0, (int)memory.Length)) + "\n";
    }

    private static void Operation(Utf8JsonWriter json, AuditedOperation operation)
    {
        json.WriteNumber("First", operation.First);
        json.WriteNumber("Last", operation.Last);
        json.WriteNumber("Events", operation.Count);
        json.WriteString("From", Rfc3339.Micros(operation.From));
        json.WriteString("Until", Rfc3339.Micros(operation.Until));
        json.WritePropertyName("Origin");
        JsonSerializer.Serialize(json, operation.Origin, EventJson.Default.Origin);
        json.WriteBoolean("Refused", operation.Refused);
        Texts(json, "What", operation.Events.Select(e => LogSentence.Of(e.Event, e.Known)));
        Array(json, "OnWhat", operation.On, (to, subject) =>
        {
            to.WriteString("Kind", subject.Kind.ToString());
            to.WriteString("Id", subject.Id);
            to.WriteString("Name", subject.Name);
        });
        json.WriteNumber("Subjects", operation.Subjects);
        Array(json, "ToOrFromWhere", operation.Places, (to, place) =>
        {
            to.WriteString("Kind", place.Kind.ToString());
            to.WriteString("Where", place.Where);
            to.WriteString("What", place.What);
        });
    }

    private static void Container(Utf8JsonWriter json, AuditedContainer container, Domain.Images.ImageEvent? arrival)
    {
        json.WriteString("Id", container.Id.Value);
        json.WriteString("Name", container.Name);
        Texts(json, "Before", container.Names);
        json.WriteString("Image", container.Image);
        json.WriteString("ImageId", Digest.Prefix + container.ImageId);
        json.WriteString("ImageOrigin", AuditWords.Origin(arrival));
        json.WriteString("Created", Rfc3339.Micros(container.Created));
        json.WriteString("By", container.By is { } by ? AuditWords.Who(by) : null);
        Time(json, "Removed", container.Removed);
        json.WriteNumber("RunCount", container.RunCount);
        Array(json, "Runs", container.Runs, (to, run) =>
        {
            to.WriteString("Started", Rfc3339.Micros(run.Started));
            Time(to, "Ended", run.Ended);
            if (run.ExitCode is { } code)
            {
                to.WriteNumber("ExitCode", code);
            }
            else
            {
                to.WriteNull("ExitCode");
            }

            to.WriteBoolean("OutOfMemory", run.OutOfMemory);
            to.WriteString("Failed", run.Failed);
        });
        Array(json, "CalledOut", container.Rights, (to, right) =>
        {
            to.WriteString("Kind", right.Kind.ToString());
            to.WriteString("Detail", right.Detail);
        });
    }

    private static void TagMove(Utf8JsonWriter json, AuditedTagMove move)
    {
        json.WriteNumber("Position", move.Position);
        json.WriteString("At", Rfc3339.Micros(move.At));
        json.WriteString("Reference", move.Reference);
        json.WriteString("From", move.From is { } from ? Digest.Prefix + from : null);
        json.WriteString("To", move.To is { } to ? Digest.Prefix + to : null);
        json.WriteString("By", AuditWords.Who(move.By));
        json.WriteString("Command", move.By.Command);
    }

    private static void Executable(Utf8JsonWriter json, AuditedProgram program)
    {
        json.WriteNumber("Position", program.Position);
        json.WriteString("At", Rfc3339.Micros(program.At));
        json.WriteString("Container", program.ContainerId);
        json.WriteString("Name", program.Container);
        json.WriteString("Cause", program.Cause);
        json.WritePropertyName("Change");
        JsonSerializer.Serialize(json, program.Change, EventJson.Default.PathChange);
    }

    private static void Event(Utf8JsonWriter json, AuditedEvent audited)
    {
        json.WriteNumber("Position", audited.Event.Position);
        json.WriteString("At", Rfc3339.Micros(audited.Event.Occurred));
        json.WriteString("Type", EventCodec.NameOf(audited.Event.Event));
        json.WriteString("What", LogSentence.Of(audited.Event, audited.Known));
        json.WriteString("By", AuditWords.Who(audited.Event.Origin));
        json.WriteString("Command", audited.Event.Origin.Command);
    }

    private static void Statement(Utf8JsonWriter json, AuditReported report)
    {
        var alarms = AuditStatement.Alarms(report);
        json.WriteStartObject("Completeness");
        json.WriteBoolean("Sound", alarms.Count == 0);
        Texts(json, "Findings", alarms);
        json.WriteNumber("Events", report.Range.Events);
        report.Proof.IfRight(proof =>
        {
            json.WriteNumber("Missing", proof.Verified.Missing);
            json.WriteNumber("Foreign", proof.Verified.Strangers);
        });
        Texts(json, "Statements", AuditStatement.Complete(report));
        json.WriteEndObject();
        json.WriteStartObject("Verification");
        report.Proof.IfRight(proof =>
        {
            json.WriteNumber("Leaves", proof.Leaves);
            proof.Signed.IfSome(root =>
            {
                json.WriteStartObject("Checkpoint");
                json.WriteNumber("Leaves", root.Size);
                json.WriteString("Root", root.Root.ToString());
                json.WriteEndObject();
            });
            json.WriteNumber("AnchoredLeaves", proof.Verified.Anchored);
        });
        Texts(json, "Statements", AuditStatement.Verified(report));
        json.WriteEndObject();
    }

    private static void Time(Utf8JsonWriter json, string name, DateTimeOffset? at) => json.WriteString(name, at is { } time ? Rfc3339.Micros(time) : null);

    private static void Texts(Utf8JsonWriter json, string name, IEnumerable<string> texts)
    {
        json.WriteStartArray(name);
        foreach (var text in texts)
        {
            json.WriteStringValue(text);
        }

        json.WriteEndArray();
    }

    private static void Array<T>(Utf8JsonWriter json, string name, IEnumerable<T> items, Action<Utf8JsonWriter, T> each)
    {
        json.WriteStartArray(name);
        foreach (var item in items)
        {
            json.WriteStartObject();
            each(json, item);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
