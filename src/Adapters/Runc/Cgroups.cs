namespace EventDock.Adapters.Runc;

using System.IO;
using System.Runtime.InteropServices;

/// <summary>Control groups, in every hierarchy of v1, of v2, or of both at once.</summary>
internal static partial class Cgroups
{
    private const string Mount = "/sys/fs/cgroup";
    private const int Busy = 16, NotEmpty = 39;

    public static bool OnlyV2 { get; } = File.Exists($"{Mount}/cgroup.controllers");

    /// <summary>The group at this path, below each hierarchy's root. A process that is just ending keeps its group for a moment.</summary>
    /// <returns>False where something still lives in it.</returns>
    public static bool Remove(string path) =>
        Hierarchies().Aggregate(true, (all, hierarchy) => RemoveGroup(hierarchy + path, attempts: 60) && all);

    /// <summary>
    /// Ends what is left in the group: nothing, as a rule, since what is in a PID namespace has ended with its first process.
    /// </summary>
    public static void KillAll(string path)
    {
        foreach (var pid in Processes(path))
        {
            using var process = Runc.Processes.Identify(pid) is { } left ? OpenedProcess.Open(left) : null;
            process?.Signal(9);
        }
    }

    public static bool Exists(string path) => Hierarchies().Any(hierarchy => Directory.Exists(hierarchy + path));

    /// <summary>
    /// Our own group may end with our unit or session, and everything in it with it. A process that is to outlive us is put
    /// beside, in the hierarchy by which systemd tells units apart.
    /// </summary>
    public static void MoveOut(int pid, string path)
    {
        foreach (var line in File.ReadLines("/proc/self/cgroup"))
        {
            var parts = line.Split(':', 3);
            if (parts is not [_, "" or "name=systemd", not "/"])
            {
                continue;
            }

            var hierarchy = parts[1].Length > 0 ? $"{Mount}/systemd" : OnlyV2 ? Mount : $"{Mount}/unified";
            if (Directory.Exists(hierarchy))
            {
                Directory.CreateDirectory(hierarchy + path);
                File.WriteAllText($"{hierarchy}{path}/cgroup.procs", pid.ToString(System.Globalization.CultureInfo.InvariantCulture));
            }
        }
    }

    /// <summary>
    /// The first process that changes its group after a while waits for a grace period of the kernel's (5 to 10 ms); whoever comes shortly after it
    /// does not. So this process moves, to where it is already, while what the runtime will move is still being made.
    /// </summary>
    /// <returns>False where no group of ours is found that can be written: then the runtime waits by itself.</returns>
    public static bool Prepare()
    {
        try
        {
            foreach (var line in File.ReadLines("/proc/self/cgroup"))
            {
                if (line.Split(':', 3) is [_, var controllers, var path] && OwnProcesses(controllers, path) is { } processes)
                {
                    File.WriteAllText(processes, "0");
                    return true;
                }
            }

            return false;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static string? OwnProcesses(string controllers, string path)
    {
        var hierarchy = controllers.Length > 0 ? $"{Mount}/{controllers.Replace("name=", "", StringComparison.Ordinal)}"
            : OnlyV2 ? Mount : $"{Mount}/unified";
        var processes = $"{hierarchy}{path.TrimEnd('/')}/cgroup.procs";
        return File.Exists(processes) ? processes : null;
    }

    /// <summary>The directory in which a group's processes are frozen, and listed.</summary>
    public static string Freezing(string path) => (OnlyV2 ? Mount : $"{Mount}/freezer") + path;

    /// <summary>The pids in a group and in those below it, which a container with a control group of its own may make.</summary>
    public static Seq<int> Processes(string path)
    {
        var top = Freezing(path);
        return !Directory.Exists(top)
            ? Seq<int>()
            : Directory.EnumerateDirectories(top, "*", SearchOption.AllDirectories).Prepend(top)
                .SelectMany(group => File.ReadAllLines($"{group}/cgroup.procs"))
                .Select(line => int.Parse(line, System.Globalization.CultureInfo.InvariantCulture))
                .ToSeq().Strict();
    }

    private static IEnumerable<string> Hierarchies() =>
        OnlyV2 ? [Mount] : Directory.Exists(Mount) ? Directory.EnumerateDirectories(Mount) : [];

    private static bool RemoveGroup(string group, int attempts)
    {
        for (var attempt = 0; RemoveDirectory(group) != 0; attempt++)
        {
            if (Marshal.GetLastPInvokeError() is not (Busy or NotEmpty))
            {
                return !Directory.Exists(group);
            }

            if (attempt == attempts)
            {
                return false;
            }

            if (Directory.Exists(group))
            {
                foreach (var child in Directory.EnumerateDirectories(group))
                {
                    RemoveGroup(child, attempts: 0);
                }
            }

            Thread.Sleep(Math.Min(attempt + 1, 10));
        }

        return true;
    }

    [LibraryImport("libc", EntryPoint = "rmdir", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int RemoveDirectory(string path);
}
