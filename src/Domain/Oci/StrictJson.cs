namespace EventDock.Domain.Oci;

using System.Text.Json;
using EventDock.Domain.Kernel;

/// <summary>
/// JSON from outside, checked as a whole before anything is taken from it: bounded in length and depth, no key twice in one
/// object (RFC 8259, section 4, leaves that open, so two readers could see two images), all text real Unicode and without a NUL,
/// which is where a path or a process's argument would end.
/// </summary>
public static class StrictJson
{
    private const int MaxDepth = 32;

    /// <summary>Reads a JSON object and hands it to <paramref name="read"/>, whose first complaint becomes the error.</summary>
    /// <param name="what">How errors name the thing.</param>
    /// <param name="maxBytes">Anything longer is refused unread.</param>
    public static Either<DomainError, T> Read<T>(
        string what, ReadOnlyMemory<byte> bytes, int maxBytes, Func<JsonShape, JsonElement, Either<DomainError, T>> read) =>
        Read(what, bytes, maxBytes, JsonValueKind.Object, "is not a JSON object", read);

    /// <summary>The same of a JSON array.</summary>
    public static Either<DomainError, T> ReadList<T>(
        string what, ReadOnlyMemory<byte> bytes, int maxBytes, Func<JsonShape, JsonElement, Either<DomainError, T>> read) =>
        Read(what, bytes, maxBytes, JsonValueKind.Array, "is not a JSON array", read);

    private static Either<DomainError, T> Read<T>(
        string what, ReadOnlyMemory<byte> bytes, int maxBytes, JsonValueKind kind, string otherwise,
        Func<JsonShape, JsonElement, Either<DomainError, T>> read)
    {
        if (bytes.Length > maxBytes)
        {
            return new DomainError.BadContent(what, $"is longer than {maxBytes} bytes");
        }

        if (Fault(bytes.Span) is { } fault)
        {
            return new DomainError.BadContent(what, fault);
        }

        using var document = JsonDocument.Parse(bytes, new JsonDocumentOptions { MaxDepth = MaxDepth });
        if (document.RootElement.ValueKind != kind)
        {
            return new DomainError.BadContent(what, otherwise);
        }

        var shape = new JsonShape();
        var result = read(shape, document.RootElement);
        return shape.Fault is { } wrong ? new DomainError.BadContent(what, wrong) : result;
    }

    private static string? Fault(ReadOnlySpan<byte> bytes)
    {
        var reader = new Utf8JsonReader(bytes, new JsonReaderOptions { MaxDepth = MaxDepth });
        var keys = new Stack<System.Collections.Generic.HashSet<string>>();
        try
        {
            while (reader.Read())
            {
                switch (reader.TokenType)
                {
                    case JsonTokenType.StartObject:
                        keys.Push(new(StringComparer.Ordinal));
                        break;
                    case JsonTokenType.EndObject:
                        keys.Pop();
                        break;
                    case JsonTokenType.PropertyName when reader.GetString() is var key && !keys.Peek().Add(key!):
                        return $"has the key '{key}' twice";
                    case JsonTokenType.PropertyName or JsonTokenType.String when reader.GetString()!.Contains('\0'):
                        return "holds text with a NUL";
                }
            }

            return null;
        }
        catch (JsonException e)
        {
            return $"is not valid JSON (line {e.LineNumber + 1}, byte {e.BytePositionInLine})";
        }
        catch (InvalidOperationException)
        {
            // GetString's word for bytes that are not UTF-8 and for half a surrogate pair.
            return "holds text that is not Unicode";
        }
    }
}

/// <summary>
/// Takes fields out of a checked object. What is missing or of another type is remembered as <see cref="Fault"/>, the first
/// only, and a harmless value is given in its place, so that a reader is one expression and not a chain of checks.
/// </summary>
public sealed class JsonShape
{
    public string? Fault { get; private set; }

    /// <summary>Remembers the first complaint.</summary>
    public void Complain(string fault) => Fault ??= fault;

    /// <summary>A member; null where it is missing or null.</summary>
    public static JsonElement? Member(JsonElement of, string name) =>
        of.ValueKind == JsonValueKind.Object && of.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null
            ? value
            : null;

    /// <summary>A text; null where it is missing or null.</summary>
    public string? OptionalText(JsonElement of, string name) =>
        Member(of, name) is not { } value ? null
        : value.ValueKind == JsonValueKind.String ? value.GetString()
        : Wrong<string?>(name, "text", null);

    public string Text(JsonElement of, string name) =>
        OptionalText(of, name) ?? Wrong(name, "text", "");

    public bool Flag(JsonElement of, string name) =>
        Member(of, name)?.ValueKind switch
        {
            null or JsonValueKind.False => false,
            JsonValueKind.True => true,
            _ => Wrong(name, "true or false", false),
        };

    /// <summary>A whole number from 0 to 2^63-1.</summary>
    public long Count(JsonElement of, string name) =>
        Member(of, name) is { ValueKind: JsonValueKind.Number } value && value.TryGetInt64(out var number) && number >= 0
            ? number
            : Wrong(name, "a whole number from 0 on", 0L);

    /// <summary>An object; null where it is missing or null.</summary>
    public JsonElement? OptionalObject(JsonElement of, string name) =>
        Member(of, name) is not { } value ? null
        : value.ValueKind == JsonValueKind.Object ? value
        : Wrong<JsonElement?>(name, "an object", null);

    /// <summary>The elements of an array; none where it is missing or null.</summary>
    public IEnumerable<JsonElement> Items(JsonElement of, string name) =>
        Member(of, name) is not { } value ? []
        : value.ValueKind == JsonValueKind.Array ? value.EnumerateArray()
        : Wrong<IEnumerable<JsonElement>>(name, "an array", []);

    public Seq<string> Texts(JsonElement of, string name) =>
        Items(of, name).Select(i => i.ValueKind == JsonValueKind.String ? i.GetString()! : Wrong(name, "an array of text", ""))
            .ToArray().ToSeq();

    /// <summary>The keys of an object used as a set, in the order of their code units; none where it is missing.</summary>
    public Seq<string> Keys(JsonElement of, string name) =>
        OptionalObject(of, name) is { } set
            ? set.EnumerateObject().Select(m => m.Name).Order(StringComparer.Ordinal).ToArray().ToSeq()
            : Seq<string>();

    /// <summary>Complains that a member is not of its type, and gives the value to go on with.</summary>
    public T Wrong<T>(string name, string wanted, T instead)
    {
        Complain($"'{name}' is not {wanted}");
        return instead;
    }
}
