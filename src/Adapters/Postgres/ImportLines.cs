namespace EventDock.Adapters.Postgres;

using System.IO;
using EventDock.Domain.Kernel;

/// <summary>The lines of a stream, one in memory at a time.</summary>
internal sealed class ImportLines(Stream stream)
{
    /// <summary>An event's largest part is a LayerWritten of 10,000 paths, a few MiB.</summary>
    public const int Longest = 64 << 20;

    private byte[] buffer = new byte[1 << 16];
    private int start;
    private int next;
    private int end;
    private long count;

    /// <summary>Without its newline; valid until the next is asked for.</summary>
    public ReadOnlySpan<byte> Line => buffer.AsSpan(start, (Ended ? next - 1 : next) - start);

    /// <summary>It had a newline: only what stands at the end of all has none.</summary>
    public bool Ended { get; private set; }

    /// <summary>False where there are no more.</summary>
    public async ValueTask<Either<DomainError, bool>> NextAsync(CancellationToken cancel)
    {
        start = next;
        count++;
        for (var seen = start; ;)
        {
            var newline = buffer.AsSpan(seen, end - seen).IndexOf((byte)'\n');
            if (newline >= 0)
            {
                (next, Ended) = (seen + newline + 1, true);
                return true;
            }

            if (end - start > Longest)
            {
                return new DomainError.BadExport(count, $"is longer than {Longest >> 20} MiB");
            }

            seen = end;
            var moved = start;
            var read = await FillAsync(cancel);
            seen -= moved - start;
            if (read.IsLeft)
            {
                return read.Map(_ => false);
            }

            if (read.IfLeft(0) == 0)
            {
                (next, Ended) = (end, false);
                return end > start;
            }
        }
    }

    private async ValueTask<Either<DomainError, int>> FillAsync(CancellationToken cancel)
    {
        if (end == buffer.Length)
        {
            var room = end - start > buffer.Length / 2 ? new byte[buffer.Length * 2] : buffer;
            Buffer.BlockCopy(buffer, start, room, 0, end - start);
            (buffer, start, end) = (room, 0, end - start);
        }

        try
        {
            var read = await stream.ReadAsync(buffer.AsMemory(end), cancel);
            end += read;
            return read;
        }
        catch (IOException e)
        {
            return new DomainError.FileFailed("the export", e.Message);
        }
    }
}
