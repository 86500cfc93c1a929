namespace EventDock.Cli.Output;

/// <summary>A part of something that is received or sent: a layer nearly always.</summary>
/// <param name="Bytes">Of <paramref name="Total"/>; shown while the part is moving.</param>
/// <param name="Ended">Nothing more will be told of it.</param>
public sealed record TransferPart(string Name, string State, long Bytes, long Total, bool Moving, bool Ended);

/// <summary>What stands on the screen at one moment of a transfer: a line a part, as many as there is room for, and one bar for all.</summary>
public static class TransferFrame
{
    private const int StateWidth = 18, WidestBar = 50, SizesWidth = 20;

    /// <summary>Narrower than the screen by one column, so that no terminal wraps, and lower by one line, so that none scrolls.</summary>
    public static Seq<string> Lines(IReadOnlyList<TransferPart> parts, int columns, int rows)
    {
        var room = Math.Max(0, rows - 3);
        var shown = parts.Count <= room + 1 ? parts : [.. Busiest(parts, room)];
        var hidden = parts.Count - shown.Count;
        var lines = shown.Select(part => Line(part, columns)).ToList();
        if (hidden > 0)
        {
            var ended = parts.Count(p => p.Ended) - shown.Count(p => p.Ended);
            lines.Add($"and {hidden} more, {ended} of them complete");
        }

        lines.Add(All(parts, columns));
        return lines.Select(line => line.Length < columns ? line : line[..Math.Max(0, columns - 1)]).ToSeq().Strict();
    }

    /// <summary>The last frame stays: every part is in it, whatever the height.</summary>
    public static Seq<string> Last(IReadOnlyList<TransferPart> parts, int columns) => Lines(parts, columns, int.MaxValue);

    /// <summary>What moves, then what has yet to begin, then what has ended; in each the parts' own order.</summary>
    private static IEnumerable<TransferPart> Busiest(IReadOnlyList<TransferPart> parts, int room)
    {
        var chosen = parts.Select((part, n) => (part, n))
            .OrderBy(p => p.part.Ended ? 2 : p.part.Moving ? 0 : 1).ThenBy(p => p.n)
            .Take(room).OrderBy(p => p.n);
        return chosen.Select(p => p.part);
    }

    private static string Line(TransferPart part, int columns)
    {
        var head = $"{part.Name}: {part.State}";
        return part.Moving && part.Total > 0
            ? Bar(head.PadRight(part.Name.Length + 2 + StateWidth), part.Bytes, part.Total, columns)
            : head;
    }

    private static string All(IReadOnlyList<TransferPart> parts, int columns)
    {
        var head = $"{parts.Count(p => p.Ended)}/{parts.Count} complete";
        var width = parts.Count == 0 ? 0 : parts.Max(p => p.Name.Length) + 2 + StateWidth;
        return Bar(head.PadRight(width), parts.Sum(p => p.Ended ? p.Total : Math.Min(p.Bytes, p.Total)), parts.Sum(p => p.Total), columns);
    }

    /// <summary>docker's: <c>[=====&gt;     ]  12.3MB/45.6MB</c>. On a narrow screen the sizes alone.</summary>
    private static string Bar(string head, long bytes, long total, int columns)
    {
        var sizes = $"{Human.ProgressSize(bytes)}/{Human.ProgressSize(total)}";
        var width = Math.Min(WidestBar, columns - head.Length - SizesWidth - 4);
        if (width < 5)
        {
            return $"{head} {sizes}";
        }

        var filled = total <= 0 ? width : (int)(Math.Clamp((double)bytes / total, 0, 1) * width);
        var bar = filled >= width ? new string('=', width) : new string('=', filled) + ">" + new string(' ', width - filled - 1);
        return $"{head} [{bar}] {sizes}";
    }
}
