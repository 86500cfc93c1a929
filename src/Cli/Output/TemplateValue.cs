namespace EventDock.Cli.Output;

using System.Globalization;
using System.IO;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

/// <summary><c>{{.Label "x"}}</c></summary>
public sealed record TemplateMethod(string Name, Func<string, string> Of);

/// <summary>What a template is rendered over: values as JSON knows them, and rows whose fields are fixed.</summary>
public abstract record TemplateValue
{
    private TemplateValue() { }

    /// <summary>JSON's null.</summary>
    public sealed record Nothing : TemplateValue;

    /// <summary>What a map has under a key that is not there.</summary>
    public sealed record Absent : TemplateValue;

    public sealed record Bool(bool Value) : TemplateValue;

    public sealed record Number(long Value) : TemplateValue;

    public sealed record Real(double Value) : TemplateValue;

    public sealed record Text(string Value) : TemplateValue;

    public sealed record List(IReadOnlyList<TemplateValue> Items) : TemplateValue;

    /// <summary>Keys of any kind (labels, networks): one that is not there has no value.</summary>
    public sealed record Map(IReadOnlyList<KeyValuePair<string, TemplateValue>> Fields) : TemplateValue
    {
        /// <summary>As a row has them.</summary>
        public TemplateMethod? Method { get; init; }
    }

    /// <summary>A thing with known fields: to ask for another is an error.</summary>
    /// <param name="Type">As errors name it; empty for a part of a document.</param>
    public sealed record Row(string Type, IReadOnlyList<KeyValuePair<string, TemplateValue>> Fields) : TemplateValue
    {
        /// <summary>What has to be asked with a word: no field, and in no document.</summary>
        public TemplateMethod? Method { get; init; }
    }

    /// <summary>The method of that name.</summary>
    internal TemplateMethod? Asked(string name) => this switch
    {
        Row { Method: { } method } when method.Name == name => method,
        Map { Method: { } method } when method.Name == name => method,
        _ => null,
    };

    public static readonly TemplateValue None = new Nothing();

    public static TemplateValue Of(string text) => new Text(text);

    /// <summary>A row of a table: every field is text.</summary>
    public static Row RowOf(string type, params (string Field, string Value)[] fields) =>
        new(type, fields.Select(f => KeyValuePair.Create(f.Field, Of(f.Value))).ToArray());

    /// <summary>A document, as inspect has it.</summary>
    /// <param name="isMap">The names of objects whose keys are data (Labels): to ask for one that is not there is no error.</param>
    public static TemplateValue Of(JsonElement element, Func<string, bool> isMap) => Of(element, "", isMap);

    private static TemplateValue Of(JsonElement element, string name, Func<string, bool> isMap) => element.ValueKind switch
    {
        JsonValueKind.String => new Text(element.GetString()!),
        JsonValueKind.True or JsonValueKind.False => new Bool(element.GetBoolean()),
        JsonValueKind.Number => element.TryGetInt64(out var number) ? new Number(number) : new Real(element.GetDouble()),
        JsonValueKind.Array => new List(element.EnumerateArray().Select(e => Of(e, name, isMap)).ToArray()),
        JsonValueKind.Object => Object(
            element.EnumerateObject().Select(p => KeyValuePair.Create(p.Name, Of(p.Value, p.Name, isMap))).ToArray(),
            isMap(name)),
        _ => None,
    };

    private static TemplateValue Object(IReadOnlyList<KeyValuePair<string, TemplateValue>> fields, bool map) =>
        map ? new Map(fields) : new Row("", fields);

    public IReadOnlyList<KeyValuePair<string, TemplateValue>>? Entries => this switch
    {
        Map m => m.Fields,
        Row r => r.Fields,
        _ => null,
    };

    public TemplateValue? Field(string name)
    {
        var entries = Entries ?? [];
        for (var at = 0; at < entries.Count; at++)
        {
            if (entries[at].Key == name)
            {
                return entries[at].Value;
            }
        }

        return null;
    }

    /// <summary>Go's notion: not false, not 0, not empty.</summary>
    public bool IsTrue => this switch
    {
        Bool b => b.Value,
        Number n => n.Value != 0,
        Real r => r.Value != 0,
        Text t => t.Value.Length > 0,
        List l => l.Items.Count > 0,
        Map m => m.Fields.Count > 0,
        Row => true,
        _ => false,
    };

    /// <summary>As <c>{{.X}}</c> prints it (Go's %v).</summary>
    public string Print() => this switch
    {
        Text t => t.Value,
        Bool b => b.Value ? "true" : "false",
        Number n => n.Value.ToString(CultureInfo.InvariantCulture),
        Real r => r.Value.ToString("R", CultureInfo.InvariantCulture),
        List l => $"[{string.Join(' ', l.Items.Select(i => i.Print()))}]",
        Map m => $"map[{string.Join(' ', m.Fields.OrderBy(f => f.Key, StringComparer.Ordinal).Select(f => $"{f.Key}:{f.Value.Print()}"))}]",
        Row r => $"{{{string.Join(' ', r.Fields.Select(f => f.Value.Print()))}}}",
        Absent => "<no value>",
        _ => "<nil>",
    };

    /// <summary>Go's name for the kind of value, as errors and %! show it.</summary>
    public string TypeName => this switch
    {
        Text => "string",
        Bool => "bool",
        Number => "int",
        Real => "float64",
        List => "[]interface {}",
        Map => "map[string]interface {}",
        Row { Type: { Length: > 0 } type } => type,
        _ => "interface {}",
    };

    /// <summary>As <c>{{json .X}}</c> prints it: on one line, fields in their order.</summary>
    public string Json()
    {
        using var bytes = new MemoryStream();
        using (var writer = new Utf8JsonWriter(bytes, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            Write(writer);
        }

        return TerminalText.EscapeJson(Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length));
    }

    private void Write(Utf8JsonWriter writer)
    {
        switch (this)
        {
            case Text t:
                writer.WriteStringValue(t.Value);
                break;
            case Bool b:
                writer.WriteBooleanValue(b.Value);
                break;
            case Number n:
                writer.WriteNumberValue(n.Value);
                break;
            case Real r:
                writer.WriteNumberValue(r.Value);
                break;
            case List l:
                writer.WriteStartArray();
                foreach (var item in l.Items)
                {
                    item.Write(writer);
                }

                writer.WriteEndArray();
                break;
            case Map or Row:
                writer.WriteStartObject();
                foreach (var (key, value) in Entries!)
                {
                    writer.WritePropertyName(key);
                    value.Write(writer);
                }

                writer.WriteEndObject();
                break;
            default:
                writer.WriteNullValue();
                break;
        }
    }
}
