namespace EventDock.Domain.Ledger;

using System.Security.Cryptography;

/// <summary>SHA-256 of a text into 32 bytes, by whatever does it fastest: handed in by who has millions of texts.</summary>
public delegate void Hashing(ReadOnlySpan<byte> text, Span<byte> hash);

/// <summary>
/// SHA-256 for many short texts: one hash object used again and again, which spares most of what a call on its own
/// costs. For one thread at a time.
/// </summary>
/// <param name="by">What hashes; where nothing is given the base library does.</param>
public sealed class Sha256(Hashing? by = null)
{
    private readonly byte[] result = new byte[TreeHash.Length];
    private IncrementalHash? parts;

    /// <summary>Valid until the next call.</summary>
    public ReadOnlySpan<byte> Bytes(ReadOnlySpan<byte> text)
    {
        if (by is null)
        {
            return Bytes(text, default);
        }

        by(text, result);
        return result;
    }

    /// <summary>Of two texts in a row.</summary>
    public ReadOnlySpan<byte> Bytes(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second)
    {
        parts ??= IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        parts.AppendData(first);
        parts.AppendData(second);
        parts.GetHashAndReset(result);
        return result;
    }

    public TreeHash Of(ReadOnlySpan<byte> text) => TreeHash.Of(Bytes(text));
}
