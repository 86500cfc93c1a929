namespace EventDock.Adapters.Postgres;

using System.Globalization;
using System.IO;

/// <summary>The cluster's processes, as the kernel shows them.</summary>
internal static class ClusterProcess
{
    /// <summary>
    /// The postmaster of this data directory: its pid file is believed only where that process works in that directory, as
    /// the pid may be another's since a reboot.
    /// </summary>
    public static (int Pid, bool Ready)? Postmaster(ClusterPlace place)
    {
        try
        {
            var lines = File.ReadAllLines(place.PidFile);
            return lines.Length > 0 && int.TryParse(lines[0], CultureInfo.InvariantCulture, out var pid)
                && pid > 0 && WorksIn(pid, Real(place.Data))
                ? (pid, lines.Length >= 8 && lines[7].StartsWith("ready", StringComparison.Ordinal))
                : null;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>
    /// All that work in the data directory: after a postmaster was killed, its backends, which go by themselves. Not until
    /// they have gone may another be started.
    /// </summary>
    public static bool AnyIn(ClusterPlace place)
    {
        var data = Real(place.Data);
        return Directory.EnumerateDirectories("/proc")
            .Any(d => int.TryParse(Path.GetFileName(d), CultureInfo.InvariantCulture, out var pid) && WorksIn(pid, data));
    }

    /// <summary>The hierarchies by which systemd ends a unit: the unified one, or its own on cgroup v1.</summary>
    private static IEnumerable<string> Cgroups(ClusterPlace place) =>
        new[] { "/sys/fs/cgroup", "/sys/fs/cgroup/unified", "/sys/fs/cgroup/systemd" }
            .Where(root => File.Exists(Path.Combine(root, "cgroup.procs")))
            .Select(root => Path.Combine(root, place.Cgroup));

    /// <summary>Moves a process out of the caller's unit. Where the host does not let us, it stays: it runs there as well.</summary>
    public static void Detach(ClusterPlace place, int pid)
    {
        foreach (var cgroup in Cgroups(place))
        {
            try
            {
                Directory.CreateDirectory(cgroup);
                File.WriteAllText(Path.Combine(cgroup, "cgroup.procs"), pid.ToString(CultureInfo.InvariantCulture));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                continue;
            }
        }
    }

    /// <summary>Removes the cgroups once nothing runs in them; one that is in use stays.</summary>
    public static void Forget(ClusterPlace place)
    {
        foreach (var cgroup in Cgroups(place).Where(Directory.Exists))
        {
            try
            {
                Directory.Delete(cgroup);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                continue;
            }
        }
    }

    /// <summary>The process lives (one that has ended and is not yet waited for does not) and is of this data directory.</summary>
    public static bool WorksIn(ClusterPlace place, int pid) => WorksIn(pid, Real(place.Data));

    private static bool WorksIn(int pid, string directory)
    {
        try
        {
            return new FileInfo(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/cwd")).LinkTarget == directory;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It has ended meanwhile.
            return false;
        }
    }

    /// <summary>With every link on the way resolved, as the kernel names it.</summary>
    public static string Real(string path)
    {
        var parent = Path.GetDirectoryName(Path.GetFullPath(path));
        if (parent is null)
        {
            return path;
        }

        var here = Path.Combine(Real(parent), Path.GetFileName(Path.TrimEndingDirectorySeparator(path)));
        return new DirectoryInfo(here).ResolveLinkTarget(returnFinalTarget: true)?.FullName is { } target ? Real(target) : here;
    }
}
