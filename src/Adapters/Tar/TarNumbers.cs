namespace EventDock.Adapters.Tar;

using System.Buffers.Text;
using EventDock.Adapters.Posix;

/// <summary>How tar writes numbers: octal text (POSIX ustar) or, the first bit set, base 256 (GNU).</summary>
internal static class TarNumbers
{
    internal static bool TryField(ReadOnlySpan<byte> field, out long value)
    {
        value = 0;
        if ((field[0] & 0x80) != 0)
        {
            return TryBase256(field, out value);
        }

        field = field.Trim((byte)' ');
        var end = field.IndexOfAny((byte)0, (byte)' ');
        field = end < 0 ? field : field[..end];
        foreach (var digit in field)
        {
            if (digit is < (byte)'0' or > (byte)'7' || value > long.MaxValue >> 3)
            {
                return false;
            }

            value = (value << 3) | (uint)(digit - '0');
        }

        return true;
    }

    // Two's complement, big-endian; the first bit only marks the form, the second is the sign.
    private static bool TryBase256(ReadOnlySpan<byte> field, out long value)
    {
        var negative = (field[0] & 0x40) != 0;
        value = negative ? -1 : 0;
        for (var i = 0; i < field.Length; i++)
        {
            var part = i == 0 ? (negative ? field[0] | 0x80 : field[0] & 0x7f) : field[i];
            if (value > long.MaxValue >> 8 || value < long.MinValue >> 8)
            {
                return false;
            }

            value = (value << 8) | (uint)(byte)part;
        }

        return true;
    }

    internal static bool TryDecimal(ReadOnlySpan<byte> text, out long value) =>
        Utf8Parser.TryParse(text, out value, out var used) && used == text.Length && text.Length > 0 && text[0] != (byte)'+';

    /// <summary>PAX's times: seconds with an optional fraction, cut to nanoseconds towards the past.</summary>
    internal static bool TryTime(ReadOnlySpan<byte> text, out FileTime time)
    {
        time = default;
        var dot = text.IndexOf((byte)'.');
        var whole = dot < 0 ? text : text[..dot];
        if (!TryDecimal(whole, out var seconds))
        {
            return false;
        }

        uint nanoseconds = 0;
        var fraction = dot < 0 ? default : text[(dot + 1)..];
        var more = false;
        for (var i = 0; i < fraction.Length; i++)
        {
            if (fraction[i] is < (byte)'0' or > (byte)'9')
            {
                return false;
            }

            nanoseconds = i < 9 ? (nanoseconds * 10) + fraction[i] - '0' : nanoseconds;
            more |= i >= 9 && fraction[i] != (byte)'0';
        }

        for (var i = fraction.Length; i < 9; i++)
        {
            nanoseconds *= 10;
        }

        // -1.25 is 0.75 s after -2.
        if (whole[0] == (byte)'-' && (nanoseconds > 0 || more))
        {
            nanoseconds += more ? 1u : 0;
            time = nanoseconds > 999_999_999 ? new FileTime(seconds - 1, 0) : new FileTime(seconds - 1, 1_000_000_000 - nanoseconds);
            return true;
        }

        time = new FileTime(seconds, nanoseconds);
        return true;
    }
}
