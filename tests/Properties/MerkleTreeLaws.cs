namespace EventDock.Tests.Properties;

using EventDock.Domain.Ledger;
using FsCheck;
using FsCheck.Fluent;
using static EventDock.Tests.Properties.Laws;

/// <summary>The tree against the recursive definitions of RFC 6962, and its proofs against everything else.</summary>
public sealed class MerkleTreeLaws
{
    private const int Largest = 300;

    private static readonly TreeHash[] Leaves =
        Enumerable.Range(0, Largest).Select(i => MerkleTree.Leaf($"leaf {i}")).ToArray();

    /// <summary>What the definition has given for a range of leaves: it asks for the same ones again and again.</summary>
    private static readonly Dictionary<(int From, int To), TreeHash> DefinedRanges = [];

    /// <summary>The root over the first so many leaves.</summary>
    private static readonly TreeHash[] Roots = Enumerable.Range(0, Largest + 1).Select(n => Defined(0, n)).ToArray();

    private static readonly Dictionary<NodeAt, TreeHash> Nodes = NodesOf(Leaves);

    [Fact]
    public void The_frontier_gives_the_root_of_the_definition_at_every_size()
    {
        var frontier = new Frontier();
        Assert.Equal(Roots[0], frontier.Root);
        for (var i = 0; i < Largest; i++)
        {
            frontier.Add(Leaves[i]);
            Assert.Equal((i + 1L, Roots[i + 1]), (frontier.Size, frontier.Root));
        }

        Assert.Equal(Roots[Largest], MerkleTree.Root(Leaves));
    }

    [Fact]
    public void A_frontier_taken_up_again_at_any_size_goes_on_as_if_it_had_not_been_put_down()
    {
        for (var size = 0; size <= Largest; size++)
        {
            var frontier = new Frontier();
            Leaves.Take(size).Iter(frontier.Add);
            var again = Frontier.Of(size, frontier.Nodes).IfNone(() => throw new Xunit.Sdk.XunitException($"size {size}"));
            Assert.Equal(Roots[size], again.Root);
            Leaves.Skip(size).Iter(again.Add);
            Assert.Equal(Roots[Largest], again.Root);
            Assert.True(Frontier.Of(size, frontier.Nodes.Add(Leaves[0])).IsNone);
        }
    }

    [Fact]
    public void Every_leaf_of_every_tree_up_to_300_has_the_path_of_the_definition_and_it_is_accepted()
    {
        for (var size = 1; size <= Largest; size++)
        {
            for (var index = 0; index < size; index++)
            {
                var path = Inclusion(index, size);
                Assert.Equal(DefinedPath(index, 0, size), path);
                Assert.True(PathCheck.Includes(index, size, Leaves[index], path, Roots[size]), $"{index} of {size}");
            }
        }
    }

    [Fact]
    public void Every_pair_of_sizes_up_to_300_has_the_consistency_path_of_the_definition_and_it_is_accepted()
    {
        for (var size = 0; size <= Largest; size++)
        {
            for (var old = 0; old <= size; old++)
            {
                var path = Consistency(old, size);
                Assert.Equal(old == 0 ? Seq<TreeHash>() : DefinedProof(old, 0, size, true), path);
                Assert.True(PathCheck.Extends(old, Roots[old], size, Roots[size], path), $"{old} of {size}");
            }
        }
    }

    [Fact]
    public void No_path_is_accepted_for_another_leaf_place_size_or_root()
    {
        for (var size = 1; size <= 66; size++)
        {
            for (var index = 0; index < size; index++)
            {
                var path = Inclusion(index, size);
                for (var other = 0; other < 70; other++)
                {
                    Assert.Equal(other == index, PathCheck.Includes(other, size, Leaves[index], path, Roots[size]));
                    Assert.Equal(other == index, PathCheck.Includes(index, size, Leaves[other], path, Roots[size]));
                    Assert.Equal(other == size, PathCheck.Includes(index, size, Leaves[index], path, Roots[other]));
                }
            }
        }
    }

    /// <summary>
    /// What a changed size proves depends on the tree's shape: with the root as it is, a path may also fit a size at which the same
    /// turns are taken. A checkpoint's size and root are signed together, so neither can be changed alone.
    /// </summary>
    [Fact]
    public void A_size_with_another_number_of_steps_is_refused()
    {
        for (var size = 1; size <= 130; size++)
        {
            for (var index = 0; index < size; index++)
            {
                var path = Inclusion(index, size);
                for (var other = index + 1; other <= 130; other++)
                {
                    if (ProofPath.Inclusion(index, other).Steps.Count != path.Count)
                    {
                        Assert.False(PathCheck.Includes(index, other, Leaves[index], path, Roots[size]), $"{index} of {size} as of {other}");
                    }
                }
            }
        }
    }

    private static readonly Gen<(int Old, int Size)> Pairs =
        from size in Gen.Choose(1, Largest) from old in Gen.Choose(0, size) select (old, size);

    [Fact]
    public void A_path_with_a_changed_bit_is_refused() => Holds(
        from pair in Pairs
        from bit in Gen.Choose(0, int.MaxValue)
        select (pair, bit),
        x =>
        {
            var (old, size) = x.pair;
            var index = Math.Min(old, size - 1);
            var (path, proof) = (Inclusion(index, size), Consistency(old, size));
            return (path.IsEmpty || !PathCheck.Includes(index, size, Leaves[index], Flip(path, x.bit), Roots[size]))
                && (proof.IsEmpty || !PathCheck.Extends(old, Roots[old], size, Roots[size], Flip(proof, x.bit)));
        });

    [Fact]
    public void A_path_that_is_longer_shorter_or_swapped_is_refused() => Holds(
        from pair in Pairs
        from at in Gen.Choose(0, 64)
        from extra in Gen.Elements(Leaves[0], Roots[7], default(TreeHash))
        select (pair, at, extra),
        x =>
        {
            var (old, size) = x.pair;
            var index = Math.Min(old, size - 1);
            return Mangled(Inclusion(index, size), x.at, x.extra).All(p => !PathCheck.Includes(index, size, Leaves[index], p, Roots[size]))
                && Mangled(Consistency(old, size), x.at, x.extra).All(p => !PathCheck.Extends(old, Roots[old], size, Roots[size], p));
        });

    [Fact]
    public void Sizes_that_cannot_be_are_refused_without_work()
    {
        var path = Inclusion(3, 8);
        Assert.False(PathCheck.Includes(-1, 8, Leaves[3], path, Roots[8]));
        Assert.False(PathCheck.Includes(8, 8, Leaves[3], path, Roots[8]));
        Assert.False(PathCheck.Includes(0, 0, Leaves[0], Seq<TreeHash>(), Roots[0]));
        Assert.False(PathCheck.Includes(3, long.MaxValue, Leaves[3], path, Roots[8]));
        Assert.False(PathCheck.Extends(-1, Roots[0], 8, Roots[8], Seq<TreeHash>()));
        Assert.False(PathCheck.Extends(9, Roots[9], 8, Roots[8], Seq<TreeHash>()));
        Assert.False(PathCheck.Extends(8, Roots[7], 8, Roots[8], Seq<TreeHash>()));
        Assert.False(PathCheck.Extends(0, Roots[1], 8, Roots[8], Seq<TreeHash>()));
        Assert.False(PathCheck.Extends(0, Roots[0], 8, Roots[8], path));
        Assert.False(PathCheck.Extends(3, Roots[3], 8, Roots[8], Seq<TreeHash>()));
        Assert.True(PathCheck.Extends(0, Roots[0], 8, Roots[8], Seq<TreeHash>()));
    }

    [Fact]
    public void A_rewritten_log_has_no_consistency_proof_from_the_old_root()
    {
        foreach (var (old, size, changed) in from old in Enumerable.Range(1, 40) from size in Enumerable.Range(old, 20) from changed in Enumerable.Range(0, old) select (old, size, changed))
        {
            var leaves = Leaves.Take(size).ToArray();
            leaves[changed] = MerkleTree.Leaf("something else");
            var nodes = NodesOf(leaves);
            var path = ProofPath.Consistency(old, size).Hashes(n => nodes[n]);
            Assert.False(PathCheck.Extends(old, Roots[old], size, MerkleTree.Root(leaves), path));
        }
    }

    private static Seq<TreeHash> Inclusion(long index, long size) => ProofPath.Inclusion(index, size).Hashes(n => Nodes[n]);

    private static Seq<TreeHash> Consistency(long old, long size) => ProofPath.Consistency(old, size).Hashes(n => Nodes[n]);

    private static Dictionary<NodeAt, TreeHash> NodesOf(TreeHash[] leaves)
    {
        var nodes = new Dictionary<NodeAt, TreeHash>();
        var frontier = new Frontier(nodes.Add);
        leaves.Iter(frontier.Add);
        return nodes;
    }

    private static Seq<TreeHash> Flip(Seq<TreeHash> path, int bit)
    {
        var step = bit % path.Count;
        var bytes = path[step].ToArray();
        bytes[bit / path.Count % 32] ^= (byte)(1 << bit % 8);
        return path.Select((h, i) => i == step ? TreeHash.Of(bytes) : h).ToArray().ToSeq();
    }

    private static IEnumerable<Seq<TreeHash>> Mangled(Seq<TreeHash> path, int at, TreeHash extra)
    {
        var (list, place) = (path.ToList(), path.Count == 0 ? 0 : at % (path.Count + 1));
        yield return list.Take(place).Append(extra).Concat(list.Skip(place)).ToArray().ToSeq();
        if (path.Count > 0)
        {
            yield return list.Where((_, i) => i != at % path.Count).ToArray().ToSeq();
        }

        if (path.Count > 1)
        {
            var (a, b) = (at % path.Count, (at + 1) % path.Count);
            yield return list.Select((h, i) => i == a ? list[b] : i == b ? list[a] : h).ToArray().ToSeq();
        }
    }

    /// <summary>MTH of section 2.1 over a range of the leaves, as it is written there.</summary>
    private static TreeHash Defined(int from, int to)
    {
        if (!DefinedRanges.TryGetValue((from, to), out var hash))
        {
            var middle = Middle(from, to);
            hash = from == to ? MerkleTree.EmptyRoot
                : from + 1 == to ? Leaves[from]
                : MerkleTree.Node(Defined(from, middle), Defined(middle, to));
            DefinedRanges.Add((from, to), hash);
        }

        return hash;
    }

    /// <summary>PATH of section 2.1.1.</summary>
    private static Seq<TreeHash> DefinedPath(int m, int from, int to)
    {
        var middle = Middle(from, to);
        return from + 1 == to ? Seq<TreeHash>()
            : from + m < middle ? DefinedPath(m, from, middle).Add(Defined(middle, to))
            : DefinedPath(m - (middle - from), middle, to).Add(Defined(from, middle));
    }

    /// <summary>SUBPROOF of section 2.1.2.</summary>
    private static Seq<TreeHash> DefinedProof(int m, int from, int to, bool whole)
    {
        var middle = Middle(from, to);
        return m == to - from ? whole ? Seq<TreeHash>() : Seq1(Defined(from, to))
            : from + m <= middle ? DefinedProof(m, from, middle, whole).Add(Defined(middle, to))
            : DefinedProof(m - (middle - from), middle, to, false).Add(Defined(from, middle));
    }

    /// <summary>Where a range is split: after the largest power of two that is smaller than its length.</summary>
    private static int Middle(int from, int to)
    {
        var k = 1;
        while (k * 2 < to - from)
        {
            k *= 2;
        }

        return from + k;
    }
}
