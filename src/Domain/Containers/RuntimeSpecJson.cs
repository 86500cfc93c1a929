namespace EventDock.Domain.Containers;

using System.IO;
using System.Text.Encodings.Web;
using System.Text.Json;

/// <summary>Writes the OCI runtime specification's config.json (config.md, config-linux.md) and an exec's process.json.</summary>
public static class RuntimeSpecJson
{
    private const string Version = "1.0.2-dev";

    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static byte[] Config(RuntimeSpec spec) => Write(json =>
    {
        json.WriteStartObject();
        json.WriteString("ociVersion", Version);
        json.WritePropertyName("process");
        WriteProcess(json, spec.Process);
        json.WriteStartObject("root");
        json.WriteString("path", spec.Root);
        if (spec.Sandbox.ReadOnly)
        {
            json.WriteBoolean("readonly", true);
        }

        json.WriteEndObject();
        json.WriteString("hostname", spec.Hostname);
        WriteMounts(json, spec);
        RuntimeSpecLinuxJson.WriteAnnotations(json, spec.Sandbox);
        RuntimeSpecLinuxJson.Write(json, spec);
        json.WriteEndObject();
    });

    public static byte[] Process(ProcessSpec process) => Write(json => WriteProcess(json, process));

    private static byte[] Write(Action<Utf8JsonWriter> body)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, Options))
        {
            body(json);
        }

        return stream.ToArray();
    }

    private static void WriteProcess(Utf8JsonWriter json, ProcessSpec process)
    {
        json.WriteStartObject();
        json.WriteBoolean("terminal", process.Terminal);
        if (process is { Terminal: true, Size: { } size })
        {
            json.WriteStartObject("consoleSize");
            json.WriteNumber("height", size.Rows);
            json.WriteNumber("width", size.Columns);
            json.WriteEndObject();
        }

        json.WriteStartObject("user");
        json.WriteNumber("uid", process.User.Uid);
        json.WriteNumber("gid", process.User.Gid);
        json.WriteStartArray("additionalGids");
        foreach (var gid in process.User.AdditionalGids)
        {
            json.WriteNumberValue(gid);
        }

        json.WriteEndArray();
        json.WriteEndObject();
        WriteStrings(json, "args", process.Arguments);
        WriteStrings(json, "env", process.Env);
        json.WriteString("cwd", process.WorkingDir);
        json.WriteStartObject("capabilities");
        WriteStrings(json, "bounding", process.Rights.Capabilities);
        WriteStrings(json, "effective", process.Rights.Capabilities);
        WriteStrings(json, "permitted", process.Rights.Capabilities);
        json.WriteEndObject();
        WriteLimits(json, process.Rights.Limits);
        if ((process.Rights.AppArmor ?? process.AppArmor) is { } profile)
        {
            json.WriteString("apparmorProfile", profile);
        }

        json.WriteBoolean("noNewPrivileges", process.Rights.NoNewPrivileges);
        json.WriteNumber("oomScoreAdj", 0);
        json.WriteEndObject();
    }

    private static void WriteLimits(Utf8JsonWriter json, Seq<ContainerUlimit> limits)
    {
        if (limits.IsEmpty)
        {
            return;
        }

        json.WriteStartArray("rlimits");
        foreach (var limit in limits)
        {
            json.WriteStartObject();
            json.WriteString("type", $"RLIMIT_{limit.Name.ToUpperInvariant()}");
            json.WriteNumber("hard", unchecked((ulong)limit.Hard.Value));
            json.WriteNumber("soft", unchecked((ulong)limit.Soft.Value));
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteMounts(Utf8JsonWriter json, RuntimeSpec spec)
    {
        json.WriteStartArray("mounts");
        foreach (var mount in spec.Sandbox.Mounts)
        {
            WriteMount(json, mount);
        }

        var own = spec.Sandbox.Own;
        var binds = spec.Binds
            .Filter(bind => own.ForAll(m => m.Destination != bind.Destination))
            .Map(bind => new DefaultMount(
                bind.Destination, "bind", bind.Source, spec.Sandbox.ReadOnly ? Seq("rbind", "ro", "rprivate") : Seq("rbind", "rprivate")));
        foreach (var mount in (own + binds).OrderBy(m => PathText.Depth(m.Destination)))
        {
            WriteMount(json, mount);
        }

        json.WriteEndArray();
    }

    private static void WriteMount(Utf8JsonWriter json, DefaultMount mount)
    {
        json.WriteStartObject();
        json.WriteString("destination", mount.Destination);
        json.WriteString("type", mount.Type);
        json.WriteString("source", mount.Source);
        WriteStrings(json, "options", mount.Options);
        json.WriteEndObject();
    }

    internal static void WriteStrings(Utf8JsonWriter json, string name, Seq<string> values)
    {
        json.WriteStartArray(name);
        foreach (var value in values)
        {
            json.WriteStringValue(value);
        }

        json.WriteEndArray();
    }
}
