namespace EventDock.Cli.Commands;

using System.IO;

/// <summary>A stream whose beginning can be looked at before it is read.</summary>
public sealed class PeekStream : Stream
{
    private const int TarBlock = 512, MagicAt = 257;

    private readonly Stream inner;
    private readonly byte[] head = new byte[TarBlock];
    private readonly int length;
    private int at;

    public PeekStream(Stream inner)
    {
        this.inner = inner;
        length = inner.ReadAtLeast(head, TarBlock, throwOnEndOfStream: false);
    }

    public bool IsEmpty => length == 0;

    /// <summary>gzip, zstd, or the "ustar" that every tar of today has in its first header.</summary>
    public bool LooksLikeArchive() =>
        head.AsSpan(0, length).StartsWith((ReadOnlySpan<byte>)[0x1f, 0x8b])
        || head.AsSpan(0, length).StartsWith((ReadOnlySpan<byte>)[0x28, 0xb5, 0x2f, 0xfd])
        || (length == TarBlock && head.AsSpan(MagicAt, 5).SequenceEqual("ustar"u8));

    public override int Read(Span<byte> buffer)
    {
        if (at >= length)
        {
            return inner.Read(buffer);
        }

        var count = Math.Min(buffer.Length, length - at);
        head.AsSpan(at, count).CopyTo(buffer);
        at += count;
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
