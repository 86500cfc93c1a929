namespace EventDock.Tests.Cli;

using System.Diagnostics;
using System.IO;
using System.Text.Json;

/// <summary>What is there of an installation beside its ledger, and whether the ledger says the same.</summary>
internal static class Remains
{
    /// <summary>A container as inspect shows it.</summary>
    internal sealed record Shown(string Id, string Status, int Pid, int Code, DateTimeOffset Finished, bool Removes);

    internal static Shown[] Containers(this Installation eventdock)
    {
        var ids = eventdock.Run("ps", "-aq", "--no-trunc").Done().Lines;
        var inspected = ids.Length == 0 ? null : eventdock.Run(["inspect", .. ids]);
        for (var tries = 0; inspected is { Code: not 0 } && tries < 20; tries++)
        {
            // One of them has ended between the two, and was to be removed at its end.
            ids = eventdock.Run("ps", "-aq", "--no-trunc").Done().Lines;
            inspected = ids.Length == 0 ? null : eventdock.Run(["inspect", .. ids]);
        }

        return inspected is null ? [] : JsonDocument.Parse(inspected.Done().Out).RootElement.EnumerateArray().Select(c =>
        {
            var state = c.GetProperty("State");
            return new Shown(
                c.GetProperty("Id").GetString()!, state.GetProperty("Status").GetString()!, state.GetProperty("Pid").GetInt32(),
                state.GetProperty("ExitCode").GetInt32(), state.GetProperty("FinishedAt").GetDateTimeOffset(),
                c.GetProperty("HostConfig").GetProperty("AutoRemove").GetBoolean());
        }).ToArray();
    }

    internal static Shown Container(this Installation eventdock, string id) => eventdock.Containers().Single(c => c.Id == id);

    internal static string[] Mounts(this Installation eventdock) =>
        File.ReadLines(eventdock.MountTable).Select(line => line.Split(' ')[1])
            .Where(path => path.StartsWith(eventdock.Root + "/", StringComparison.Ordinal) || path.StartsWith(eventdock.RunDirectory + "/", StringComparison.Ordinal))
            .ToArray();

    /// <summary>Control groups of containers, by their containers' ids.</summary>
    internal static string[] Groups(this Installation eventdock)
    {
        var name = Path.GetFileName(eventdock.RunDirectory);
        return Directory.EnumerateDirectories("/sys/fs/cgroup").Prepend("/sys/fs/cgroup")
            .Select(hierarchy => $"{hierarchy}/eventdock/{name}").Where(Directory.Exists)
            .SelectMany(Directory.EnumerateDirectories).Select(group => Path.GetFileName(group)).Where(group => group != "conmon")
            .Distinct().Order(StringComparer.Ordinal).ToArray();
    }

    internal static string[] Bundles(this Installation eventdock) => Directory.Exists(eventdock.RunDirectory + "/c")
        ? Directory.EnumerateDirectories(eventdock.RunDirectory + "/c").Select(bundle => Path.GetFileName(bundle)).Order(StringComparer.Ordinal).ToArray()
        : [];

    /// <summary>Processes, by pid, whose command line has this word in it.</summary>
    internal static int[] Processes(string word) =>
        Directory.EnumerateDirectories("/proc").Select(directory => int.TryParse(Path.GetFileName(directory), out var pid) ? pid : 0)
            .Where(pid => pid > 0 && CommandLine(pid).Contains(word, StringComparison.Ordinal)).ToArray();

    /// <summary>One that has ended and that its new parent has not looked after yet does not.</summary>
    internal static bool Lives(int pid)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{pid}/stat");
            return stat[stat.LastIndexOf(')') + 2] is not ('Z' or 'X');
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <summary>
    /// What is shown as running runs, frozen or not as is said; nothing else has a mount, a group, a bundle, a process or a monitor, and
    /// nothing waits in staging. All after a command that changes something, as every one of them clears what dead ones have left.
    /// </summary>
    internal static void AsTheLedgerSays(this Installation eventdock, string when)
    {
        eventdock.Run("ps", "-aq").Done();
        eventdock.Run("tag", "busybox", "busybox").Done();
        // One that ends by itself does so at any moment, and what conmon calls then takes its own: what is not so yet is asked again.
        for (var since = Stopwatch.StartNew(); ;)
        {
            try
            {
                eventdock.IsAsTheLedgerSays(when);
                return;
            }
            catch (Exception e) when (e is Xunit.Sdk.XunitException or IOException && since.Elapsed < TimeSpan.FromSeconds(30))
            {
                Thread.Sleep(200);
            }
        }
    }

    private static void IsAsTheLedgerSays(this Installation eventdock, string when)
    {
        var living = eventdock.Containers().Where(c => c.Status is "running" or "paused").OrderBy(c => c.Id, StringComparer.Ordinal).ToArray();
        foreach (var one in living)
        {
            Assert.True(Directory.Exists($"/proc/{one.Pid}"), $"{when}: {one} does not run");
            Assert.True((one.Status == "paused") == IsFrozen(eventdock, one.Id), $"{when}: {one} is shown as it is not");
        }

        var ids = living.Select(c => c.Id).ToArray();
        Assert.Equal(ids.Select(id => Path.Combine(eventdock.Root, "containers", id, "merged")), eventdock.Mounts().Where(m => m.EndsWith("/merged", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
        Assert.Equal(ids, eventdock.Groups());
        Assert.Equal(ids.Select(id => id[..12]), eventdock.Bundles());
        // A monitor stays until the command has ended that it calls at its end.
        Assert.Equal(ids, eventdock.Monitored().Order(StringComparer.Ordinal));
        // An exec's monitor may just have what that has written recorded; what a dead command has left goes with the next one only.
        Assert.DoesNotContain(eventdock.Entries("staging"), name => !name.StartsWith("claims-", StringComparison.Ordinal));
        var check = eventdock.Run("check");
        Assert.True(check.Code == 0, $"{when}: {check}");
    }

    internal static void Verified(this Installation eventdock) =>
        Assert.Contains("contiguous", eventdock.Run("ledger", "verify").Done().Out, StringComparison.Ordinal);

    /// <summary>Ids of the containers that conmon watches, the monitors of execs left out.</summary>
    internal static IEnumerable<string> Monitored(this Installation eventdock) =>
        Processes($"{eventdock.RunDirectory}/c/").Select(CommandLine)
            .Where(line => line.Contains("conmon", StringComparison.Ordinal) && !line.Contains("--exec-process-spec", StringComparison.Ordinal))
            .Select(line => line.Split('\0')[System.Array.IndexOf(line.Split('\0'), "-c") + 1]);

    /// <summary>Where a container's processes are listed, and frozen.</summary>
    internal static string Group(this Installation eventdock, string id) =>
        $"/sys/fs/cgroup/{(OnlyV2 ? "" : "freezer/")}eventdock/{Path.GetFileName(eventdock.RunDirectory)}/{id}";

    /// <summary>Frozen processes take their end when they go on.</summary>
    internal static void Thaw(this Installation eventdock, string id) =>
        File.WriteAllText($"{eventdock.Group(id)}/{(OnlyV2 ? "cgroup.freeze" : "freezer.state")}", OnlyV2 ? "0" : "THAWED");

    private static bool OnlyV2 => File.Exists("/sys/fs/cgroup/cgroup.controllers");

    private static bool IsFrozen(Installation eventdock, string id) => OnlyV2
        ? File.ReadAllText($"{eventdock.Group(id)}/cgroup.freeze").StartsWith('1')
        : !File.ReadAllText($"{eventdock.Group(id)}/freezer.state").StartsWith("THAWED", StringComparison.Ordinal);

    internal static string CommandLine(int pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/cmdline");
        }
        catch (IOException)
        {
            // It has ended meanwhile.
            return "";
        }
    }
}
