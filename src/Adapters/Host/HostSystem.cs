namespace EventDock.Adapters.Host;

using System.Globalization;
using System.IO;
using System.Runtime.InteropServices;
using EventDock.Domain.Roots;

/// <summary>What the host is, as its kernel and its files say.</summary>
public static class HostSystem
{
    private const string CgroupMount = "/sys/fs/cgroup";

    /// <param name="root">The root directory.</param>
    public static HostDescription Describe(string root)
    {
        var release = OsRelease();
        return new HostDescription(
            Environment.MachineName,
            Line("/proc/sys/kernel/osrelease"),
            release.GetValueOrDefault("PRETTY_NAME", "Linux"),
            release.GetValueOrDefault("VERSION_ID", ""),
            RuntimeInformation.OSArchitecture switch
            {
                Architecture.X64 => "x86_64",
                Architecture.Arm64 => "aarch64",
                Architecture.X86 => "i686",
                var other => other.ToString().ToLowerInvariant(),
            },
            Environment.ProcessorCount,
            Memory(),
            File.Exists($"{CgroupMount}/cgroup.controllers") ? "2" : "1",
            FileSystem(root),
            root);
    }

    private static string Line(string path) => File.Exists(path) ? File.ReadAllText(path).Trim() : "";

    private static Dictionary<string, string> OsRelease()
    {
        const string path = "/etc/os-release";
        return (File.Exists(path) ? File.ReadLines(path) : [])
            .Select(line => line.Split('=', 2)).Where(pair => pair.Length == 2)
            .DistinctBy(pair => pair[0])
            .ToDictionary(pair => pair[0], pair => pair[1].Trim('"', '\''), StringComparer.Ordinal);
    }

    private static long Memory() =>
        File.ReadLines("/proc/meminfo").Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(words => words is ["MemTotal:", _, "kB"])
            .Select(words => long.Parse(words[1], CultureInfo.InvariantCulture) * 1024).FirstOrDefault();

    /// <summary>docker's name of it: of the mount with the longest path above the directory.</summary>
    private static string FileSystem(string path)
    {
        var type = File.ReadLines("/proc/self/mounts").Select(line => line.Split(' '))
            .Where(words => words.Length > 2 && (words[1] == "/" || path == words[1] || path.StartsWith(words[1] + "/", StringComparison.Ordinal)))
            .OrderBy(words => words[1].Length).LastOrDefault() is { } mount ? mount[2] : "unknown";
        return type is "ext2" or "ext3" or "ext4" ? "extfs" : type;
    }
}
