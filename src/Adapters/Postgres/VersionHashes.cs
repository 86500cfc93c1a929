namespace EventDock.Adapters.Postgres;

using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

/// <summary>
/// A set of row versions as one number for each of many parts of it, which two sets have in common where both have the same.
/// </summary>
/// <param name="secret">Drawn for each comparison, so that no row can be made to fit beforehand.</param>
internal sealed class VersionHashes(byte[] secret)
{
    private const int Parts = 1 << 14;

    private readonly UInt128[] sums = new UInt128[Parts];
    private byte[] line = new byte[4096];

    /// <summary>In which part all versions of a row are.</summary>
    public static int PartOf(string key)
    {
        // The same in every process: FNV-1a.
        var hash = 2166136261u;
        foreach (var c in key)
        {
            hash = (hash ^ c) * 16777619u;
        }

        return (int)(hash & (Parts - 1));
    }

    public void Add(string key, UInt128 hash) => sums[PartOf(key)] += hash;

    public System.Collections.Generic.HashSet<int> Differing(VersionHashes other) =>
        Enumerable.Range(0, Parts).Where(part => sums[part] != other.sums[part]).ToHashSet();

    public static byte[] NewSecret() => RandomNumberGenerator.GetBytes(32);

    /// <summary>Of one version; 0 for valid_to stands for none.</summary>
    public UInt128 Of(string key, long from, long to, ReadOnlySpan<byte> row)
    {
        var name = Encoding.UTF8.GetByteCount(key);
        var length = secret.Length + 16 + 4 + name + row.Length;
        if (line.Length < length)
        {
            line = new byte[length * 2];
        }

        secret.CopyTo(line, 0);
        var at = secret.Length;
        BinaryPrimitives.WriteInt64BigEndian(line.AsSpan(at), from);
        BinaryPrimitives.WriteInt64BigEndian(line.AsSpan(at + 8), to);
        BinaryPrimitives.WriteInt32BigEndian(line.AsSpan(at + 16), name);
        Encoding.UTF8.GetBytes(key, line.AsSpan(at + 20));
        row.CopyTo(line.AsSpan(at + 20 + name));
        Span<byte> hash = stackalloc byte[32];
        BlockSha256.Hash(line.AsSpan(0, length), hash);
        return BinaryPrimitives.ReadUInt128BigEndian(hash);
    }
}
