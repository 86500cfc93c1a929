namespace EventDock.Adapters.Content;

using System.IO;
using EventDock.Adapters.Posix;
using EventDock.Domain.Kernel;

/// <summary>What an archive is packed with.</summary>
internal enum Packing
{
    None,
    Gzip,
    Zstd,
}

/// <summary>How an archive is packed, told by its first bytes and not by what anybody says about it.</summary>
internal static class ArchiveForm
{
    /// <summary>Reads the source to its end and gives the plain archive to <paramref name="sink"/>; says what it was packed with.</summary>
    /// <param name="told">Is told that before there is anything for the sink.</param>
    internal static Packing Read(
        Stream source, string what, CancellationToken cancel, Action<ReadOnlyMemory<byte>> sink, Action<Packing>? told = null)
    {
        var head = new byte[6];
        var length = source.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        var whole = new Rejoined(head.AsMemory(0, length), source);
        var packing = Of(head.AsSpan(0, length), what);
        told?.Invoke(packing);
        switch (packing)
        {
            case Packing.Gzip:
                using (var gunzip = new Gunzip(what))
                {
                    gunzip.Run(whole, Given);
                }

                break;
            case Packing.Zstd:
                using (var unzstd = new Unzstd(what))
                {
                    unzstd.Run(whole, Given);
                }

                break;
            default:
                var buffer = new byte[128 * 1024];
                while (whole.Read(buffer, 0, buffer.Length) is var n and > 0)
                {
                    Given(buffer.AsMemory(0, n));
                }

                break;
        }

        return packing;

        void Given(ReadOnlyMemory<byte> bytes)
        {
            cancel.ThrowIfCancellationRequested();
            sink(bytes);
        }
    }

    private static Packing Of(ReadOnlySpan<byte> head, string what)
    {
        if (head.StartsWith((ReadOnlySpan<byte>)[0x1f, 0x8b]))
        {
            return Packing.Gzip;
        }

        // A frame, or one that is to be skipped (RFC 8878, 3.1.2): pzstd begins with such a one.
        if (head.StartsWith((ReadOnlySpan<byte>)[0x28, 0xb5, 0x2f, 0xfd])
            || (head.Length >= 4 && (head[0] & 0xf0) == 0x50 && head[1..4].SequenceEqual((ReadOnlySpan<byte>)[0x2a, 0x4d, 0x18])))
        {
            return Packing.Zstd;
        }

        var packer =
            head.StartsWith("BZh"u8) ? "bzip2"
            : head.StartsWith((ReadOnlySpan<byte>)[0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]) ? "xz"
            : null;
        if (packer is not null)
        {
            throw new RefusedException(new DomainError.NotSupported($"{packer} compression ({what})"));
        }

        return Packing.None;
    }

    /// <summary>The bytes that were looked at, then the rest.</summary>
    private sealed class Rejoined(ReadOnlyMemory<byte> head, Stream rest) : Stream
    {
        private ReadOnlyMemory<byte> left = head;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count)
        {
            if (left.IsEmpty)
            {
                return rest.Read(buffer, offset, count);
            }

            var n = Math.Min(count, left.Length);
            left.Span[..n].CopyTo(buffer.AsSpan(offset));
            left = left[n..];
            return n;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
