namespace EventDock.Adapters.Registry;

using System.IO;
using System.Net;
using System.Net.Http;

/// <summary>
/// A piece of a blob as a body, read while it is sent. What the blob's file refuses surfaces as it is, and not as the network's
/// fault.
/// </summary>
/// <param name="moved">Called for what has gone out, with the bytes since the last call.</param>
internal sealed class PieceContent(Stream blob, long from, long length, Action<int> moved) : HttpContent
{
    /// <summary>Why the blob could not be read; null while it could.</summary>
    public Exception? Unread { get; private set; }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        var buffer = new byte[64 * 1024];
        blob.Seek(from, SeekOrigin.Begin);
        for (var left = length; left > 0;)
        {
            var count = await ReadAsync(buffer.AsMemory(0, (int)Math.Min(left, buffer.Length)), cancellationToken);
            await stream.WriteAsync(buffer.AsMemory(0, count), cancellationToken);
            left -= count;
            moved(count);
        }
    }

    protected override bool TryComputeLength(out long result)
    {
        result = length;
        return true;
    }

    private async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancel)
    {
        try
        {
            return await blob.ReadAsync(buffer, cancel) is var count and > 0
                ? count
                : throw new EndOfStreamException("is shorter than it should be");
        }
        catch (IOException e)
        {
            Unread = e;
            throw;
        }
    }
}
