namespace EventDock.Domain.Layers;

/// <summary>A stretch of changed lines with what stands around them, as unified diffs have it.</summary>
/// <param name="OldStart">From 1; where there are no lines on that side, the line before.</param>
/// <param name="Lines">Each with its mark: a blank, a minus or a plus; its newline is part of it, where the file has one there.</param>
public sealed record Hunk(int OldStart, int OldCount, int NewStart, int NewCount, Seq<string> Lines);

/// <summary>The difference of two texts, line by line (E. Myers, "An O(ND) Difference Algorithm", 1986).</summary>
public static class TextDiff
{
    /// <summary>Lines of context.</summary>
    private const int Around = 3;

    /// <summary>Texts that differ in more lines are told as replaced between their first and last difference: the search is quadratic.</summary>
    private const int MostEdits = 1000;

    public static Seq<Hunk> Of(string before, string after)
    {
        var (old, now) = (Lines(before), Lines(after));
        var (gone, come) = Marks(old, now);
        return Hunks(old, now, gone, come);
    }

    private static string[] Lines(string text)
    {
        var lines = new List<string>();
        for (var at = 0; at < text.Length;)
        {
            var end = text.IndexOf('\n', at);
            var next = end < 0 ? text.Length : end + 1;
            lines.Add(text[at..next]);
            at = next;
        }

        return lines.ToArray();
    }

    /// <summary>Of each line whether it is only on its side.</summary>
    private static (bool[] Gone, bool[] Come) Marks(string[] old, string[] now)
    {
        var first = 0;
        while (first < old.Length && first < now.Length && old[first] == now[first])
        {
            first++;
        }

        var last = 0;
        while (last < old.Length - first && last < now.Length - first && old[^(last + 1)] == now[^(last + 1)])
        {
            last++;
        }

        // Lines by number: to compare two is to compare their numbers.
        var numbers = new Dictionary<string, int>(StringComparer.Ordinal);
        var a = old.AsSpan(first, old.Length - first - last).ToArray().Select(Number).ToArray();
        var b = now.AsSpan(first, now.Length - first - last).ToArray().Select(Number).ToArray();
        var (gone, come) = (new bool[old.Length], new bool[now.Length]);
        if (Trace(a, b) is { } trace)
        {
            Follow(trace, a.Length, b.Length, x => gone[first + x] = true, y => come[first + y] = true);
        }
        else
        {
            System.Array.Fill(gone, true, first, a.Length);
            System.Array.Fill(come, true, first, b.Length);
        }

        return (gone, come);

        int Number(string line)
        {
            if (!numbers.TryGetValue(line, out var number))
            {
                numbers.Add(line, number = numbers.Count);
            }

            return number;
        }
    }

    /// <summary>Of each number of edits the furthest places, by diagonal; null where it takes too many.</summary>
    private static List<int[]>? Trace(int[] a, int[] b)
    {
        var most = Math.Min(a.Length + b.Length, MostEdits);
        var furthest = new int[(2 * most) + 3];
        var zero = most + 1;
        var trace = new List<int[]>();
        for (var d = 0; d <= most; d++)
        {
            for (var k = -d; k <= d; k += 2)
            {
                var x = Down(furthest, zero, k, d) ? furthest[zero + k + 1] : furthest[zero + k - 1] + 1;
                while (x < a.Length && x - k < b.Length && a[x] == b[x - k])
                {
                    x++;
                }

                furthest[zero + k] = x;
                if (x >= a.Length && x - k >= b.Length)
                {
                    trace.Add(furthest[(zero - d - 1)..(zero + d + 2)]);
                    return trace;
                }
            }

            trace.Add(furthest[(zero - d - 1)..(zero + d + 2)]);
        }

        return null;
    }

    private static bool Down(int[] furthest, int zero, int k, int d) =>
        k == -d || (k != d && furthest[zero + k - 1] < furthest[zero + k + 1]);

    /// <summary>From the end back to the start.</summary>
    private static void Follow(List<int[]> trace, int x, int y, Action<int> gone, Action<int> come)
    {
        for (var d = trace.Count - 1; d > 0; d--)
        {
            var before = trace[d - 1];
            var zero = d;
            var k = x - y;
            var down = k == -d || (k != d && before[zero + k - 1] < before[zero + k + 1]);
            var from = down ? k + 1 : k - 1;
            var at = before[zero + from];
            if (down)
            {
                come(at - from);
            }
            else
            {
                gone(at);
            }

            (x, y) = (at, at - from);
        }
    }

    private static Seq<Hunk> Hunks(string[] old, string[] now, bool[] gone, bool[] come)
    {
        var hunks = new List<Hunk>();
        var open = new Open(old, now);
        for (int x = 0, y = 0; x < old.Length || y < now.Length;)
        {
            if (x < old.Length && gone[x])
            {
                open.Change(x++, y, '-');
            }
            else if (y < now.Length && come[y])
            {
                open.Change(x, y++, '+');
            }
            else
            {
                open.Same(x++, y++, hunks);
            }
        }

        open.End(hunks);
        return hunks.ToSeq().Strict();
    }

    /// <summary>The hunk that is being made.</summary>
    private sealed class Open(string[] old, string[] now)
    {
        private readonly List<string> lines = [];
        private int oldStart, newStart, oldCount, newCount, quiet;

        public void Change(int x, int y, char mark)
        {
            if (lines.Count == 0)
            {
                var context = Math.Min(Around, Math.Min(x, y));
                (oldStart, newStart, oldCount, newCount) = (x - context, y - context, 0, 0);
                for (var n = x - context; n < x; n++)
                {
                    Add(' ', old[n]);
                }
            }

            quiet = 0;
            Add(mark, mark == '-' ? old[x] : now[y]);
        }

        public void Same(int x, int y, List<Hunk> hunks)
        {
            if (lines.Count == 0)
            {
                return;
            }

            Add(' ', old[x]);
            quiet++;

            // Two changes that near are told together.
            if (quiet > 2 * Around)
            {
                End(hunks);
            }
        }

        public void End(List<Hunk> hunks)
        {
            if (lines.Count > 0)
            {
                var extra = Math.Max(0, quiet - Around);
                lines.RemoveRange(lines.Count - extra, extra);
                var (left, right) = (oldCount - extra, newCount - extra);
                hunks.Add(new Hunk(
                    left == 0 ? oldStart : oldStart + 1, left, right == 0 ? newStart : newStart + 1, right, lines.ToArray().ToSeq().Strict()));
            }

            lines.Clear();
            quiet = 0;
        }

        private void Add(char mark, string line)
        {
            oldCount += mark == '+' ? 0 : 1;
            newCount += mark == '-' ? 0 : 1;
            lines.Add(mark + line);
        }
    }
}
