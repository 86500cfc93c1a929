namespace EventDock.Domain.Containers;

using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using EventDock.Domain.Kernel;

/// <summary>
/// The journal as text: a line of JSON a command, with its headers, and after it one for each of its entries. A command line may be
/// long and its entries many, so it stands there once.
/// </summary>
public static class JournalText
{
    public static string Command(Origin origin, DateTimeOffset at) => Line(json =>
    {
        json.WritePropertyName("Command");
        json.WriteRawValue(EventCodec.WriteHeaders(EventHeaders.Of(origin, origin.Schema, at)));
    });

    public static string Entry(JournalEntry entry) => Line(json =>
    {
        json.WriteString("Id", entry.Id);
        json.WriteString("By", entry.Origin.Command);
        json.WriteString("Occurred", Rfc3339.Micros(entry.At));
        if (entry.Process is { } process)
        {
            json.WriteNumber("Pid", process.Pid);
            json.WriteString("StartTime", process.StartTime.ToString(CultureInfo.InvariantCulture));
            json.WriteString("BootId", process.BootId);
        }

        json.WriteString("Type", EventCodec.KindOf(entry.Event).Alias);
        json.WriteNumber("Schema", EventCodec.KindOf(entry.Event).Schema);
        json.WritePropertyName("Data");
        json.WriteRawValue(EventCodec.Write(entry.Event));
    });

    /// <summary>Reads whole lines; whoever cuts them takes a last one without its end for never written.</summary>
    /// <param name="path">As errors name the file.</param>
    public static Either<DomainError, Seq<JournalEntry>> Read(string path, Seq<string> lines)
    {
        var commands = new Dictionary<Guid, Origin>();
        var entries = new List<JournalEntry>();
        for (var at = 0; at < lines.Count; at++)
        {
            if (Fault(lines[at], commands, entries) is { } reason)
            {
                return new DomainError.JournalUnreadable(path, at + 1, reason);
            }
        }

        return entries.ToSeq();
    }

    private static string? Fault(string line, Dictionary<Guid, Origin> commands, List<JournalEntry> entries)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            var root = document.RootElement;
            if (root.TryGetProperty("Command", out var headers))
            {
                return EventCodec.ReadHeaders(0, headers.GetRawText()).Match<string>(
                    Right: read =>
                    {
                        commands[read.Command] = read.Origin;
                        return "";
                    },
                    Left: _ => "the headers of a command cannot be read") is { Length: > 0 } reason ? reason : null;
            }

            return commands.TryGetValue(root.GetProperty("By").GetGuid(), out var origin)
                ? Fault(root, origin, entries)
                : "its command does not stand before it";
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or OverflowException)
        {
            return e is JsonException ? "is not JSON" : "is not an entry";
        }
    }

    private static string? Fault(JsonElement root, Origin origin, List<JournalEntry> entries) =>
        Rfc3339.Parse(root.GetProperty("Occurred").GetString() ?? "").ToNullable() is not { } at ? "has no time"
        : EventCodec.Read(0, root.GetProperty("Type").GetString() ?? "", root.GetProperty("Schema").GetInt32(), root.GetProperty("Data").GetRawText())
            .MatchUnsafe<ContainerEvent?>(
                Right: read => read is ContainerSignalled or ContainerExited or ContainerRemoved ? (ContainerEvent)read : null,
                Left: _ => null) is not { } happened ? "holds no event that could be noted"
        : happened is not ContainerExited || root.TryGetProperty("Pid", out _)
            ? Added(entries, new JournalEntry(root.GetProperty("Id").GetGuid(), origin, at, Process(root), happened))
            : "is an exit of no process";

    private static string? Added(List<JournalEntry> entries, JournalEntry entry)
    {
        entries.Add(entry);
        return null;
    }

    private static ProcessIdentity? Process(JsonElement root) =>
        root.TryGetProperty("Pid", out var pid)
            ? new ProcessIdentity(
                pid.GetInt32(),
                long.Parse(root.GetProperty("StartTime").GetString() ?? "", NumberStyles.None, CultureInfo.InvariantCulture),
                root.GetProperty("BootId").GetString() ?? "")
            : null;

    private static string Line(Action<Utf8JsonWriter> members)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            members(json);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan) + "\n";
    }
}
