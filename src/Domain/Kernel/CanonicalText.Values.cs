namespace EventDock.Domain.Kernel;

/// <summary>
/// What a leaf's line holds beside texts: digests, ids, and times in the ledger's form, a place for each digit, made of
/// microseconds since 2000-01-01 UTC, as Postgres counts them.
/// </summary>
public sealed partial class CanonicalText
{
    private const int MomentLength = 27;

    private static ReadOnlySpan<byte> HexDigits => "0123456789abcdef"u8;

    /// <summary>Where Postgres begins to count.</summary>
    public static readonly DateTimeOffset Epoch = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly long Earliest = -Epoch.Ticks / 10, Latest = (DateTime.MaxValue.Ticks - Epoch.Ticks) / 10;

    /// <summary>Bytes as lower-case hex, without quotes.</summary>
    public void Hex(ReadOnlySpan<byte> value)
    {
        var to = Room(value.Length * 2);
        foreach (var one in value)
        {
            (to[0], to[1]) = (HexDigits[one >> 4], HexDigits[one & 15]);
            to = to[2..];
        }

        length += value.Length * 2;
    }

    /// <summary>A uuid in its usual form, without quotes.</summary>
    public void Id(Guid value)
    {
        value.TryFormat(Room(36), out var written);
        length += written;
    }

    /// <summary>
    /// As <see cref="Rfc3339.Micros"/> writes a time, without quotes. What is beyond its years, as a number, which is none.
    /// </summary>
    public void Moment(long micros)
    {
        if (micros < Earliest || micros > Latest)
        {
            Number(micros);
            return;
        }

        var at = Epoch.UtcDateTime.AddTicks(micros * 10);
        var to = Room(MomentLength)[..MomentLength];
        "0000-00-00T00:00:00.000000Z"u8.CopyTo(to);
        Digits(to[..4], at.Year);
        Digits(to[5..7], at.Month);
        Digits(to[8..10], at.Day);
        Digits(to[11..13], at.Hour);
        Digits(to[14..16], at.Minute);
        Digits(to[17..19], at.Second);
        Digits(to[20..26], (int)(at.Ticks % TimeSpan.TicksPerSecond / 10));
        length += MomentLength;
    }

    /// <summary>None for what is beyond its years.</summary>
    public static Option<DateTimeOffset> At(long micros) =>
        micros < Earliest || micros > Latest ? Option<DateTimeOffset>.None : Some(Epoch.AddTicks(micros * 10));

    /// <summary>Of a time in exactly this form; null for any other text.</summary>
    public static long? Micros(ReadOnlySpan<byte> text)
    {
        if (text.Length != MomentLength || text[4] != '-' || text[7] != '-' || text[10] != 'T' || text[13] != ':' || text[16] != ':'
            || text[19] != '.' || text[26] != 'Z')
        {
            return null;
        }

        var (year, month, day) = (Value(text[..4]), Value(text[5..7]), Value(text[8..10]));
        var (hour, minute, second, micros) = (Value(text[11..13]), Value(text[14..16]), Value(text[17..19]), Value(text[20..26]));
        return year >= 1 && month is >= 1 and <= 12 && day >= 1 && day <= DateTime.DaysInMonth(year, month)
            && hour is >= 0 and < 24 && minute is >= 0 and < 60 && second is >= 0 and < 60 && micros >= 0
            ? ((new DateTime(year, month, day, hour, minute, second).Ticks - Epoch.Ticks) / 10) + micros
            : null;
    }

    private static void Digits(Span<byte> to, int value)
    {
        for (var i = to.Length - 1; i >= 0; i--, value /= 10)
        {
            to[i] = (byte)('0' + (value % 10));
        }
    }

    /// <summary>Negative where something else than a digit stands there.</summary>
    private static int Value(ReadOnlySpan<byte> digits)
    {
        var value = 0;
        foreach (var digit in digits)
        {
            if (digit is < (byte)'0' or > (byte)'9')
            {
                return -1;
            }

            value = (value * 10) + (digit - '0');
        }

        return value;
    }
}
