namespace EventDock.Domain.Ledger;

using System.Buffers.Binary;
using System.Diagnostics;

/// <summary>
/// The 32 bytes of a SHA-256, as a value: a tree of a million events compares and keeps millions of them, none on the heap.
/// </summary>
public readonly record struct TreeHash
{
    public const int Length = 32;

    private readonly ulong a, b, c, d;

    private TreeHash(ReadOnlySpan<byte> bytes)
    {
        a = BinaryPrimitives.ReadUInt64BigEndian(bytes);
        b = BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]);
        c = BinaryPrimitives.ReadUInt64BigEndian(bytes[16..]);
        d = BinaryPrimitives.ReadUInt64BigEndian(bytes[24..]);
    }

    /// <summary>From exactly 32 bytes.</summary>
    public static TreeHash Of(ReadOnlySpan<byte> bytes) =>
        bytes.Length == Length
            ? new TreeHash(bytes)
            : throw new UnreachableException($"a hash of {bytes.Length} bytes");

    /// <summary>From base64 with nothing left open (RFC 4648, section 4).</summary>
    public static Option<TreeHash> OfBase64(string text) =>
        StrictBase64.Parse(text).Bind(bytes => bytes.Length == Length ? Some(Of(bytes)) : None);

    /// <summary>From 64 digits of lower-case hex.</summary>
    public static Option<TreeHash> OfHex(string text)
    {
        Span<byte> bytes = stackalloc byte[Length];
        return text.Length == 2 * Length && !text.AsSpan().ContainsAnyInRange('A', 'F')
            && Convert.FromHexString(text, bytes, out _, out _) == System.Buffers.OperationStatus.Done
                ? Some(Of(bytes))
                : None;
    }

    public void CopyTo(Span<byte> bytes)
    {
        BinaryPrimitives.WriteUInt64BigEndian(bytes, a);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], b);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[16..], c);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[24..], d);
    }

    public byte[] ToArray()
    {
        var bytes = new byte[Length];
        CopyTo(bytes);
        return bytes;
    }

    public string Base64 => Convert.ToBase64String(ToArray());

    /// <summary>Hex, as sha256sum prints it.</summary>
    public override string ToString() => Convert.ToHexStringLower(ToArray());
}
