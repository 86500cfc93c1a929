namespace EventDock.Domain.Kernel;

using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;

/// <summary>
/// JSON in one form only (RFC 8785): keys sorted by UTF-16 code units, no spaces, the shortest escapes. Needed since jsonb
/// keeps neither the order of keys nor the spacing, and a digest wants one sequence of bytes. EventDock's JSON has whole
/// numbers within 2^53 only, so RFC 8785's treatment of floats never comes up; one that is met is refused.
/// </summary>
public static class CanonicalJson
{
    /// <summary>What does not stand for itself in a string.</summary>
    private static readonly SearchValues<char> Escaped =
        SearchValues.Create(string.Concat(Enumerable.Range(0, 0x20).Select(c => (char)c)) + "\"\\");

    public static Either<DomainError, byte[]> Of(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 128 });
            var text = new StringBuilder(json.Length);
            return Write(document.RootElement, text)
                ? Encoding.UTF8.GetBytes(text.ToString())
                : new DomainError.BadContent("JSON", "holds a number that is not whole or beyond 2^53");
        }
        catch (JsonException e)
        {
            return new DomainError.BadContent("JSON", e.Message);
        }
        catch (InvalidOperationException)
        {
            // Thrown by the reader for half of a surrogate pair, written as an escape: no such text has a UTF-8 form.
            return new DomainError.BadContent("JSON", "holds half of a surrogate pair");
        }
    }

    /// <summary>A text as canonical JSON; it must hold no half of a surrogate pair.</summary>
    public static string Quoted(string text)
    {
        var quoted = new StringBuilder(text.Length + 2);
        Quote(text, quoted);
        return quoted.ToString();
    }

    private static bool Write(JsonElement element, StringBuilder text)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                return WriteObject(element, text);
            case JsonValueKind.Array:
                return WriteArray(element, text);
            case JsonValueKind.String:
                Quote(element.GetString()!, text);
                return true;
            case JsonValueKind.Number:
                if (!element.TryGetInt64(out var number) || Math.Abs(number) > 1L << 53)
                {
                    return false;
                }

                text.Append(number.ToString(CultureInfo.InvariantCulture));
                return true;
            case JsonValueKind.True:
                text.Append("true");
                return true;
            case JsonValueKind.False:
                text.Append("false");
                return true;
            case JsonValueKind.Null:
                text.Append("null");
                return true;
            default:
                throw new UnreachableException($"no JSON has a {element.ValueKind}");
        }
    }

    private static bool WriteObject(JsonElement element, StringBuilder text)
    {
        var members = new List<(string Name, JsonElement Value)>();
        foreach (var member in element.EnumerateObject())
        {
            members.Add((member.Name, member.Value));
        }

        members.Sort((a, b) => string.CompareOrdinal(a.Name, b.Name));
        text.Append('{');
        for (var i = 0; i < members.Count; i++)
        {
            if (i > 0)
            {
                text.Append(',');
            }

            Quote(members[i].Name, text);
            text.Append(':');
            if (!Write(members[i].Value, text))
            {
                return false;
            }
        }

        text.Append('}');
        return true;
    }

    private static bool WriteArray(JsonElement element, StringBuilder text)
    {
        text.Append('[');
        var first = true;
        foreach (var item in element.EnumerateArray())
        {
            if (!first)
            {
                text.Append(',');
            }

            first = false;
            if (!Write(item, text))
            {
                return false;
            }
        }

        text.Append(']');
        return true;
    }

    /// <summary>RFC 8785, 3.2.2.2: only what must be escaped is, in the short form where there is one.</summary>
    private static void Quote(string value, StringBuilder text)
    {
        text.Append('"');
        if (value.AsSpan().IndexOfAny(Escaped) < 0)
        {
            text.Append(value).Append('"');
            return;
        }

        foreach (var c in value)
        {
            _ = c switch
            {
                '"' => text.Append("\\\""),
                '\\' => text.Append("\\\\"),
                '\b' => text.Append("\\b"),
                '\t' => text.Append("\\t"),
                '\n' => text.Append("\\n"),
                '\f' => text.Append("\\f"),
                '\r' => text.Append("\\r"),
                < ' ' => text.Append("\\u").Append(((int)c).ToString("x4", CultureInfo.InvariantCulture)),
                _ => text.Append(c),
            };
        }

        text.Append('"');
    }
}
