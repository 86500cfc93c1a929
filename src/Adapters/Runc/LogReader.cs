namespace EventDock.Adapters.Runc;

using System.IO;
using System.Text;
using EventDock.Domain.Containers;

/// <summary>
/// A container's log, conmon's k8s-file, written out as the bytes that the container wrote: stdout's to one descriptor, stderr's
/// to the other.
/// </summary>
internal sealed class LogReader(string path, LogSpec spec, int output, int error)
{
    private const int BlockSize = 64 * 1024;
    private readonly bool[] midLine = new bool[2];
    private readonly LogOutput written = new();
    private LogTail tail = LogTail.All;

    /// <summary>Where the next record begins.</summary>
    private long next;

    /// <param name="running">Whether more may still come; asked only to follow.</param>
    public void Run(Func<bool> running, CancellationToken cancel)
    {
        if (!File.Exists(path))
        {
            return;
        }

        using var log = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        tail = spec.Tail is { } lines ? LogTail.Before(log, RandomAccess.GetLength(log), lines) : LogTail.All;
        var position = next = tail.First;
        var kept = new MemoryStream();
        var block = new byte[BlockSize];
        while (!cancel.IsCancellationRequested)
        {
            // Asked before the read: what was written until a container's end is then read after it.
            var more = spec.Follow && running();
            for (int count; (count = RandomAccess.Read(log, block, position)) > 0; position += count)
            {
                if (!WriteRecords(block.AsSpan(0, count), kept))
                {
                    written.Flush();
                    return;
                }
            }

            if (!written.Flush() || !more || cancel.WaitHandle.WaitOne(20))
            {
                return;
            }
        }
    }

    /// <summary>False when nobody reads any more, or all that was asked for is written.</summary>
    private bool WriteRecords(ReadOnlySpan<byte> block, MemoryStream kept)
    {
        while (block.IndexOf((byte)'\n') is >= 0 and var end)
        {
            bool go;
            if (kept.Length > 0)
            {
                kept.Write(block[..(end + 1)]);
                go = WriteRecord(kept.GetBuffer().AsSpan(0, (int)kept.Length));
                kept.SetLength(0);
            }
            else
            {
                go = WriteRecord(block[..(end + 1)]);
            }

            if (!go)
            {
                return false;
            }

            block = block[(end + 1)..];
        }

        kept.Write(block);
        return true;
    }

    private bool WriteRecord(ReadOnlySpan<byte> record)
    {
        var start = next;
        next += record.Length;
        if (LogLine.Parse(record).ToNullable() is not { } line
            || start < tail.Of(line.IsError)
            || (spec.Since is { } since && line.IsBefore(since)))
        {
            return true;
        }

        if (spec.Until is { } until && line.IsAfter(until))
        {
            return false;
        }

        var target = line.IsError ? error : output;
        ref var inside = ref midLine[line.IsError ? 1 : 0];
        if (!inside && (spec.Timestamps || spec.Details) && !written.Write(target, Encoding.ASCII.GetBytes(Head(line))))
        {
            return false;
        }

        inside = !line.EndsLine;
        var text = record[line.TextStart..];
        return written.Write(target, line.EndsLine ? text : text[..^1]);
    }

    private string Head(LogLine line) => (spec.Timestamps ? line.Timestamp + " " : "") + (spec.Details ? " " : "");
}
