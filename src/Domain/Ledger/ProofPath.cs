namespace EventDock.Domain.Ledger;

using System.Diagnostics;
using System.Numerics;

/// <summary>
/// Which hashes make a proof (RFC 6962, sections 2.1.1 and 2.1.2). Each step of a path is the root over a range of leaves, given
/// here as the complete subtrees that it is made of, left to right: these never change, whatever is appended.
/// </summary>
public sealed record ProofPath(Seq<Seq<NodeAt>> Steps)
{
    /// <summary>That the leaf at this index (from 0) stands in the tree of this size.</summary>
    public static ProofPath Inclusion(long index, long size)
    {
        Must(index >= 0 && index < size);
        var steps = new List<Seq<NodeAt>>();
        var (begin, end) = (0L, size);
        while (end - begin > 1)
        {
            var middle = begin + Split(end - begin);
            var left = index < middle;
            steps.Add(left ? Range(middle, end) : Range(begin, middle));
            (begin, end) = left ? (begin, middle) : (middle, end);
        }

        steps.Reverse();
        return new ProofPath(steps.ToSeq());
    }

    /// <summary>That the tree of the old size is the beginning of the tree of the new one. Nothing to show where one is empty.</summary>
    public static ProofPath Consistency(long oldSize, long size)
    {
        Must(oldSize >= 0 && oldSize <= size);
        var steps = new List<Seq<NodeAt>>();
        if (oldSize > 0)
        {
            var (begin, end, whole) = (0L, size, true);
            while (end != oldSize)
            {
                var middle = begin + Split(end - begin);
                var left = oldSize <= middle;
                steps.Add(left ? Range(middle, end) : Range(begin, middle));
                (begin, end, whole) = left ? (begin, middle, whole) : (middle, end, false);
            }

            if (!whole)
            {
                steps.Add(Range(begin, end));
            }
        }

        steps.Reverse();
        return new ProofPath(steps.ToSeq());
    }

    /// <summary>Every subtree that it needs.</summary>
    public IEnumerable<NodeAt> Nodes => Steps.SelectMany(step => step);

    /// <summary>The path itself, from where the hashes of the subtrees are known.</summary>
    public Seq<TreeHash> Hashes(Func<NodeAt, TreeHash> node) =>
        Steps.Map(step => step.Rev().Tail.Fold(node(step.Last), (right, left) => MerkleTree.Node(node(left), right))).Strict();

    /// <summary>The largest power of two below n.</summary>
    private static long Split(long n) => 1L << BitOperations.Log2((ulong)(n - 1));

    /// <summary>A range that begins at a multiple of its own size rounded up, as all in these recursions do.</summary>
    private static Seq<NodeAt> Range(long begin, long end)
    {
        var nodes = new List<NodeAt>();
        while (begin < end)
        {
            var level = BitOperations.Log2((ulong)(end - begin));
            nodes.Add(new NodeAt(level, begin >> level));
            begin += 1L << level;
        }

        return nodes.ToSeq();
    }

    private static void Must(bool asked)
    {
        if (!asked)
        {
            throw new UnreachableException("a proof of what is not in the tree");
        }
    }
}
