namespace EventDock.Adapters.Content;

using System.IO;
using System.Security.Cryptography;
using EventDock.Adapters.Posix;
using Microsoft.Win32.SafeHandles;

/// <summary>A stream that is only written to.</summary>
internal abstract class WriteOnly : Stream
{
    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public abstract override void Write(ReadOnlySpan<byte> bytes);

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}

/// <summary>Hashes and counts what passes.</summary>
internal sealed class Tee(IncrementalHash hash, Stream target) : WriteOnly
{
    internal long Count { get; private set; }

    public override void Write(ReadOnlySpan<byte> bytes)
    {
        Count += bytes.Length;
        hash.AppendData(bytes);
        target.Write(bytes);
    }
}

/// <summary>Two that are to get the same.</summary>
internal sealed class Both(Stream one, Stream other) : WriteOnly
{
    public override void Write(ReadOnlySpan<byte> bytes)
    {
        one.Write(bytes);
        other.Write(bytes);
    }
}

/// <summary>Writes to an open file, a failure being a <see cref="PosixException"/> with its errno.</summary>
internal sealed class PosixStream(SafeFileHandle file) : WriteOnly
{
    public override void Write(ReadOnlySpan<byte> bytes) => Fs.Write(file, bytes);
}
