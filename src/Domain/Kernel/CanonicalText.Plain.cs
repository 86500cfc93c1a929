namespace EventDock.Domain.Kernel;

using System.Buffers.Binary;
using System.Text;

/// <summary>
/// The short way for nearly all JSON there is: strings without escapes, names in ASCII, whole numbers of a few digits, blanks and
/// no other space. Its strings are canonical as they stand, so that only members change their places.
/// </summary>
public sealed partial class CanonicalText
{
    private const int Deepest = 32, Widest = 64, MostDigits = 15;

    private PlainMember[] held = [];
    private int holding;

    /// <summary>Where a member stands in the buffer, and the first eight bytes of its name, which nearly always decide.</summary>
    private readonly record struct PlainMember(ulong Prefix, int Start, int NameLength, int End);

    /// <summary>Puts these bytes in the place of others that have been written.</summary>
    internal void Overwrite(int at, ReadOnlySpan<byte> with) => with.CopyTo(bytes.AsSpan(at, Math.Min(with.Length, length - at)));

    /// <summary>False, with nothing written, where the long way has to decide what this is.</summary>
    internal bool TryPlain(ReadOnlySpan<byte> json)
    {
        var (before, at) = (length, 0);
        // What is written is never longer than what was read for it; behind a short name eight bytes are looked at.
        Room(json.Length + sizeof(ulong));
        holding = 0;
        if (PlainValue(json, ref at, Deepest) && at == json.Length)
        {
            return true;
        }

        length = before;
        return false;
    }

    private bool PlainValue(ReadOnlySpan<byte> json, ref int at, int depth)
    {
        if (at >= json.Length)
        {
            return false;
        }

        switch (json[at])
        {
            case (byte)'"':
                return PlainString(json, ref at);
            case (byte)'{':
                return depth > 0 && PlainObject(json, ref at, depth - 1);
            case (byte)'[':
                return depth > 0 && PlainArray(json, ref at, depth - 1);
            case (byte)'n':
                return Word(json, ref at, "null"u8);
            case (byte)'t':
                return Word(json, ref at, "true"u8);
            case (byte)'f':
                return Word(json, ref at, "false"u8);
            default:
                return PlainNumber(json, ref at);
        }
    }

    private bool PlainObject(ReadOnlySpan<byte> json, ref int at, int depth)
    {
        Put((byte)'{');
        at++;
        if (at < json.Length && json[at] == '}')
        {
            at++;
            Put((byte)'}');
            return true;
        }

        var (from, first, sorted) = (length, holding, true);
        for (var more = true; more;)
        {
            var start = length;
            if (holding - first == Widest || at >= json.Length || json[at] != '"' || !PlainString(json, ref at))
            {
                return false;
            }

            var name = bytes.AsSpan((start + 1)..(length - 1));
            if (!Ascii.IsValid(name) || !Colon(json, ref at) || !PlainValue(json, ref at, depth)
                || !Next(json, ref at, (byte)'}', out more))
            {
                return false;
            }

            var prefix = name.Length == 0
                ? 0
                : BinaryPrimitives.ReadUInt64BigEndian(bytes.AsSpan(start + 1)) & (ulong.MaxValue << Math.Max(0, 64 - (8 * name.Length)));
            if (holding == held.Length)
            {
                System.Array.Resize(ref held, Math.Max(Few, held.Length * 2));
            }

            held[holding] = new PlainMember(prefix, start, name.Length, length);
            sorted = sorted && (holding == first || PlainCompare(held[holding - 1], held[holding]) < 0);
            holding++;
        }

        if (!sorted)
        {
            Rearrange(from, held.AsSpan(first..holding));
        }

        holding = first;
        bytes[length - 1] = (byte)'}';
        return true;
    }

    private bool PlainArray(ReadOnlySpan<byte> json, ref int at, int depth)
    {
        Put((byte)'[');
        at++;
        if (at < json.Length && json[at] == ']')
        {
            at++;
            Put((byte)']');
            return true;
        }

        for (var more = true; more;)
        {
            if (!PlainValue(json, ref at, depth) || !Next(json, ref at, (byte)']', out more))
            {
                return false;
            }
        }

        bytes[length - 1] = (byte)']';
        return true;
    }

    private bool PlainString(ReadOnlySpan<byte> json, ref int at)
    {
        var end = json[(at + 1)..].IndexOfAny(EscapedBytes);
        if (end < 0 || json[at + 1 + end] != '"')
        {
            return false;
        }

        json.Slice(at, end + 2).CopyTo(bytes.AsSpan(length));
        length += end + 2;
        at += end + 2;
        return true;
    }

    private bool PlainNumber(ReadOnlySpan<byte> json, ref int at)
    {
        var end = at + (json[at] == '-' ? 1 : 0);
        var first = end;
        while (end < json.Length && json[end] is >= (byte)'0' and <= (byte)'9')
        {
            end++;
        }

        // A zero in front stands alone and without a sign; what makes a number a float is no separator, and is refused as such.
        if (end == first || end - first > MostDigits || (json[first] == '0' && end - at > 1))
        {
            return false;
        }

        json[at..end].CopyTo(bytes.AsSpan(length));
        length += end - at;
        at = end;
        return true;
    }

    private bool Word(ReadOnlySpan<byte> json, ref int at, ReadOnlySpan<byte> word)
    {
        if (!json[at..].StartsWith(word))
        {
            return false;
        }

        word.CopyTo(bytes.AsSpan(length));
        length += word.Length;
        at += word.Length;
        return true;
    }

    /// <summary>A comma behind each value; the last becomes the closing bracket.</summary>
    private bool Next(ReadOnlySpan<byte> json, ref int at, byte close, out bool more)
    {
        more = false;
        if (at >= json.Length || (json[at] != ',' && json[at] != close))
        {
            return false;
        }

        more = json[at] == ',';
        at++;
        if (more && at < json.Length && json[at] == ' ')
        {
            at++;
        }

        Put((byte)',');
        return true;
    }

    private bool Colon(ReadOnlySpan<byte> json, ref int at)
    {
        if (at >= json.Length || json[at] != ':')
        {
            return false;
        }

        at++;
        if (at < json.Length && json[at] == ' ')
        {
            at++;
        }

        Put((byte)':');
        return true;
    }

    private void Put(byte one) => bytes[length++] = one;

    private void Rearrange(int from, Span<PlainMember> unsorted)
    {
        for (var i = 1; i < unsorted.Length; i++)
        {
            var member = unsorted[i];
            var to = i;
            for (; to > 0 && PlainCompare(unsorted[to - 1], member) > 0; to--)
            {
                unsorted[to] = unsorted[to - 1];
            }

            unsorted[to] = member;
        }

        if (spare.Length < length)
        {
            spare = new byte[bytes.Length];
        }

        var at = from;
        foreach (var member in unsorted)
        {
            bytes.AsSpan(member.Start..member.End).CopyTo(spare.AsSpan(at));
            at += member.End - member.Start;
        }

        spare.AsSpan(from..at).CopyTo(bytes.AsSpan(from));
    }

    private int PlainCompare(in PlainMember a, in PlainMember b) =>
        a.Prefix != b.Prefix
            ? a.Prefix.CompareTo(b.Prefix)
            : bytes.AsSpan(a.Start + 1, a.NameLength).SequenceCompareTo(bytes.AsSpan(b.Start + 1, b.NameLength));
}
