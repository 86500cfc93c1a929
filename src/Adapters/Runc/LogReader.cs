namespace EventDock.Adapters.Runc;

using System.IO;
using System.Text;
using EventDock.Domain.Containers;
using Microsoft.Win32.SafeHandles;

/// <summary>
/// A container's log, conmon's k8s-file, written out as the bytes that the container wrote: stdout's to one descriptor, stderr's
/// to the other.
/// </summary>
internal sealed class LogReader(string path, LogSpec spec, int output, int error)
{
    private const int BlockSize = 64 * 1024;
    private readonly bool[] midLine = new bool[2];
    private readonly LogOutput written = new();

    /// <param name="running">Whether more may still come; asked only to follow.</param>
    public void Run(Func<bool> running, CancellationToken cancel)
    {
        if (!File.Exists(path))
        {
            return;
        }

        using var log = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var position = spec.Tail is { } lines ? TailStart(log, RandomAccess.GetLength(log), lines) : 0;
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
        if (LogLine.Parse(record).ToNullable() is not { } line || (spec.Since is { } since && line.IsBefore(since)))
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

    /// <summary>
    /// Where the last so many lines begin, read from the end: a line is a record that ends one with the parts before it, or
    /// parts at the very end.
    /// </summary>
    internal static long TailStart(SafeFileHandle log, long length, int lines)
    {
        if (lines <= 0)
        {
            return length;
        }

        var counted = 0;
        var last = true;
        var next = length;
        foreach (var (start, endsLine) in RecordsBackwards(log, length))
        {
            if (endsLine && counted == lines)
            {
                return next;
            }

            if (endsLine || last)
            {
                counted++;
            }

            last = false;
            next = start;
        }

        return 0;
    }

    private static IEnumerable<(long Start, bool EndsLine)> RecordsBackwards(SafeFileHandle log, long length)
    {
        // Bytes of a record that begins in an earlier block are carried over to it; a record's head is all that is looked at.
        var carried = System.Array.Empty<byte>();
        for (var upper = length; upper > 0;)
        {
            var lower = Math.Max(0, upper - BlockSize);
            var bytes = new byte[(int)(upper - lower) + carried.Length];
            RandomAccess.Read(log, bytes.AsSpan(0, (int)(upper - lower)), lower);
            carried.CopyTo(bytes, (int)(upper - lower));
            var end = bytes.Length;
            while (end > 0)
            {
                var before = end > 1 ? bytes.AsSpan(0, end - 1).LastIndexOf((byte)'\n') : -1;
                if (before < 0 && lower > 0)
                {
                    break;
                }

                var start = before + 1;
                yield return (lower + start, LogLine.Parse(bytes.AsSpan(start, end - start)).ToNullable() is not { EndsLine: false });
                end = start;
            }

            carried = bytes[..end];
            upper = lower;
        }
    }
}
