namespace EventDock.Domain.Containers;

/// <summary>The third part of -v: what it says, each at most once (docker's rules for Linux).</summary>
/// <param name="Propagation">Empty where it says nothing of it.</param>
/// <param name="Relabel">z or Z: SELinux labels.</param>
/// <param name="NoCopy">Means something for volumes only.</param>
public sealed record MountMode(bool ReadOnly, string Propagation, bool Relabel, bool NoCopy)
{
    private static readonly string[] Propagations = ["private", "rprivate", "shared", "rshared", "slave", "rslave"];

    /// <summary>None where it is no mode.</summary>
    public static Option<MountMode> Read(string text)
    {
        if (text.Length == 0)
        {
            return new MountMode(false, "", false, false);
        }

        var words = text.Split(',');
        var kinds = words.Select(Kind).ToArray();
        return kinds.Contains("") || kinds.Distinct().Count() != kinds.Length
            ? None
            : new MountMode(
                words.Contains("ro"), words.FirstOrDefault(IsPropagation) ?? "", kinds.Contains("label"), words.Contains("nocopy"));
    }

    public static bool IsPropagation(string word) => Propagations.Contains(word);

    private static string Kind(string word) =>
        word is "ro" or "rw" ? "writing"
        : word is "z" or "Z" ? "label"
        : word is "nocopy" ? "copy"
        // Of a file system of its own on another system; without meaning, and without effect, on Linux.
        : word is "consistent" or "cached" or "delegated" ? "consistency"
        : IsPropagation(word) ? "propagation"
        : "";
}
