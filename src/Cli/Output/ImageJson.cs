namespace EventDock.Cli.Output;

using System.IO;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using EventDock.Domain.Kernel;
using EventDock.Domain.Oci;
using EventDock.Projections;

/// <summary>
/// An image as docker's inspect has it (Engine API 1.41): its fields, in its order. What only the making of an image knows
/// (ContainerConfig, DockerVersion, Hostname and the like) is taken from the configuration, where its maker has written it.
/// </summary>
/// <param name="Row">What the ledger knows.</param>
/// <param name="Config">The configuration itself.</param>
/// <param name="Directory">Where a layer's files are.</param>
public sealed record ImageJson(ImageRow Row, Seq<TagRow> Tags, JsonElement Config, Func<string, string> Directory)
{
    private const string NoTime = "0001-01-01T00:00:00Z";

    /// <summary>Of container.Config, in Go's order: what is left out where it is empty, and what else stands for nothing.</summary>
    private static readonly (string Name, string? Empty)[] RunFields =
    [
        ("Hostname", "\"\""), ("Domainname", "\"\""), ("User", "\"\""), ("AttachStdin", "false"), ("AttachStdout", "false"),
        ("AttachStderr", "false"), ("ExposedPorts", null), ("Tty", "false"), ("OpenStdin", "false"), ("StdinOnce", "false"),
        ("Env", "null"), ("Cmd", "null"), ("Healthcheck", null), ("ArgsEscaped", null), ("Image", "\"\""), ("Volumes", "null"),
        ("WorkingDir", "\"\""), ("Entrypoint", "null"), ("NetworkDisabled", null), ("MacAddress", null), ("OnBuild", "null"),
        ("Labels", "null"), ("StopSignal", null), ("StopTimeout", null), ("Shell", null),
    ];

    public string Text()
    {
        using var memory = new MemoryStream();
        using (var json = new Utf8JsonWriter(memory, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            Write(json);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(memory.ToArray());
    }

    private void Write(Utf8JsonWriter json)
    {
        var names = Tags.Map(t => ImageReference.Parse(t.Reference)).Choose(r => r.ToOption()).Strict();
        json.WriteString("Id", Digest.Prefix + Row.Id);
        Texts(json, "RepoTags", names.Filter(n => n.Tag is not null).Map(n => n.Familiar));
        Texts(json, "RepoDigests", names.Filter(n => n.Digest is not null).Map(n => n.Familiar));

        // docker knows a parent of what it has built itself, step by step; here steps make layers and no images.
        json.WriteString("Parent", "");
        json.WriteString("Comment", Comment());
        json.WriteString("Created", Created());
        json.WriteString("Container", Own("container"));
        Run(json, "ContainerConfig", JsonShape.Member(Config, "container_config"), evenMissing: true);
        json.WriteString("DockerVersion", Own("docker_version"));
        json.WriteString("Author", Row.Content.Author ?? "");
        Run(json, "Config", JsonShape.Member(Config, "config"), evenMissing: false);
        json.WriteString("Architecture", Row.Content.Architecture);
        WhereGiven(json, "Variant", Row.Content.Variant);
        json.WriteString("Os", Row.Content.Os);
        WhereGiven(json, "OsVersion", Own("os.version"));
        json.WriteNumber("Size", Row.Content.Size.Value);
        json.WriteNumber("VirtualSize", Row.Content.Size.Value);
        Directories(json);
        json.WriteStartObject("RootFS");
        json.WriteString("Type", "layers");
        if (!Row.Content.Layers.IsEmpty)
        {
            Texts(json, "Layers", Row.Content.Layers.Map(l => l.DiffId.Value));
        }

        json.WriteEndObject();
        json.WriteStartObject("Metadata");
        json.WriteString("LastTagTime", names.IsEmpty ? NoTime : Rfc3339.Micros(Tags.Max(t => t.Since)));
        json.WriteString("Origin", Row.Origin);
        json.WriteString("Arrived", Rfc3339.Micros(Row.Arrived));
        json.WriteEndObject();
    }

    private string Comment() =>
        Own("comment") is { Length: > 0 } own ? own : Row.Content.History.LastOrNone().Map(h => h.Comment ?? "").IfNone("");

    /// <summary>As its maker has written it, to the nanosecond, in Go's form: without zeros at the end.</summary>
    private string Created() =>
        Row.Content.Created is not { } created ? NoTime
        : Own("created") is { Length: > 20 } text && text.EndsWith('Z') && text[19] == '.' ? text[..^1].TrimEnd('0').TrimEnd('.') + "Z"
        : Own("created") is { Length: > 0 } other ? other
        : Rfc3339.Micros(created);

    private string Own(string name) =>
        JsonShape.Member(Config, name) is { ValueKind: JsonValueKind.String } text ? text.GetString()! : "";

    /// <summary>There is no mount of an image: containers have their own.</summary>
    private void Directories(Utf8JsonWriter json)
    {
        json.WriteStartObject("GraphDriver");
        if (Row.Content.Layers.IsEmpty)
        {
            json.WriteNull("Data");
        }
        else
        {
            var upwards = Row.Content.Layers.Map(l => Directory(l.Id)).Rev().Strict();
            json.WriteStartObject("Data");
            WhereGiven(json, "LowerDir", string.Join(':', upwards.Skip(1)));
            json.WriteString("MergedDir", "");
            json.WriteString("UpperDir", upwards.Head);
            json.WriteString("WorkDir", "");
            json.WriteEndObject();
        }

        json.WriteString("Name", "overlay");
        json.WriteEndObject();
    }

    private static void Run(Utf8JsonWriter json, string name, JsonElement? config, bool evenMissing)
    {
        if (config is null && !evenMissing)
        {
            json.WriteNull(name);
            return;
        }

        json.WriteStartObject(name);
        foreach (var (field, empty) in RunFields)
        {
            var value = config is { } given ? JsonShape.Member(given, field) : null;
            if (value is { } there && (empty is not null || Counts(there)))
            {
                json.WritePropertyName(field);
                Sorted(json, there);
            }
            else if (empty is not null)
            {
                json.WritePropertyName(field);
                json.WriteRawValue(empty);
            }
        }

        json.WriteEndObject();
    }

    private static bool Counts(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.False => false,
        JsonValueKind.String => value.GetString()!.Length > 0,
        JsonValueKind.Array => value.GetArrayLength() > 0,
        JsonValueKind.Object => value.EnumerateObject().Any(),
        _ => true,
    };

    /// <summary>Go writes the keys of a map (labels, ports, volumes) in order; of a health check they are in order as they are made.</summary>
    private static void Sorted(Utf8JsonWriter json, JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Object || JsonShape.Member(value, "Test") is not null)
        {
            value.WriteTo(json);
            return;
        }

        json.WriteStartObject();
        foreach (var member in value.EnumerateObject().OrderBy(m => m.Name, StringComparer.Ordinal))
        {
            member.WriteTo(json);
        }

        json.WriteEndObject();
    }

    private static void WhereGiven(Utf8JsonWriter json, string name, string? value)
    {
        if (!string.IsNullOrEmpty(value))
        {
            json.WriteString(name, value);
        }
    }

    private static void Texts(Utf8JsonWriter json, string name, Seq<string> values)
    {
        json.WriteStartArray(name);
        values.Iter(value => json.WriteStringValue(value));
        json.WriteEndArray();
    }
}
