namespace EventDock.Tests.Properties;

using EventDock.Domain.Ledger;

/// <summary>
/// The reference vectors of Certificate Transparency (the RFC's own implementation): eight leaves, the roots over the first one to
/// eight of them, paths and consistency proofs.
/// </summary>
public sealed class MerkleTreeVectors
{
    private const string Empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    private static readonly string[] Inputs =
        ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];

    private static readonly string[] Roots =
    [
        Empty,
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];

    private const string Leaf1 = "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7";
    private const string Leaf4 = "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b";
    private const string Node23 = "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e";
    private const string Node45 = "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a";
    private const string Node67 = "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0";
    private const string Node4567 = "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4";

    [Fact]
    public void Leaves_and_nodes_hash_as_the_reference_does()
    {
        Assert.Equal(Roots[1], MerkleTree.Leaf(ReadOnlySpan<byte>.Empty).ToString());
        Assert.Equal("395aa064aa4c29f7010acfe3f25db9485bbd4b91897b6ad7ad547639252b4d56", MerkleTree.Leaf("L123456").ToString());
        Assert.Equal(Node67, MerkleTree.Node(Leaf(6), Leaf(7)).ToString());
        foreach (var length in new[] { 2046, 2047, 2048, 2049, 5000 })
        {
            var entry = Enumerable.Range(0, length).Select(i => (byte)i).ToArray();
            Assert.Equal(
                Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData([0, .. entry])), MerkleTree.Leaf(entry).ToString());
        }
    }

    [Fact]
    public void The_roots_over_none_to_eight_leaves_are_the_reference_s()
    {
        for (var size = 0; size <= 8; size++)
        {
            Assert.Equal(Roots[size], MerkleTree.Root(Enumerable.Range(0, size).Select(Leaf)).ToString());
        }
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(0, 8, Leaf1, Node23, Node4567)]
    [InlineData(5, 8, Leaf4, Node67, "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7")]
    [InlineData(2, 3, "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125")]
    [InlineData(1, 5, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d", Node23, Leaf4)]
    public void Inclusion_paths_are_the_reference_s(int index, int size, params string[] expected)
    {
        var path = ProofPath.Inclusion(index, size).Hashes(Node);
        Assert.Equal(expected, path.Map(h => h.ToString()));
        Assert.True(PathCheck.Includes(index, size, Leaf(index), path, Hash(Roots[size])));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 8, Leaf1, Node23, Node4567)]
    [InlineData(6, 8, Node45, Node67, "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7")]
    [InlineData(2, 5, Node23, Leaf4)]
    public void Consistency_paths_are_the_reference_s(int old, int size, params string[] expected)
    {
        var path = ProofPath.Consistency(old, size).Hashes(Node);
        Assert.Equal(expected, path.Map(h => h.ToString()));
        Assert.True(PathCheck.Extends(old, Hash(Roots[old]), size, Hash(Roots[size]), path));
    }

    private static TreeHash Leaf(int index) => MerkleTree.Leaf(Convert.FromHexString(Inputs[index]));

    private static TreeHash Node(NodeAt at) =>
        at.Level == 0
            ? Leaf((int)at.Index)
            : MerkleTree.Node(Node(new NodeAt(at.Level - 1, at.Index * 2)), Node(new NodeAt(at.Level - 1, at.Index * 2 + 1)));

    private static TreeHash Hash(string hex) => TreeHash.Of(Convert.FromHexString(hex));
}
