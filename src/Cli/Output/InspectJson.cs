namespace EventDock.Cli.Output;

using System.IO;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using EventDock.Domain.Kernel;
using EventDock.Domain.Oci;
using EventDock.Projections;

/// <param name="Own">Bytes that it has written, as recorded.</param>
/// <param name="Whole">With its image.</param>
public sealed record ContainerSizes(long Own, long Whole);

/// <summary>Containers as docker's inspect has them (Engine API 1.41), as far as EventDock has the fields.</summary>
public static class InspectJson
{
    private const string NoTime = "0001-01-01T00:00:00Z";

    /// <param name="removed">When it was removed; null for one that is there, or was.</param>
    /// <param name="runtime">The one that is used here.</param>
    /// <param name="env">The whole environment: shown to root, who may inspect, and recorded nowhere.</param>
    public static string Container(
        ContainerRow row, Option<ImageRow> image, Seq<string> env, Option<ContainerSizes> sizes, string runtime,
        DateTimeOffset? removed = null) => Written(json =>
    {
        json.WriteString("Id", row.Id.Value);
        json.WriteString("Created", Rfc3339.Micros(row.Created));
        json.WriteString("Path", row.Settings.Arguments.HeadOrNone().IfNone(""));
        Texts(json, "Args", row.Settings.Arguments.Skip(1).ToSeq());
        json.WriteStartObject("State");
        json.WriteString("Status", row.Status);
        json.WriteBoolean("Running", row.State == ContainerRow.Running);
        json.WriteBoolean("Paused", row.Paused);
        json.WriteBoolean("Restarting", false);
        json.WriteBoolean("OOMKilled", row.OutOfMemory);
        json.WriteBoolean("Dead", false);
        json.WriteNumber("Pid", row.Pid ?? 0);
        json.WriteNumber("ExitCode", row.ExitCode ?? (row.State == ContainerRow.Exited ? ContainerRow.UnseenCode : 0));

        json.WriteString("Error", row.Error ?? "");
        json.WriteString("StartedAt", row.StartedAt is { } started ? Rfc3339.Micros(started) : NoTime);
        json.WriteString("FinishedAt", row.FinishedAt is { } finished ? Rfc3339.Micros(finished) : NoTime);
        if (removed is { } at)
        {
            json.WriteString("RemovedAt", Rfc3339.Micros(at));
        }

        json.WriteEndObject();
        json.WriteString("Image", Digest.Prefix + row.ImageId);
        json.WriteString("Name", "/" + row.Name);
        json.WriteNumber("RestartCount", 0);
        json.WriteString("Driver", "overlay");
        json.WriteString("Platform", "linux");
        HostConfigJson.Write(json, row, runtime);
        sizes.IfSome(found =>
        {
            json.WriteNumber("SizeRw", found.Own);
            json.WriteNumber("SizeRootFs", found.Whole);
        });
        HostConfigJson.WriteMounts(json, row);
        Texts(json, "Layers", image.Map(i => i.Content.Layers.Map(l => Digest.Prefix + l.Id).Strict()).IfNone(Seq<string>()));
        json.WriteStartObject("Config");
        json.WriteString("Hostname", row.Settings.Hostname);
        json.WriteString("Domainname", row.Settings.More.Domainname ?? "");
        json.WriteString("User", row.Settings.User);
        json.WriteBoolean("Tty", row.Settings.Terminal);
        json.WriteBoolean("OpenStdin", row.Settings.OpenStdin);
        Texts(json, "Env", env);
        Texts(json, "Cmd", row.Settings.Command);
        json.WriteString("Image", row.Image);
        json.WriteString("WorkingDir", row.Settings.WorkingDir);
        Texts(json, "Entrypoint", row.Settings.Entrypoint);

        // Of a container made before its labels were recorded those of the image are known.
        Labels(json, row.Settings.Options is null ? image.Map(i => i.Content.Run.Labels).IfNone(Seq<Label>()) : row.Settings.Labels);
        if (row.Settings.StopSignal is { } signal)
        {
            json.WriteString("StopSignal", signal);
        }

        if (row.Settings.More.StopTimeout is { } seconds)
        {
            json.WriteNumber("StopTimeout", seconds);
        }

        Attached(json, row.Settings.More.Attach);
        json.WriteEndObject();
    });

    /// <summary>Where -a has said it.</summary>
    private static void Attached(Utf8JsonWriter json, Seq<string> streams)
    {
        if (!streams.IsEmpty)
        {
            json.WriteBoolean("AttachStdin", streams.Contains("stdin"));
            json.WriteBoolean("AttachStdout", streams.Contains("stdout"));
            json.WriteBoolean("AttachStderr", streams.Contains("stderr"));
        }
    }

    private static string Written(Action<Utf8JsonWriter> body)
    {
        using var memory = new MemoryStream();
        using (var json = new Utf8JsonWriter(memory, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            body(json);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(memory.ToArray());
    }

    internal static void Texts(Utf8JsonWriter json, string name, Seq<string> values)
    {
        json.WriteStartArray(name);
        values.Iter(value => json.WriteStringValue(value));
        json.WriteEndArray();
    }

    private static void Labels(Utf8JsonWriter json, Seq<Label> labels)
    {
        json.WriteStartObject("Labels");
        labels.Iter(label => json.WriteString(label.Key, label.Value));
        json.WriteEndObject();
    }
}
