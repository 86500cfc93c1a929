namespace EventDock.Domain.Ledger;

using System.Numerics;

/// <summary>Whether a path leads to a root: the algorithms of RFC 9162, sections 2.1.3.2 and 2.1.4.2, step by step.</summary>
public static class PathCheck
{
    /// <summary>No path is longer: sizes have 63 bits.</summary>
    public const int Longest = 64;

    /// <summary>Does the leaf stand at this index (from 0) of the tree of this size and root?</summary>
    public static bool Includes(long index, long size, TreeHash leaf, Seq<TreeHash> path, TreeHash root)
    {
        if (index < 0 || index >= size)
        {
            return false;
        }

        var (at, last, hash) = (index, size - 1, leaf);
        foreach (var step in path)
        {
            if (last == 0)
            {
                return false;
            }

            if (IsOdd(at) || at == last)
            {
                hash = MerkleTree.Node(step, hash);
                (at, last) = IsOdd(at) ? (at, last) : UpToOdd(at, last);
            }
            else
            {
                hash = MerkleTree.Node(hash, step);
            }

            (at, last) = (at >> 1, last >> 1);
        }

        return last == 0 && hash == root;
    }

    /// <summary>Is the tree of the old size and root the beginning of the tree of the new size and root?</summary>
    public static bool Extends(long oldSize, TreeHash oldRoot, long size, TreeHash root, Seq<TreeHash> path)
    {
        if (oldSize < 0 || oldSize > size)
        {
            return false;
        }

        // Of these two the algorithm does not speak: there is nothing that a path could show.
        if (oldSize == 0 || oldSize == size)
        {
            return path.IsEmpty && (oldSize == size ? oldRoot == root : oldRoot == MerkleTree.EmptyRoot);
        }

        // A complete old tree is a node of the new one, and its root needs no mention.
        var steps = BitOperations.IsPow2(oldSize) ? oldRoot.Cons(path) : path;
        if (steps.IsEmpty)
        {
            return false;
        }

        var (at, last) = (oldSize - 1, size - 1);
        while (IsOdd(at))
        {
            (at, last) = (at >> 1, last >> 1);
        }

        var (before, after) = (steps.Head, steps.Head);
        foreach (var step in steps.Tail)
        {
            if (last == 0)
            {
                return false;
            }

            if (IsOdd(at) || at == last)
            {
                (before, after) = (MerkleTree.Node(step, before), MerkleTree.Node(step, after));
                (at, last) = IsOdd(at) ? (at, last) : UpToOdd(at, last);
            }
            else
            {
                after = MerkleTree.Node(after, step);
            }

            (at, last) = (at >> 1, last >> 1);
        }

        return last == 0 && before == oldRoot && after == root;
    }

    private static bool IsOdd(long n) => (n & 1) == 1;

    private static (long At, long Last) UpToOdd(long at, long last)
    {
        while (at != 0 && !IsOdd(at))
        {
            (at, last) = (at >> 1, last >> 1);
        }

        return (at, last);
    }
}
