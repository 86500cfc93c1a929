namespace EventDock.Adapters.Posix;

using System.IO;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

/// <summary>
/// Standard output or error as plain write(2). Console's own streams put a terminal into application mode with their first write
/// ("\e[?1h\e=", in what is printed) and leave it there; FileStream writes at offsets of its own, so that two commands into one
/// file would overwrite each other.
/// </summary>
public sealed class OutputStream(int descriptor) : Stream
{
    private const int TryAgain = 11;

    private readonly SafeFileHandle file = new(descriptor, ownsHandle: false);

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override unsafe void Write(ReadOnlySpan<byte> buffer)
    {
        fixed (byte* start = buffer)
        {
            for (var written = 0; written < buffer.Length;)
            {
                var count = Libc.Write(file, start + written, buffer.Length - written);
                if (count >= 0)
                {
                    written += (int)count;
                }
                else if (Marshal.GetLastPInvokeError() is var error && error == TryAgain)
                {
                    // Whoever shares the descriptor has made it non-blocking.
                    Thread.Sleep(1);
                }
                else if (error != Errno.Interrupted)
                {
                    throw new IOException(Marshal.GetPInvokeErrorMessage(error), error);
                }
            }
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
