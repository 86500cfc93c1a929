namespace EventDock.Domain.Containers;

/// <summary>A container's environment, composed as docker does.</summary>
public static class RuntimeSpecEnvironment
{
    public const string DefaultPath = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    /// <summary>PATH, HOSTNAME and with a terminal TERM, where the given ones do not say otherwise. Doing it twice is doing it once.</summary>
    public static Seq<string> Complete(Seq<string> env, string hostname, bool terminal) =>
        Override(Seq(DefaultPath, $"HOSTNAME={hostname}") + (terminal ? Seq1("TERM=xterm") : Seq<string>()), env);

    /// <summary>
    /// The further ones replace what has the same name, in its place, or come last; a name without a value takes the variable
    /// away.
    /// </summary>
    public static Seq<string> Override(Seq<string> env, Seq<string> further)
    {
        var result = new List<string?>();
        var places = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var entry in env + further)
        {
            var name = Name(entry);
            if (!places.TryGetValue(name, out var place))
            {
                place = result.Count;
                places.Add(name, place);
                result.Add(null);
            }

            result[place] = name.Length == entry.Length ? null : entry;
        }

        return result.Where(entry => entry is not null).Select(entry => entry!).ToSeq();
    }

    private static string Name(string entry) => entry.IndexOf('=') is >= 0 and var at ? entry[..at] : entry;
}
