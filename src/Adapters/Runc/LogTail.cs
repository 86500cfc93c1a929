namespace EventDock.Adapters.Runc;

using System.IO;
using EventDock.Domain.Containers;
using Microsoft.Win32.SafeHandles;

/// <summary>
/// Where the last lines of a log begin, read from its end: for each of the two streams, since a line of the one may stand in parts with
/// lines of the other between them. A line is a record that ends one with the parts of its stream before it, or parts at the very end.
/// </summary>
/// <param name="Output">Records of stdout before it are none of the last lines.</param>
internal sealed record LogTail(long Output, long Error)
{
    private const int BlockSize = 64 * 1024;

    /// <summary>So far before the last lines the first parts of one are looked for: a stream may have nothing for gigabytes.</summary>
    private const long LookBack = 1 << 20;

    public static readonly LogTail All = new(0, 0);

    public long First => Math.Min(Output, Error);

    public long Of(bool isError) => isError ? Error : Output;

    public static LogTail Before(SafeFileHandle log, long length, int lines)
    {
        if (lines <= 0)
        {
            return new LogTail(length, length);
        }

        var counted = 0;
        var seen = new bool[2];
        var next = length;
        foreach (var (start, isError, part) in RecordsBackwards(log, length))
        {
            ref var later = ref seen[isError ? 1 : 0];
            var endsLine = !part || !later;
            if (endsLine && counted == lines)
            {
                // In this record's stream a line has just ended; one of the other may have begun before it.
                var other = seen[isError ? 0 : 1] ? Begin(log, start, next, !isError) : next;
                return isError ? new LogTail(other, next) : new LogTail(next, other);
            }

            counted += endsLine ? 1 : 0;
            later = true;
            next = start;
        }

        return All;
    }

    /// <summary>Where the parts begin that belong to the first line of this stream after a place.</summary>
    private static long Begin(SafeFileHandle log, long before, long after, bool ofError)
    {
        var begin = after;
        foreach (var (start, isError, part) in RecordsBackwards(log, before).TakeWhile(r => r.Start > before - LookBack))
        {
            if (isError == ofError)
            {
                if (!part)
                {
                    break;
                }

                begin = start;
            }
        }

        return begin;
    }

    /// <summary>A record that is cut off counts as a line of stdout.</summary>
    private static IEnumerable<(long Start, bool IsError, bool Part)> RecordsBackwards(SafeFileHandle log, long length)
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
                var line = LogLine.Parse(bytes.AsSpan(start, end - start)).ToNullable();
                yield return (lower + start, line is { IsError: true }, line is { EndsLine: false });
                end = start;
            }

            carried = bytes[..end];
            upper = lower;
        }
    }
}
