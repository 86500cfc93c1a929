namespace EventDock.Adapters.Content;

using System.IO;
using System.Text.RegularExpressions;

/// <summary>What is mounted below the root, as this process sees it (proc(5), /proc/self/mountinfo).</summary>
internal static partial class MountTable
{
    private const int MountPoint = 4;

    /// <summary>Relative to the root.</summary>
    internal static Seq<string> Below(string root)
    {
        // The table has paths as the kernel knows them.
        var real = Directory.ResolveLinkTarget(root, returnFinalTarget: true)?.FullName ?? root;
        return File.ReadLines("/proc/self/mountinfo")
            .Select(line => Escape().Replace(line.Split(' ')[MountPoint], m => ((char)Convert.ToInt32(m.Groups[1].Value, 8)).ToString()))
            .Where(path => path.StartsWith(real + "/", StringComparison.Ordinal))
            .Select(path => path[(real.Length + 1)..])
            .ToSeq().Strict();
    }

    [GeneratedRegex(@"\\([0-7]{3})")]
    private static partial Regex Escape();
}
