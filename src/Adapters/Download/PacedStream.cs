namespace EventDock.Adapters.Download;

using System.IO;

/// <summary>A body that must come at some pace: one that drips a byte a second would never end.</summary>
internal sealed class PacedStream(Stream inner, DownloadPace pace, IDisposable client) : Stream
{
    private long waited;
    private long got;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        // The time in which nobody reads is not the sender's.
        var began = Environment.TickCount64;
        using var stalled = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        stalled.CancelAfter(pace.Window);
        try
        {
            var count = await inner.ReadAsync(buffer, stalled.Token).ConfigureAwait(false);
            waited += Environment.TickCount64 - began;
            got += count;
            if (count > 0 && waited >= pace.Window.TotalMilliseconds)
            {
                if (got < pace.Least)
                {
                    throw new IOException(TooSlow);
                }

                (waited, got) = (0, 0);
            }

            return count;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new IOException(TooSlow);
        }
    }

    public override int Read(byte[] buffer, int offset, int count) =>
        ReadAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
            client.Dispose();
        }

        base.Dispose(disposing);
    }

    private string TooSlow => $"fewer than {pace.Least} bytes came within {pace.Window.TotalSeconds:0} s";

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
