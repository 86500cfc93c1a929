namespace EventDock.Tests.Properties;

using System.Security.Cryptography;
using EventDock.Domain.Kernel;
using FsCheck.Fluent;

public sealed class ShortSha256Laws
{
    [Fact]
    public void It_is_SHA_256() => Laws.Holds(
        Gen.Choose(0, 255).Select(n => (byte)n).ArrayOf(),
        text => ShortSha256.Hash(text).AsSpan().SequenceEqual(SHA256.HashData(text)));

    /// <summary>About the lengths at which the padding takes a block of its own.</summary>
    [Fact]
    public void It_is_SHA_256_at_every_length_up_to_some_blocks()
    {
        var random = new Random(7);
        for (var length = 0; length <= 300; length++)
        {
            var text = new byte[length];
            random.NextBytes(text);
            Assert.Equal(SHA256.HashData(text), ShortSha256.Hash(text));
        }
    }
}
