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
    private readonly IncrementalHash? hash = by is null ? IncrementalHash.CreateHash(HashAlgorithmName.SHA256) : null;
    private readonly byte[] result = new byte[TreeHash.Length];

    /// <summary>Valid until the next call.</summary>
    public ReadOnlySpan<byte> Bytes(ReadOnlySpan<byte> text)
    {
        if (hash is null)
        {
            by!(text, result);
        }
        else
        {
            hash.AppendData(text);
            hash.GetHashAndReset(result);
        }

        return result;
    }

    public TreeHash Of(ReadOnlySpan<byte> text) => TreeHash.Of(Bytes(text));
}
