namespace EventDock.Domain.Ledger;

using System.Numerics;

/// <summary>
/// A growing tree, of which only the complete subtrees at its right edge are kept: one hash for each bit that is set in its size.
/// That is all that is needed for the root and for the next leaf. It changes in place: a million leaves make no garbage.
/// </summary>
/// <param name="completed">Told of every complete subtree, leaves included, as soon as it is one.</param>
/// <param name="hashing">What hashes, for who has millions of leaves.</param>
public sealed class Frontier(Action<NodeAt, TreeHash>? completed = null, Hashing? hashing = null)
{
    private readonly Sha256 sha256 = new(hashing);
    private readonly TreeHash[] complete = new TreeHash[63];

    /// <summary>How many leaves it has taken.</summary>
    public long Size { get; private set; }

    public void Add(TreeHash leaf)
    {
        var (hash, level, index) = (leaf, 0, Size);
        completed?.Invoke(new NodeAt(0, index), hash);
        for (; (index & 1) == 1; index >>= 1, level++)
        {
            hash = MerkleTree.Node(complete[level], hash, sha256);
            completed?.Invoke(new NodeAt(level + 1, index >> 1), hash);
        }

        complete[level] = hash;
        Size++;
    }

    /// <summary>The tree's root as it now is (RFC 6962, section 2.1).</summary>
    public TreeHash Root
    {
        get
        {
            if (Size == 0)
            {
                return MerkleTree.EmptyRoot;
            }

            var level = BitOperations.TrailingZeroCount(Size);
            var root = complete[level];
            for (level++; level < complete.Length; level++)
            {
                if ((Size >> level & 1) == 1)
                {
                    root = MerkleTree.Node(complete[level], root, sha256);
                }
            }

            return root;
        }
    }

    /// <summary>The complete subtrees, the largest first: enough to go on from here.</summary>
    public Seq<TreeHash> Nodes =>
        Enumerable.Range(0, complete.Length).Reverse().Where(level => (Size >> level & 1) == 1).Select(level => complete[level])
            .ToArray().ToSeq();

    /// <summary>To go on where <see cref="Nodes"/> was taken; none where they are not as many as the size needs.</summary>
    public static Option<Frontier> Of(long size, Seq<TreeHash> nodes, Action<NodeAt, TreeHash>? completed = null)
    {
        if (size < 0 || BitOperations.PopCount((ulong)size) != nodes.Count)
        {
            return None;
        }

        var frontier = new Frontier(completed) { Size = size };
        var next = 0;
        for (var level = frontier.complete.Length - 1; level >= 0; level--)
        {
            if ((size >> level & 1) == 1)
            {
                frontier.complete[level] = nodes[next++];
            }
        }

        return frontier;
    }
}

/// <summary>A complete subtree: the 2^Level leaves from Index·2^Level on.</summary>
public readonly record struct NodeAt(int Level, long Index);
