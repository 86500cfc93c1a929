namespace EventDock.Domain.Layers;

/// <summary>
/// What one record of a thin layer says something of: the paths that it lists, and all that was below one of them that is no directory
/// since. Asked by looking up a path and those above it, so that a long record takes no longer than a short one.
/// </summary>
public sealed class TouchedPaths
{
    private readonly Dictionary<string, NetChange> named = new(StringComparer.Ordinal);

    private TouchedPaths()
    {
    }

    public static TouchedPaths Of(Seq<PathChange> changes)
    {
        var touched = new TouchedPaths();
        foreach (var change in changes)
        {
            var one = NetChange.Of(change);
            touched.named[one.Key] = touched.named.TryGetValue(one.Key, out var before) ? one with { Emptied = before.Emptied || one.Emptied } : one;
        }

        return touched;
    }

    /// <param name="key">As <see cref="NetChange.Key"/>.</param>
    public bool Has(string key)
    {
        if (named.ContainsKey(key))
        {
            return true;
        }

        var above = named.GetAlternateLookup<ReadOnlySpan<char>>();
        for (var end = key.LastIndexOf('/'); end > 0; end = key.AsSpan(0, end).LastIndexOf('/'))
        {
            if (above.TryGetValue(key.AsSpan(0, end), out var directory) && directory.Emptied)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Bytes of the file, as it was listed; 0 where it was not.</summary>
    public long Size(string key) => named.TryGetValue(key, out var change) ? change.Last.Size.Value : 0;
}
