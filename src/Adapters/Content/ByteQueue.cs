namespace EventDock.Adapters.Content;

using System.Buffers;
using System.IO;
using EventDock.Adapters.Posix;
using EventDock.Domain.Kernel;

/// <summary>
/// A pipe between two threads: one writes, the other reads it as a stream, and a full queue holds the writer back. So
/// receiving, inflating and writing to disk go on at the same time.
/// </summary>
internal sealed class ByteQueue(CancellationToken cancel) : Stream
{
    private const int Chunk = 128 * 1024;
    private const int Most = 32;

    /// <summary>So long a wait can go on after it has been called off: nobody wakes who waits on a monitor for that.</summary>
    private const int Look = 50;

    private readonly Queue<ArraySegment<byte>> chunks = new(Most);
    private ArraySegment<byte> reading;
    private bool abandoned;
    private bool complete;

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
        lock (chunks)
        {
            abandoned = true;
            while (chunks.TryDequeue(out var chunk))
            {
                ArrayPool<byte>.Shared.Return(chunk.Array!);
            }

            Monitor.PulseAll(chunks);
        }
    }

    internal void Complete()
    {
        lock (chunks)
        {
            complete = true;
            Monitor.PulseAll(chunks);
        }
    }

    /// <summary>The writer has written all that it had.</summary>
    internal bool IsComplete
    {
        get
        {
            lock (chunks)
            {
                return complete;
            }
        }
    }

    public override void Write(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var n = Math.Min(bytes.Length, Chunk);
            var chunk = ArrayPool<byte>.Shared.Rent(n);
            bytes[..n].CopyTo(chunk);
            if (!TryAdd(new ArraySegment<byte>(chunk, 0, n)))
            {
                ArrayPool<byte>.Shared.Return(chunk);
                return;
            }

            bytes = bytes[n..];
        }
    }

    private bool TryAdd(ArraySegment<byte> chunk)
    {
        lock (chunks)
        {
            while (chunks.Count >= Most && !abandoned)
            {
                cancel.ThrowIfCancellationRequested();
                Monitor.Wait(chunks, Look);
            }

            if (abandoned)
            {
                return false;
            }

            chunks.Enqueue(chunk);
            if (chunks.Count == 1)
            {
                Monitor.Pulse(chunks);
            }

            return true;
        }
    }

    private bool TryNext(out ArraySegment<byte> chunk)
    {
        lock (chunks)
        {
            while (!chunks.TryDequeue(out chunk))
            {
                cancel.ThrowIfCancellationRequested();
                if (complete || abandoned)
                {
                    return false;
                }

                Monitor.Wait(chunks, Look);
            }

            // A writer that waits is not woken for every chunk, but when there is room for many.
            if (chunks.Count == Most / 2)
            {
                Monitor.Pulse(chunks);
            }

            return true;
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

            if (!TryNext(out reading))
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

    /// <summary>What went wrong in a part that gives nothing else; the others are called off with it.</summary>
    internal static DomainError? Fault(Action work, Action after, CancellationTokenSource stop)
    {
        try
        {
            work();
            return null;
        }
        catch (PosixException e)
        {
            stop.Cancel();
            return e.Error;
        }
        catch (RefusedException e)
        {
            stop.Cancel();
            return e.Error;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return null;
        }
        finally
        {
            after();
        }
    }
}
