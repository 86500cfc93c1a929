namespace EventDock.Tests.Adapters;

using System.Security.Cryptography;
using EventDock.Adapters.Postgres;

/// <summary>Our padding around OpenSSL's blocks against the base library.</summary>
public sealed class BlockSha256Tests
{
    [Fact]
    public void A_text_of_any_length_has_the_hash_that_the_base_library_gives()
    {
        var random = new Random(1);
        foreach (var length in Enumerable.Range(0, 300).Concat([4095, 4096, 65_535, 65_536, 65_537, 200_000]))
        {
            var text = new byte[length];
            random.NextBytes(text);
            var hash = new byte[32];
            BlockSha256.Hash(text, hash);
            Assert.Equal(Convert.ToHexString(SHA256.HashData(text)), Convert.ToHexString(hash));
        }
    }
}
