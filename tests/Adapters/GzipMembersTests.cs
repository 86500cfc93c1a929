namespace EventDock.Tests.Adapters;

using System.Diagnostics;
using System.IO;
using System.IO.Compression;
using EventDock.Adapters.Content;

public sealed class GzipMembersTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(1 << 20)]
    [InlineData((1 << 20) + 1)]
    [InlineData((3 << 20) - 7)]
    public void What_is_packed_is_unpacked_again_whatever_it_is_like(int length)
    {
        var random = new Random(length);
        var text = new byte[length];
        // By turns of a few hundred kilobytes something that packs well and something that does not at all.
        for (var at = 0; at < length;)
        {
            var end = Math.Min(length, at + random.Next(1, 700_000));
            if (random.Next(2) == 0)
            {
                random.NextBytes(text.AsSpan(at..end));
            }
            else
            {
                text.AsSpan(at..end).Fill((byte)random.Next(256));
            }

            at = end;
        }

        var packed = Pack(text);
        using var plain = new GZipStream(new MemoryStream(packed), CompressionMode.Decompress);
        var read = new MemoryStream();
        plain.CopyTo(read);
        Assert.True(text.AsSpan().SequenceEqual(read.ToArray()));
        Assert.Equal(text, Gunzipped(packed));
        Assert.Equal(packed, Pack(text));
    }

    [Fact]
    public void What_does_not_get_smaller_is_stored()
    {
        var text = new byte[10 << 20];
        new Random(3).NextBytes(text);
        Assert.InRange(Pack(text).Length, text.Length, text.Length + (text.Length / 1000));
        Assert.InRange(Pack(new byte[10 << 20]).Length, 1, 200_000);
    }

    private static byte[] Pack(byte[] text)
    {
        var packed = new MemoryStream();
        using (var gzip = new GzipMembers(packed, CompressionLevel.Fastest))
        {
            for (var at = 0; at < text.Length; at += 70_001)
            {
                gzip.Write(text.AsSpan(at, Math.Min(70_001, text.Length - at)));
            }
        }

        return packed.ToArray();
    }

    /// <summary>By gzip's own program.</summary>
    private static byte[] Gunzipped(byte[] packed)
    {
        var file = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(file, packed);
            using var gzip = Process.Start(new ProcessStartInfo("sh", ["-c", $"gzip -dc < {file}"]) { RedirectStandardOutput = true })!;
            var read = new MemoryStream();
            gzip.StandardOutput.BaseStream.CopyTo(read);
            gzip.WaitForExit();
            Assert.Equal(0, gzip.ExitCode);
            return read.ToArray();
        }
        finally
        {
            File.Delete(file);
        }
    }
}
