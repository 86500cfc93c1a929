namespace EventDock.Tests.Cli;

using System.IO;

/// <summary>record-interval: what a running container writes is recorded while it runs, and by one process that waits.</summary>
public sealed class RecordIntervalTests(BusyboxInstallation eventdock) : IClassFixture<BusyboxInstallation>
{
    /// <summary>Processes of this root that wait for their moment.</summary>
    private int[] Waiting() => Directory.GetDirectories("/proc").Select(Path.GetFileName)
        .Where(name => int.TryParse(name, out _) && Said($"/proc/{name}/cmdline").Contains("record-writes", StringComparison.Ordinal)
                       && Said($"/proc/{name}/environ").Split('\0').Contains($"EVENTDOCK_ROOT={eventdock.Root}"))
        .Select(name => int.Parse(name!)).ToArray();

    /// <summary>Empty for a process that has just ended.</summary>
    private static string Said(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (IOException)
        {
            return "";
        }
    }

    private int Recorded() => eventdock.Lines("log", "--container", "busy").Count(l => l.Contains("(interval)", StringComparison.Ordinal));

    private static void Await(Func<bool> met)
    {
        for (var n = 0; n < 1200 && !met(); n++)
        {
            Thread.Sleep(50);
        }

        Assert.True(met());
    }

    [Fact]
    public void Writes_are_recorded_while_it_runs_and_nothing_is_where_nothing_is_written()
    {
        eventdock.Run("run", "-d", "--name", "quiet", "--network", "none", "busybox", "sleep", "300").Good();
        Assert.Empty(Waiting());
        eventdock.Run("rm", "-f", "quiet").Good();

        File.WriteAllText(eventdock.Config, "{\"record-interval\": 1}\n");
        eventdock.Run(
            "run", "-d", "--name", "busy", "--record", "content", "--network", "none", "busybox", "sh", "-c", "echo > /one; sleep 300").Good();
        Await(() => Recorded() == 1);
        Assert.DoesNotContain(
            eventdock.Lines("log", "--container", "busy"), l => l.Contains("of content kept", StringComparison.Ordinal));
        Thread.Sleep(3000);
        Assert.Equal(1, Recorded());

        // Killed, it is started again by the next command; two commands at once start no second.
        Await(() => Waiting().Select(pid => Eventdock.Run("/bin/kill", ["-KILL", $"{pid}"])).ToArray().Length == 0);
        eventdock.Run("exec", "busy", "true").Good();
        eventdock.Run("ps").Good();

        // One has just ended and started the next, or one waits.
        Await(() => Waiting().Length == 1);
        var most = Enumerable.Range(0, 20).Max(_ => Waiting().Length);
        Assert.InRange(most, 1, 2);

        // What the intervals have recorded without its files has them at the end.
        eventdock.Run("stop", "-t", "0", "busy").Good();
        Assert.Contains(eventdock.Lines("log", "--container", "busy"), l => l.Contains("0 added", StringComparison.Ordinal)
            && l.Contains("of content kept", StringComparison.Ordinal));
        eventdock.Run("rm", "-f", "busy").Good();
        Await(() => Waiting().Length == 0);
        File.WriteAllText(eventdock.Config, "{}\n");
    }
}
