namespace EventDock.Adapters.Content;

using System.Buffers;
using System.Collections.Concurrent;
using System.IO;

/// <summary>
/// A pipe between two threads: one writes, the other reads it as a stream, and a full queue holds the writer back. So
/// receiving, inflating and writing to disk go on at the same time.
/// </summary>
internal sealed class ByteQueue(CancellationToken cancel) : Stream
{
    private const int Chunk = 128 * 1024;
    private readonly BlockingCollection<ArraySegment<byte>> chunks = new(32);
    private ArraySegment<byte> reading;
    private volatile bool abandoned;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>The reader wants no more: what is written from now on is dropped.</summary>
    internal void Abandon()
    {
        abandoned = true;
        while (chunks.TryTake(out var chunk))
        {
            ArrayPool<byte>.Shared.Return(chunk.Array!);
        }
    }

    internal void Complete() => chunks.CompleteAdding();

    /// <summary>The writer has written all that it had.</summary>
    internal bool IsComplete => chunks.IsAddingCompleted;

    public override void Write(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty && !abandoned)
        {
            var n = Math.Min(bytes.Length, Chunk);
            var chunk = ArrayPool<byte>.Shared.Rent(n);
            bytes[..n].CopyTo(chunk);
            while (!chunks.TryAdd(new ArraySegment<byte>(chunk, 0, n), 50, cancel) && !abandoned)
            {
            }

            bytes = bytes[n..];
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        if (reading.Count == 0)
        {
            if (reading.Array is not null)
            {
                ArrayPool<byte>.Shared.Return(reading.Array);
                reading = default;
            }

            if (!chunks.TryTake(out reading, Timeout.Infinite, cancel))
            {
                return 0;
            }
        }

        var n = Math.Min(buffer.Length, reading.Count);
        reading.AsSpan(0, n).CopyTo(buffer);
        reading = reading[n..];
        return n;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}

/// <summary>The parts that a queue joins, each a task of its own.</summary>
internal static class Stages
{
    /// <summary>A part says what went wrong in its result; if it throws all the same, the others must not wait for it.</summary>
    internal static Task<T> RunAsync<T>(Func<Task<T>> part, CancellationTokenSource stop) =>
        Task.Run(
            async () =>
            {
                try
                {
                    return await part().ConfigureAwait(false);
                }
                catch
                {
                    await stop.CancelAsync().ConfigureAwait(false);
                    throw;
                }
            },
            CancellationToken.None);
}
