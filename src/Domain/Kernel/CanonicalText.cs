namespace EventDock.Domain.Kernel;

using System.Buffers.Text;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

/// <summary>Canonical JSON in the making, in a buffer that is used again and again.</summary>
public sealed partial class CanonicalText
{
    /// <summary>So many members are sorted by insertion.</summary>
    private const int Few = 32;

    private readonly List<Member> members = [];
    private byte[] bytes = new byte[512];
    private byte[] spare = [];
    private int length;

    /// <summary>Where a member stands in the buffer: its name with the quotes, and its end.</summary>
    private readonly record struct Member(int Start, int NameEnd, int End);

    public ReadOnlySpan<byte> Written => bytes.AsSpan(0, length);

    public void Clear() => length = 0;

    /// <summary>Bytes as they are: a salt before the text, or what is known to be canonical.</summary>
    public void Add(ReadOnlySpan<byte> more)
    {
        more.CopyTo(Room(more.Length));
        length += more.Length;
    }

    /// <summary>A string, quoted.</summary>
    public void Quote(string value) => Quote(value.AsSpan());

    /// <summary>A string in UTF-8, quoted.</summary>
    public void Quote(ReadOnlySpan<byte> value)
    {
        if (value.IndexOfAny(EscapedBytes) >= 0)
        {
            Quote(Encoding.UTF8.GetString(value).AsSpan());
            return;
        }

        Add("\""u8);
        Add(value);
        Add("\""u8);
    }

    public void Number(long value)
    {
        value.TryFormat(Room(20), out var written, default, CultureInfo.InvariantCulture);
        length += written;
    }

    /// <summary>The value that the reader stands on. False for a number that is not whole, or too large for one.</summary>
    internal bool Value(ref Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                return Object(ref reader);
            case JsonTokenType.StartArray:
                return Array(ref reader);
            case JsonTokenType.String:
                Text(ref reader);
                return true;
            case JsonTokenType.Number:
                return Number(reader.ValueSpan);
            case JsonTokenType.True:
                Add("true"u8);
                return true;
            case JsonTokenType.False:
                Add("false"u8);
                return true;
            case JsonTokenType.Null:
                Add("null"u8);
                return true;
            default:
                throw new UnreachableException($"no JSON value is a {reader.TokenType}");
        }
    }

    private bool Object(ref Utf8JsonReader reader)
    {
        Add("{"u8);
        var (from, first, whole) = (length, members.Count, true);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            var start = length;
            Text(ref reader);
            var nameEnd = length;
            Add(":"u8);
            reader.Read();
            whole = Value(ref reader) && whole;
            Add(","u8);
            members.Add(new Member(start, nameEnd, length));
        }

        Sort(from, first);
        members.RemoveRange(first, members.Count - first);
        Close((byte)'}');
        return whole;
    }

    private bool Array(ref Utf8JsonReader reader)
    {
        Add("["u8);
        var whole = true;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            whole = Value(ref reader) && whole;
            Add(","u8);
        }

        Close((byte)']');
        return whole;
    }

    /// <summary>In place of the last comma, or after the opening bracket.</summary>
    private void Close(byte bracket)
    {
        if (bytes[length - 1] == ',')
        {
            length--;
        }

        Add([bracket]);
    }

    private void Sort(int from, int first)
    {
        var count = members.Count - first;
        var sorted = true;
        for (var i = 1; i < count && sorted; i++)
        {
            sorted = Compare(members[first + i - 1], members[first + i]) < 0;
        }

        if (sorted)
        {
            return;
        }

        if (count <= Few)
        {
            Insert(CollectionsMarshal.AsSpan(members)[first..]);
        }
        else
        {
            members.Sort(first, count, Comparer<Member>.Create(Compare));
        }

        if (spare.Length < length)
        {
            spare = new byte[bytes.Length];
        }

        var to = from;
        for (var i = 0; i < count; i++)
        {
            var member = members[first + i];
            bytes.AsSpan(member.Start..member.End).CopyTo(spare.AsSpan(to));
            to += member.End - member.Start;
        }

        spare.AsSpan(from..to).CopyTo(bytes.AsSpan(from));
    }

    /// <summary>Most objects have a handful of members, and are sorted without anything being made for it.</summary>
    private void Insert(Span<Member> unsorted)
    {
        for (var i = 1; i < unsorted.Length; i++)
        {
            var member = unsorted[i];
            var at = i;
            for (; at > 0 && Compare(unsorted[at - 1], member) > 0; at--)
            {
                unsorted[at] = unsorted[at - 1];
            }

            unsorted[at] = member;
        }
    }

    /// <summary>By UTF-16 code units; bytes of ASCII without escapes sort the same.</summary>
    private int Compare(Member a, Member b)
    {
        var left = Name(a);
        var right = Name(b);
        return Plain(left) && Plain(right)
            ? left.SequenceCompareTo(right)
            : string.CompareOrdinal(Decoded(left), Decoded(right));
    }

    private ReadOnlySpan<byte> Name(Member member) => bytes.AsSpan((member.Start + 1)..(member.NameEnd - 1));

    private static bool Plain(ReadOnlySpan<byte> name) => Ascii.IsValid(name) && !name.Contains((byte)'\\');

    private static string Decoded(ReadOnlySpan<byte> name)
    {
        var reader = new Utf8JsonReader((byte[])[(byte)'"', .. name, (byte)'"']);
        reader.Read();
        return reader.GetString()!;
    }

    /// <summary>A string or a name. What has no escape is canonical as it stands: JSON lets nothing in that would need one.</summary>
    private void Text(ref Utf8JsonReader reader)
    {
        if (reader.ValueIsEscaped)
        {
            Quote(reader.GetString()!.AsSpan());
            return;
        }

        Add("\""u8);
        Add(reader.ValueSpan);
        Add("\""u8);
    }

    private bool Number(ReadOnlySpan<byte> digits)
    {
        if (!Utf8Parser.TryParse(digits, out long number, out var read) || read != digits.Length || number is > 1L << 53 or < -(1L << 53))
        {
            return false;
        }

        Number(number);
        return true;
    }

    /// <summary>RFC 8785, 3.2.2.2: only what must be escaped is, in the short form where there is one.</summary>
    private void Quote(ReadOnlySpan<char> value)
    {
        Add("\""u8);
        while (!value.IsEmpty)
        {
            var plain = value.IndexOfAny(Escaped);
            var run = plain < 0 ? value : value[..plain];
            length += Encoding.UTF8.GetBytes(run, Room(Encoding.UTF8.GetMaxByteCount(run.Length)));
            value = value[run.Length..];
            if (!value.IsEmpty)
            {
                Escape(value[0]);
                value = value[1..];
            }
        }

        Add("\""u8);
    }

    private static readonly System.Buffers.SearchValues<char> Escaped = System.Buffers.SearchValues.Create(
        "\"\\" + string.Concat(Enumerable.Range(0, 32).Select(i => (char)i)));

    private static readonly System.Buffers.SearchValues<byte> EscapedBytes = System.Buffers.SearchValues.Create(
        [(byte)'"', (byte)'\\', .. Enumerable.Range(0, 32).Select(i => (byte)i)]);

    private void Escape(char c) => Add(c switch
    {
        '"' => "\\\""u8,
        '\\' => "\\\\"u8,
        '\b' => "\\b"u8,
        '\t' => "\\t"u8,
        '\n' => "\\n"u8,
        '\f' => "\\f"u8,
        '\r' => "\\r"u8,
        _ => Encoding.ASCII.GetBytes("\\u" + ((int)c).ToString("x4", CultureInfo.InvariantCulture)),
    });

    private Span<byte> Room(int more)
    {
        if (bytes.Length - length < more)
        {
            System.Array.Resize(ref bytes, Math.Max(bytes.Length * 2, length + more));
        }

        return bytes.AsSpan(length, bytes.Length - length);
    }
}
