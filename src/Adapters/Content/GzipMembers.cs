namespace EventDock.Adapters.Content;

using System.IO;
using System.IO.Compression;

/// <summary>
/// gzip (RFC 1952) as a row of members, each of a piece of the text: one that does not get smaller is stored as it is. Of 50 MB that were
/// packed already, deflate made nothing in 0.6 s. The same text gives the same bytes.
/// </summary>
internal sealed class GzipMembers(Stream target, CompressionLevel level) : WriteOnly
{
    private const int Piece = 1 << 20, Sample = 16 << 10;

    /// <summary>A sample that keeps more of its size than this, in percent, says that packing is not worth its time.</summary>
    private const int Worthless = 97;

    private readonly byte[] piece = new byte[Piece];
    private int filled;

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            var part = buffer[..Math.Min(buffer.Length, Piece - filled)];
            part.CopyTo(piece.AsSpan(filled));
            filled += part.Length;
            buffer = buffer[part.Length..];
            if (filled == Piece)
            {
                Member();
            }
        }
    }

    /// <summary>The last member. An empty text has none, as with the base library.</summary>
    protected override void Dispose(bool disposing)
    {
        if (disposing && filled > 0)
        {
            Member();
        }

        base.Dispose(disposing);
    }

    private void Member()
    {
        var text = piece.AsSpan(0, filled);
        using (var gzip = new GZipStream(target, IsWorthIt(text) ? level : CompressionLevel.NoCompression, leaveOpen: true))
        {
            gzip.Write(text);
        }

        filled = 0;
    }

    /// <summary>By its beginning and its middle. What is short is packed: it costs next to nothing.</summary>
    private static bool IsWorthIt(ReadOnlySpan<byte> text) =>
        text.Length < 4 * Sample || Packed(text[..Sample]) + Packed(text.Slice(text.Length / 2, Sample)) < 2 * Sample * Worthless / 100;

    private static long Packed(ReadOnlySpan<byte> sample)
    {
        using var counted = new MemoryStream(2 * Sample);
        using (var deflate = new DeflateStream(counted, CompressionLevel.Fastest, leaveOpen: true))
        {
            deflate.Write(sample);
        }

        return counted.Length;
    }
}
