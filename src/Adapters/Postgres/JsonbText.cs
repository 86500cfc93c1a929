namespace EventDock.Adapters.Postgres;

using System.Buffers;
using System.Diagnostics;
using System.Text;
using System.Text.Json;

/// <summary>
/// JSON as Postgres prints jsonb: members sorted by the length of their names and then bytewise, a blank behind each colon and
/// comma, the shortest escapes. So a row that was folded here can be compared, byte by byte, with one that stands in a table.
/// Rows hold whole numbers only.
/// </summary>
internal sealed class JsonbText
{
    private byte[] text = new byte[4096];
    private int length;

    /// <summary>Valid until the next call.</summary>
    public ReadOnlySpan<byte> Of(ReadOnlySpan<byte> json)
    {
        length = 0;
        var reader = new Utf8JsonReader(json);
        reader.Read();
        Value(ref reader);
        return text.AsSpan(0, length);
    }

    private void Value(ref Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                Members(ref reader);
                break;
            case JsonTokenType.StartArray:
                Items(ref reader);
                break;
            case JsonTokenType.String:
                Text(ref reader);
                break;
            case JsonTokenType.Number or JsonTokenType.True or JsonTokenType.False or JsonTokenType.Null:
                Add(reader.ValueSpan);
                break;
            default:
                throw new UnreachableException($"no value begins with {reader.TokenType}");
        }
    }

    private void Items(ref Utf8JsonReader reader)
    {
        Add("["u8);
        for (var first = true; reader.Read() && reader.TokenType != JsonTokenType.EndArray; first = false)
        {
            Add(first ? ""u8 : ", "u8);
            Value(ref reader);
        }

        Add("]"u8);
    }

    /// <summary>Members are written as they come, and then put in order.</summary>
    private void Members(ref Utf8JsonReader reader)
    {
        Add("{"u8);
        var begin = length;
        var members = new List<(int Begin, int Name, int End)>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            var at = length - begin;
            Text(ref reader);
            var name = length - begin;
            Add(": "u8);
            reader.Read();
            Value(ref reader);
            members.Add((at, name, length - begin));
        }

        var written = ArrayPool<byte>.Shared.Rent(length - begin);
        text.AsSpan(begin, length - begin).CopyTo(written);
        members.Sort((a, b) => (a.Name - a.Begin) != (b.Name - b.Begin)
            ? (a.Name - a.Begin) - (b.Name - b.Begin)
            : written.AsSpan(a.Begin, a.Name - a.Begin).SequenceCompareTo(written.AsSpan(b.Begin, b.Name - b.Begin)));
        length = begin;
        foreach (var member in members)
        {
            Add(length == begin ? ""u8 : ", "u8);
            Add(written.AsSpan(member.Begin, member.End - member.Begin));
        }

        ArrayPool<byte>.Shared.Return(written);
        Add("}"u8);
    }

    private void Text(ref Utf8JsonReader reader)
    {
        var bytes = ArrayPool<byte>.Shared.Rent(Math.Max(1, reader.ValueSpan.Length));
        var value = bytes.AsSpan(0, reader.CopyString(bytes));
        Add("\""u8);
        while (!value.IsEmpty)
        {
            var plain = value.IndexOfAny(Escaped);
            Add(plain < 0 ? value : value[..plain]);
            value = plain < 0 ? [] : value[plain..];
            if (!value.IsEmpty)
            {
                Add(Escape(value[0]));
                value = value[1..];
            }
        }

        Add("\""u8);
        ArrayPool<byte>.Shared.Return(bytes);
    }

    private static readonly SearchValues<byte> Escaped = SearchValues.Create([.. Enumerable.Range(0, 0x20).Select(c => (byte)c), (byte)'"', (byte)'\\']);

    private static ReadOnlySpan<byte> Escape(byte c) => c switch
    {
        (byte)'"' => "\\\""u8,
        (byte)'\\' => "\\\\"u8,
        (byte)'\b' => "\\b"u8,
        (byte)'\f' => "\\f"u8,
        (byte)'\n' => "\\n"u8,
        (byte)'\r' => "\\r"u8,
        (byte)'\t' => "\\t"u8,
        _ => Encoding.ASCII.GetBytes($"\\u{c:x4}"),
    };

    private void Add(ReadOnlySpan<byte> bytes)
    {
        if (text.Length - length < bytes.Length)
        {
            System.Array.Resize(ref text, Math.Max(text.Length * 2, length + bytes.Length));
        }

        bytes.CopyTo(text.AsSpan(length));
        length += bytes.Length;
    }
}
