namespace EventDock.Domain.Layers;

using System.Text;

/// <summary>What several records of a thin layer come to for one path.</summary>
/// <param name="Key">The path's bytes, each as a character: so that an ordinal comparison is one of bytes.</param>
/// <param name="Before">It was there before the first of them.</param>
/// <param name="After">It is there after the last.</param>
/// <param name="Implied">It went with a directory above it, which has a line of its own.</param>
/// <param name="Emptied">At some time among them there was no directory of this name: what had been below it went.</param>
/// <param name="Last">What was recorded of it last.</param>
public sealed record NetChange(string Key, bool Before, bool After, bool Implied, bool Emptied, PathChange Last)
{
    /// <summary>A, C or D; empty for what came and went again, or goes without saying.</summary>
    public string Kind => (Before, After) switch
    {
        (false, true) => "A",
        (true, true) => "C",
        (true, false) when !Implied => "D",
        _ => "",
    };

    /// <summary>Without the leading slash.</summary>
    public byte[] Path => Encoding.Latin1.GetBytes(Key);

    /// <summary>One recorded change, alone.</summary>
    public static NetChange Of(PathChange change) => new(
        KeyOf(Bytes(change)), change.Kind != "A", change.Kind != "D", Implied: false, change.Kind == "D" || change.Type != "directory", change);

    public static string KeyOf(ReadOnlySpan<byte> path) => Encoding.Latin1.GetString(path.TrimStart((byte)'/'));

    /// <summary>The bytes of a recorded path, with its leading slash.</summary>
    public static byte[] Bytes(PathChange change) => change.Base64 ? Convert.FromBase64String(change.Path) : Encoding.UTF8.GetBytes(change.Path);
}

/// <summary>Lists of changes taken together: the net effect between two moments.</summary>
public static class NetChanges
{
    /// <summary>Of changes in the order in which they were recorded; sorted by path.</summary>
    public static Seq<NetChange> Of(IEnumerable<PathChange> changes) => Folded(changes.Select(NetChange.Of));

    /// <summary>Two net effects, of which the one follows the other.</summary>
    public static Seq<NetChange> Then(Seq<NetChange> first, Seq<NetChange> second) => Folded(first.Concat(second));

    /// <summary>Those that have a line, a directory before what is in it.</summary>
    public static Seq<NetChange> Lines(Seq<NetChange> net) =>
        net.Where(change => change.Kind.Length > 0).OrderBy(change => change.Key.Replace('/', '\0'), StringComparer.Ordinal).ToArray().ToSeq().Strict();

    private static Seq<NetChange> Folded(IEnumerable<NetChange> steps)
    {
        var known = new Dictionary<string, NetChange>(StringComparer.Ordinal);
        var names = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var step in steps)
        {
            if (step.Emptied)
            {
                // A slash is followed by the digit nought.
                foreach (var below in names.GetViewBetween(step.Key + "/", step.Key + "0").ToArray())
                {
                    if (below.StartsWith(step.Key + "/", StringComparison.Ordinal) && known[below] is { After: true } there)
                    {
                        known[below] = there with { After = false, Implied = true };
                    }
                }
            }

            if (known.TryGetValue(step.Key, out var before))
            {
                known[step.Key] = step with { Before = before.Before, Emptied = before.Emptied || step.Emptied };
            }
            else
            {
                known.Add(step.Key, step);
                names.Add(step.Key);
            }
        }

        return names.Select(name => known[name]).ToArray().ToSeq().Strict();
    }
}
