namespace EventDock.Tests.Adapters;

using System.IO;
using System.Runtime.InteropServices;
using EventDock.Domain.Kernel;
using EventDock.Domain.Oci;

/// <summary>Layers that are packed with zstd.</summary>
public sealed class ContentZstdTests : IDisposable
{
    /// <summary>A frame that is to be skipped (RFC 8878, 3.1.2), with three bytes in it.</summary>
    private static readonly byte[] Skippable = [0x53, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3];

    private readonly ContentRoot root = new();

    public void Dispose() => root.Dispose();

    [Fact]
    public async Task A_layer_packed_with_zstd_is_unpacked_and_its_blob_kept_as_it_came()
    {
        var plain = new Archive().Directory("d/").File("d/f", new string('x', 3_000_000)).Plain();
        var packed = Zstd(plain);
        Assert.True(packed.Length < 10_000);
        var layer = await root.Imported(packed);
        Assert.Equal(
            (Digest.Of(packed), Digest.Of(plain), MediaType.OciLayerZstd, 3_000_000L, (long?)plain.Length),
            (layer.Blob.Digest, layer.DiffId, layer.Blob.MediaType, layer.Size.Value, layer.Plain));
        Assert.Equal(3_000_000, new FileInfo(Path.Combine(root.Paths.Diff(layer.Id), "d/f")).Length);
        Assert.Equal(packed, File.ReadAllBytes(Path.Combine(root.Paths.Blobs, layer.Blob.Digest.Hex)));
    }

    [Fact]
    public async Task Several_frames_and_frames_to_be_skipped_are_one_stream()
    {
        var plain = new Archive().File("f", new string('y', 500_000)).Plain();
        byte[] packed = [.. Skippable, .. Zstd(plain[..1000]), .. Zstd([]), .. Skippable, .. Zstd(plain[1000..]), .. Skippable];
        var layer = await root.Imported(packed);
        Assert.Equal(Digest.Of(plain), layer.DiffId);
    }

    [Fact]
    public async Task A_stream_that_is_cut_off_anywhere_is_refused()
    {
        var random = new byte[300_000];
        new Random(5).NextBytes(random);
        var packed = Zstd(new Archive().File("f", Convert.ToBase64String(random)).Plain());
        foreach (var length in new[] { 5, 9, 100, packed.Length / 2, packed.Length - 1 })
        {
            Assert.IsType<DomainError.BadContent>(await root.Refused(packed[..length]));
        }
    }

    [Theory]
    [InlineData(new byte[] { 1, 2, 3, 4, 5, 6, 7, 8 }, "after its zstd stream's end")]
    [InlineData(new byte[] { 0 }, "after its zstd stream's end")]
    [InlineData(new byte[] { 0x28, 0xb5 }, "cut off")]
    [InlineData(new byte[] { 0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0 }, "after its zstd stream's end")]
    public async Task Anything_after_the_last_frame_is_refused(byte[] trailing, string reason)
    {
        byte[] packed = [.. Zstd(new Archive().File("f", "x").Plain()), .. trailing];
        Assert.Contains(reason, Assert.IsType<DomainError.BadContent>(await root.Refused(packed)).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_frame_that_wants_a_window_beyond_128_MiB_is_refused_before_it_gets_it()
    {
        // RFC 8878, 3.1.1.1.2: the exponent above 10 in the upper five bits; then an empty last block.
        byte[] Frame(int log) => [0x28, 0xb5, 0x2f, 0xfd, 0x00, (byte)((log - 10) << 3), 0x01, 0x00, 0x00];
        var refused = Assert.IsType<DomainError.NotSupported>(await root.Refused(Frame(28)));
        Assert.Contains("window", refused.What, StringComparison.Ordinal);
        Assert.Contains("it is empty", Assert.IsType<DomainError.BadContent>(await root.Refused(Frame(27))).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_frame_with_a_damaged_block_is_refused()
    {
        byte[] frame = [0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x58, 0x07, 0x00, 0x00];
        Assert.Contains("damaged", Assert.IsType<DomainError.BadContent>(await root.Refused(frame)).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_bomb_packed_with_zstd_meets_the_limit_by_its_name()
    {
        var bomb = Zstd(new Archive().File("zeros", new string('\0', 3_000_000)).Plain());
        var store = EventDock.Adapters.Content.Layers.Create(root.Paths, new EventDock.Adapters.Tar.TarLimits(Bytes: 1_000_000));
        Assert.Contains(
            "limits.layer-bytes", Assert.IsType<DomainError.BadContent>(await root.Refused(bomb, store)).Reason, StringComparison.Ordinal);
    }

    internal static byte[] Zstd(byte[] plain)
    {
        var packed = new byte[plain.Length + (plain.Length / 8) + 1024];
        var length = Compress(packed, packed.Length, plain, plain.Length, 3);
        return packed[..(int)length];
    }

    [DllImport("libzstd.so.1", EntryPoint = "ZSTD_compress")]
    private static extern nint Compress(byte[] target, nint room, byte[] source, nint size, int level);
}
