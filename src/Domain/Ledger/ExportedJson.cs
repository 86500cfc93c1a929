namespace EventDock.Domain.Ledger;

using System.Text.Json;
using System.Text.Unicode;
using EventDock.Domain.Kernel;

/// <summary>
/// JSON that comes from outside and is to be stored as jsonb, and made canonical again from there, to the byte: canonical, no
/// name twice in one object (jsonb keeps one), no NUL (jsonb refuses it).
/// </summary>
internal static class ExportedJson
{
    private const int Deepest = 128;

    /// <summary>What is wrong with it; null where nothing is.</summary>
    public static string? Wrong(ReadOnlySpan<byte> json, CanonicalText scratch)
    {
        scratch.Clear();
        if (!Utf8.IsValid(json))
        {
            return "is not UTF-8";
        }

        if (CanonicalJson.Write(json, scratch).IsLeft || !scratch.Written.SequenceEqual(json))
        {
            return "is not canonical JSON";
        }

        return Walk(json);
    }

    /// <summary>Names are sorted by now: one that is there twice stands behind itself.</summary>
    private static string? Walk(ReadOnlySpan<byte> json)
    {
        Span<(int Start, int Length)> last = stackalloc (int, int)[Deepest + 1];
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = Deepest });
        while (reader.Read())
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.StartObject:
                    last[reader.CurrentDepth] = (0, -1);
                    break;
                case JsonTokenType.PropertyName:
                    var depth = reader.CurrentDepth - 1;
                    var (start, length) = last[depth];
                    if (length >= 0 && json.Slice(start, length).SequenceEqual(reader.ValueSpan))
                    {
                        return "holds a name twice";
                    }

                    last[depth] = ((int)reader.TokenStartIndex + 1, reader.ValueSpan.Length);
                    break;
            }

            if (reader.TokenType is JsonTokenType.PropertyName or JsonTokenType.String && reader.ValueIsEscaped
                && reader.ValueSpan.IndexOf("\\u0000"u8) >= 0 && reader.GetString()!.Contains('\0'))
            {
                return "holds a NUL";
            }
        }

        return null;
    }
}
