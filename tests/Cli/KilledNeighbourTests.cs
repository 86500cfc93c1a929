namespace EventDock.Tests.Cli;

using System.Collections.Concurrent;
using System.Globalization;
using System.IO;

/// <summary>SIGKILL for what EventDock stands on: conmon, and Postgres.</summary>
public sealed class KilledNeighbourTests(BusyboxInstallation eventdock) : IClassFixture<BusyboxInstallation>
{
    private const int Many = 20;

    private static readonly int Seconds =
        int.Parse(Environment.GetEnvironmentVariable("EVENTDOCK_TEST_LOAD_SECONDS") ?? "3", CultureInfo.InvariantCulture);

    [Fact]
    public void A_container_whose_conmon_was_killed_is_ended_by_the_next_command_as_by_docker_without_its_shim()
    {
        var id = eventdock.Out("run", "-d", "busybox", "sh", "-c", "echo x > /x; exec sleep 1000");
        var frozen = eventdock.Out("run", "-d", "busybox", "sleep", "1000");
        var removes = eventdock.Out("run", "-d", "--rm", "busybox", "sleep", "1000");
        var ended = eventdock.Out("run", "-d", "busybox", "sleep", "1000");
        RunTests.Until(() => File.Exists(Path.Combine(eventdock.Root, "containers", id, "upper", "x")), "it has written");
        eventdock.Out("pause", frozen);
        var pids = new[] { id, frozen, removes, ended }.Select(one => eventdock.Container(one).Pid).ToArray();
        foreach (var one in (string[])[id, frozen, removes, ended])
        {
            KillMonitor(one);
        }

        // It ends where nobody can see how: that is said of it.
        Eventdock.Run("/bin/kill", ["-TERM", $"{pids[3]}"]).Good();
        Eventdock.Run("/bin/kill", ["-9", $"{pids[3]}"]);
        RunTests.Until(() => !Directory.Exists($"/proc/{pids[3]}"), "it has ended");
        var killed = DateTimeOffset.UtcNow;
        Assert.Equal(3, eventdock.Lines("ps", "-a", "--format", "{{.Names}}").Length);
        Assert.All(pids, pid => Assert.False(Remains.Lives(pid)));
        foreach (var (one, code) in ((string, int)[])[(id, 137), (frozen, 137), (ended, 255)])
        {
            var shown = eventdock.Container(one);
            Assert.Equal(("exited", code), (shown.Status, shown.Code));
            Assert.InRange(shown.Finished, killed.AddMilliseconds(-1), DateTimeOffset.UtcNow);
        }

        Assert.Contains("C /x", eventdock.Run("diff", id).Done().Out.Replace("A /x", "C /x"), StringComparison.Ordinal);
        eventdock.AsTheLedgerSays("without conmon");
        Assert.Equal("137", eventdock.Out("wait", id));
        eventdock.Out("start", id);
        eventdock.AsTheLedgerSays("started again");
        eventdock.RemoveContainers();
        eventdock.Verified();
    }

    [Fact]
    public async Task An_attached_run_ends_when_its_conmon_is_killed()
    {
        var attached = Task.Run(() => eventdock.Run("run", "--name", "attached", "busybox", "sleep", "1000"));
        RunTests.Until(() => eventdock.Run("ps", "-q").Lines.Length == 1, "it runs");
        KillMonitor(eventdock.Out("ps", "-q", "--no-trunc"));
        Assert.Equal(137, (await attached).Code);
        Assert.Equal("137", eventdock.Out("inspect", "-f", "{{.State.ExitCode}}", "attached"));
        eventdock.AsTheLedgerSays("an attached run without conmon");
        eventdock.RemoveContainers();
    }

    [Fact]
    public async Task Postgres_killed_again_and_again_under_load_costs_no_exit_no_code_and_no_time()
    {
        var ids = Enumerable.Range(0, Many).Select(n => eventdock.Out(
            "run", "-d", "--name", $"loaded{n}", "busybox", "sh", "-c", $"while [ ! -e /go ]; do sleep 0.05; done; exit {n + 1}")).ToArray();
        var pids = ids.ToDictionary(id => id, id => eventdock.Container(id).Pid);
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(Seconds));
        var said = new ConcurrentBag<Said>();
        var loops = Enumerable.Range(0, 3).Select(n => Task.Run(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                said.Add(eventdock.Run("run", "--rm", "busybox", "sh", "-c", "echo x > /x; exit 9"));
                said.Add(eventdock.Run("exec", $"loaded{n}", "sh", "-c", "exit 9"));
                said.Add(eventdock.Run("ps", "-q"));
            }
        })).ToArray();
        var ends = new Dictionary<string, (DateTimeOffset From, DateTimeOffset To)>(StringComparer.Ordinal);
        foreach (var half in ids.Chunk(Many / 4))
        {
            await Task.Delay(Seconds * 150);
            Eventdock.Run("/bin/kill", ["-9", Server()]);
            foreach (var id in half)
            {
                var from = DateTimeOffset.UtcNow;
                await File.WriteAllTextAsync(Path.Combine(eventdock.Root, "containers", id, "merged", "go"), "");
                // Gone it is when conmon has heard of its end, and a moment later conmon writes down when that was.
                var bundle = Path.Combine(eventdock.RunDirectory, "c", id[..12]);
                RunTests.Until(
                    () => !Directory.Exists($"/proc/{pids[id]}") && (!Directory.Exists(bundle) || File.Exists(Path.Combine(bundle, "p", "exit"))), "it has ended");
                ends[id] = (from, DateTimeOffset.UtcNow);
            }
        }

        await Task.WhenAll(loops);
        eventdock.Run("ps").Done();
        var shown = eventdock.Containers().ToDictionary(c => c.Id);
        for (var n = 0; n < Many; n++)
        {
            Assert.Equal(("exited", n + 1), (shown[ids[n]].Status, shown[ids[n]].Code));
            // The kernel stamps files by a clock that goes by ticks.
            Assert.InRange(shown[ids[n]].Finished, ends[ids[n]].From.AddMilliseconds(-10), ends[ids[n]].To.AddMilliseconds(200));
        }

        Assert.All(said, one => Assert.True(one.Code is 0 or 9 or 137 || one.Error.StartsWith("eventdock: ", StringComparison.Ordinal), one.ToString()));
        Assert.Contains(said, one => one.Code == 9);
        eventdock.AsTheLedgerSays("after Postgres was killed under load");
        eventdock.RemoveContainers();
        eventdock.AsTheLedgerSays("after all");
        eventdock.Verified();
    }

    /// <summary>The file is written anew when the server comes back.</summary>
    private string Server()
    {
        var pid = "";
        RunTests.Until(
            () =>
            {
                try
                {
                    pid = File.ReadLines(Path.Combine(eventdock.Root, "pg", "postmaster.pid")).FirstOrDefault("").Trim();
                }
                catch (IOException)
                {
                    return false;
                }

                return pid.Length > 0;
            },
            "the server has a number");
        return pid;
    }

    private void KillMonitor(string id)
    {
        var pid = File.ReadAllText(Path.Combine(eventdock.RunDirectory, "c", id[..12], "conmon.pid")).Trim();
        Eventdock.Run("/bin/kill", ["-9", pid]).Good();
        RunTests.Until(() => !Directory.Exists($"/proc/{pid}"), "conmon is dead");
    }
}
