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
        json.WriteEndObject();
        json.WriteString("hostname", spec.Hostname);
        WriteMounts(json, spec.Binds);
        WriteLinux(json, spec);
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
        WriteStrings(json, "bounding", RuntimeSpecDefaults.Capabilities);
        WriteStrings(json, "effective", RuntimeSpecDefaults.Capabilities);
        WriteStrings(json, "permitted", RuntimeSpecDefaults.Capabilities);
        json.WriteEndObject();
        if (process.AppArmor is { } profile)
        {
            json.WriteString("apparmorProfile", profile);
        }

        json.WriteBoolean("noNewPrivileges", false);
        json.WriteNumber("oomScoreAdj", 0);
        json.WriteEndObject();
    }

    private static void WriteMounts(Utf8JsonWriter json, Seq<BindMount> binds)
    {
        json.WriteStartArray("mounts");
        foreach (var mount in RuntimeSpecDefaults.Mounts)
        {
            WriteMount(json, mount);
        }

        foreach (var bind in binds)
        {
            WriteMount(json, new DefaultMount(bind.Destination, "bind", bind.Source, Seq("rbind", "rprivate")));
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

    private static void WriteLinux(Utf8JsonWriter json, RuntimeSpec spec)
    {
        json.WriteStartObject("linux");
        if (spec.Network == SpecNetwork.Own)
        {
            json.WriteStartObject("sysctl");
            foreach (var (name, value) in spec.Sysctls)
            {
                json.WriteString(name, value);
            }

            json.WriteEndObject();
        }

        json.WriteStartObject("resources");
        json.WriteStartArray("devices");
        json.WriteStartObject();
        json.WriteBoolean("allow", false);
        json.WriteString("access", "rwm");
        json.WriteEndObject();
        foreach (var (allow, major, minor) in RuntimeSpecDefaults.Devices)
        {
            json.WriteStartObject();
            json.WriteBoolean("allow", allow);
            json.WriteString("type", "c");
            json.WriteNumber("major", major);
            json.WriteNumber("minor", minor);
            json.WriteString("access", "rwm");
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteString("cgroupsPath", spec.CgroupsPath);
        json.WriteStartArray("namespaces");
        foreach (var kind in Namespaces(spec))
        {
            json.WriteStartObject();
            json.WriteString("type", kind);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WritePropertyName("seccomp");
        json.WriteRawValue(spec.Seccomp.Span, skipInputValidation: true);
        WriteStrings(json, "maskedPaths", RuntimeSpecDefaults.MaskedPaths);
        WriteStrings(json, "readonlyPaths", RuntimeSpecDefaults.ReadonlyPaths);
        json.WriteEndObject();
    }

    private static Seq<string> Namespaces(RuntimeSpec spec) =>
        Seq("mount", "uts", "pid", "ipc")
        + (spec.Network == SpecNetwork.Own ? Seq1("network") : Seq<string>())
        + (spec.PrivateCgroup ? Seq1("cgroup") : Seq<string>());

    private static void WriteStrings(Utf8JsonWriter json, string name, Seq<string> values)
    {
        json.WriteStartArray(name);
        foreach (var value in values)
        {
            json.WriteStringValue(value);
        }

        json.WriteEndArray();
    }
}
