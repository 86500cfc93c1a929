namespace EventDock.Adapters.Registry;

using System.IO;
using EventDock.Domain.Oci;

/// <summary>
/// A blob as it comes. A body that is cut off, stalls or drips is asked for again from where it stopped, five times at most; after that
/// it is an <see cref="IOException"/>, never a short stream that looks complete. One that is too long ends one byte too
/// late: enough for whoever checks the size, and no endless body fills the disk.
/// </summary>
internal sealed class BlobStream(
    Stream first, string host, Descriptor blob, RegistryHttp http, Func<long, CancellationToken, Task<Stream?>> reopen, CancellationToken cancel)
    : Stream
{
    private const int Resumptions = 5;

    private Stream? body = first;
    private long position;
    private int resumed;
    private Drip drip = http.Dripping();

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => position;
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.IsEmpty)
        {
            return 0;
        }

        if (position > blob.Size)
        {
            return 0;
        }

        var wanted = buffer[..(int)Math.Min(buffer.Length, blob.Size + 1 - position)];
        while (true)
        {
            var cut = "the connection was closed";
            try
            {
                var count = body is null ? 0 : await drip.ReadAsync(body, wanted, cancellationToken);
                if (count > 0)
                {
                    position += count;
                    return count;
                }

                if (position >= blob.Size)
                {
                    return 0;
                }
            }
            catch (IOException e)
            {
                cut = e.Message;
            }

            await ResumeAsync(cut, cancellationToken);
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <summary>For readers that are not asynchronous (decompression is not): obeys the token the blob was opened with.</summary>
    public override int Read(byte[] buffer, int offset, int count) =>
        ReadAsync(buffer.AsMemory(offset, count), cancel).AsTask().GetAwaiter().GetResult();

    public override void Flush() { }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            body?.Dispose();
        }

        base.Dispose(disposing);
    }

    private async Task ResumeAsync(string cut, CancellationToken stop)
    {
        body?.Dispose();
        body = null;
        if (resumed < Resumptions)
        {
            await Task.Delay(http.Backoff(resumed++), stop);
            drip = http.Dripping();
            body = await reopen(position, stop);
        }

        if (body is null)
        {
            throw new IOException($"{host}: blob {blob.Digest.Value} was cut off after {position} of {blob.Size} bytes: {cut}");
        }
    }
}
