namespace EventDock.Domain.Ledger;

using EventDock.Domain.Kernel;

/// <summary>
/// The headers that were read last. The events of one command have the same but for the time at which they happened: as long as
/// that is so, only the time is put into the canonical text that was made of the first.
/// </summary>
internal sealed class LastHeaders
{
    /// <summary>A time in the ledger's form, and the quote and the bracket behind it, where the headers end with it.</summary>
    private const int TimeLength = 27, Behind = 2;

    private byte[] last = new byte[1024];
    private int length;
    private int at;
    private int saltLength;
    private long schema;

    /// <summary>
    /// Whether these headers are the last but for the time. If so, the text, which holds a salt of this length and what was
    /// remembered, is made to hold this one.
    /// </summary>
    public bool Again(
        ReadOnlySpan<byte> json, ReadOnlySpan<byte> salt, CanonicalText text, out ReadOnlySpan<byte> occurred, out long same)
    {
        occurred = default;
        same = schema;
        if (length == 0 || json.Length != length || salt.Length != saltLength
            || !json[..^(TimeLength + Behind)].SequenceEqual(last.AsSpan(0, length - TimeLength - Behind)) || !json.EndsWith("\"}"u8))
        {
            return false;
        }

        occurred = json[^(TimeLength + Behind)..^Behind];
        // Nothing but digits and their separators: it cannot end the string before its end.
        if (CanonicalText.Micros(occurred) is null)
        {
            return false;
        }

        text.Overwrite(0, salt);
        text.Overwrite(at, occurred);
        return true;
    }

    /// <summary>Keeps headers whose canonical text, behind its salt, is this; and nothing where the time is not their end.</summary>
    /// <param name="occurred">Where the reader of JSON has found the time, in the outermost object.</param>
    public void Keep(ReadOnlySpan<byte> json, int salted, CanonicalText text, ReadOnlySpan<byte> occurred, long ofSchema)
    {
        length = 0;
        if (occurred.Length != TimeLength || !json.Overlaps(occurred, out var offset) || offset != json.Length - TimeLength - Behind
            || !json.EndsWith("\"}"u8))
        {
            return;
        }

        Span<byte> member = stackalloc byte[12 + TimeLength];
        "\"Occurred\":\""u8.CopyTo(member);
        occurred.CopyTo(member[12..]);
        var found = text.Written[salted..].IndexOf(member);
        if (found < 0 || found != text.Written[salted..].LastIndexOf(member))
        {
            return;
        }

        if (last.Length < json.Length)
        {
            last = new byte[json.Length * 2];
        }

        json.CopyTo(last);
        (length, at, schema, saltLength) = (json.Length, salted + found + 12, ofSchema, salted);
    }

    public void Forget() => length = 0;
}
