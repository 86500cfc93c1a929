namespace EventDock.Domain.Ledger;

using System.Security.Cryptography;

/// <summary>
/// SHA-256 for millions of short texts: one hash object used again and again, which spares most of what a call on its own
/// costs. For one thread at a time.
/// </summary>
public sealed class Sha256
{
    private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly byte[] result = new byte[TreeHash.Length];

    /// <summary>Valid until the next call.</summary>
    public ReadOnlySpan<byte> Bytes(ReadOnlySpan<byte> text)
    {
        hash.AppendData(text);
        hash.GetHashAndReset(result);
        return result;
    }

    /// <summary>Of two texts in a row.</summary>
    public ReadOnlySpan<byte> Bytes(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second)
    {
        hash.AppendData(first);
        return Bytes(second);
    }

    public TreeHash Of(ReadOnlySpan<byte> text) => TreeHash.Of(Bytes(text));
}
