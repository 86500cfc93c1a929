namespace EventDock.Domain.Ledger;

using System.Security.Cryptography;
using System.Text;

/// <summary>The hashes of RFC 6962, section 2.1: leaves and inner nodes begin differently, so that none passes for the other.</summary>
public static class MerkleTree
{
    private const byte LeafMark = 0, NodeMark = 1;

    /// <summary>The root of a tree without leaves: the hash of nothing.</summary>
    public static readonly TreeHash EmptyRoot = TreeHash.Of(SHA256.HashData([]));

    /// <summary>SHA-256(0x00 ‖ entry).</summary>
    public static TreeHash Leaf(ReadOnlySpan<byte> entry)
    {
        Span<byte> marked = entry.Length < 2048 ? stackalloc byte[2048] : new byte[entry.Length + 1];
        marked[0] = LeafMark;
        entry.CopyTo(marked[1..]);
        return Hash(marked[..(entry.Length + 1)]);
    }

    /// <summary>Of a leaf line, without its newline.</summary>
    public static TreeHash Leaf(string line) => Leaf(Encoding.UTF8.GetBytes(line));

    /// <summary>SHA-256(0x01 ‖ left ‖ right).</summary>
    public static TreeHash Node(TreeHash left, TreeHash right) => Node(left, right, new Sha256());

    /// <summary>The same, for who makes millions of them.</summary>
    public static TreeHash Node(TreeHash left, TreeHash right, Sha256 sha256)
    {
        Span<byte> marked = stackalloc byte[1 + 2 * TreeHash.Length];
        marked[0] = NodeMark;
        left.CopyTo(marked[1..]);
        right.CopyTo(marked[(1 + TreeHash.Length)..]);
        return sha256.Of(marked);
    }

    /// <summary>The root over these leaf hashes, in order.</summary>
    public static TreeHash Root(IEnumerable<TreeHash> leaves)
    {
        var frontier = new Frontier();
        foreach (var leaf in leaves)
        {
            frontier.Add(leaf);
        }

        return frontier.Root;
    }

    private static TreeHash Hash(ReadOnlySpan<byte> bytes)
    {
        Span<byte> hash = stackalloc byte[TreeHash.Length];
        SHA256.HashData(bytes, hash);
        return TreeHash.Of(hash);
    }
}
