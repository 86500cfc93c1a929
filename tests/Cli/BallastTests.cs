namespace EventDock.Tests.Cli;

using System.IO;

/// <summary>What frees space is recorded on a full disk, with the ballast's room; where that is used up, it is noted or refused.</summary>
public sealed class BallastTests(SmallDisk eventdock) : IClassFixture<SmallDisk>
{
    private string Ballast => Path.Combine(eventdock.Root, "ballast");

    [Fact]
    public void On_a_full_disk_stop_rm_and_rmi_are_recorded_and_nothing_else_is_and_the_ballast_comes_back()
    {
        Assert.True(eventdock.Mounted.Code == 0, $"no tmpfs can be mounted here: {eventdock.Mounted.Error}");
        File.WriteAllText(eventdock.Config, "{\"ballast-size\": 4194304}\n");
        eventdock.Import();
        Assert.Equal(4 << 20, new FileInfo(Ballast).Length);
        Assert.Equal("4096", Eventdock.Run("sh", ["-c", "du -k \"$1\" | cut -f1", "sh", Ballast]).Good().Out.Trim());
        eventdock.Run("run", "-d", "--name", "first", "busybox", "sh", "-c", "trap 'echo x > /x; exit 3' TERM; echo ready; while :; do sleep 0.05; done").Good();
        eventdock.Run("run", "-d", "--name", "second", "busybox", "sleep", "300").Good();
        eventdock.Run("run", "-d", "--name", "third", "busybox", "sleep", "300").Good();

        eventdock.Run("tag", "busybox", "extra").Good();
        RunTests.Until(() => eventdock.Out("logs", "first") == "ready", "the trap is set");

        Fill("fill");
        Assert.Contains("no space left on device", eventdock.Refused(125, "run", "busybox", "true"), StringComparison.Ordinal);
        Assert.True(File.Exists(Ballast));
        Assert.Equal("first", eventdock.Out("stop", "first"));
        Assert.Equal("3", eventdock.Out("inspect", "-f", "{{.State.ExitCode}}", "first"));
        Assert.Equal("first", eventdock.Out("rm", "first"));
        Assert.Equal("second", eventdock.Out("rm", "-f", "second"));
        Assert.Contains("extra:latest", eventdock.Out("rmi", "extra"), StringComparison.Ordinal);
        Assert.False(File.Exists(Ballast));

        // Without it, too, the server may have some room left in pages that it has.
        Fill("more");
        var without = eventdock.Run("rm", "-f", "third");
        if (without.Code != 0)
        {
            Assert.Contains("no space left on device", without.Refused(1), StringComparison.Ordinal);
        }

        File.Delete(Path.Combine(eventdock.Disk, "fill"));
        File.Delete(Path.Combine(eventdock.Disk, "more"));
        Assert.Equal(without.Code == 0 ? "" : "third\n", eventdock.Run("rm", "-f", "third").Done().Out);
        Assert.DoesNotContain("third", eventdock.Lines("ps", "-a", "--format", "{{.Names}}"));
        Assert.Equal(4 << 20, new FileInfo(Ballast).Length);
        Assert.False(File.Exists(Path.Combine(eventdock.Root, "journal")));
        Assert.Contains("contiguous", eventdock.Run("ledger", "verify").Done().Out, StringComparison.Ordinal);

        File.WriteAllText(eventdock.Config, "{\"ballast-size\": 0}\n");
        eventdock.Run("tag", "busybox", "other").Good();
        Assert.False(File.Exists(Ballast));
        File.WriteAllText(eventdock.Config, "{\"ballast-size\": \"much\"}\n");
        Assert.Contains("ballast-size", eventdock.Refused(1, "pull", "localhost:1/x"), StringComparison.Ordinal);
        File.WriteAllText(eventdock.Config, "{}\n");
    }

    [Fact]
    public void A_disk_too_full_for_the_journal_lets_nothing_be_done_without_a_ledger()
    {
        File.WriteAllText(eventdock.Config, "{\"ballast-size\": 0}\n");
        eventdock.Import();
        var id = eventdock.Out("run", "-d", "--name", "kept", "busybox", "sleep", "300");
        eventdock.Run("db", "stop").Good();
        var version = Path.Combine(eventdock.Root, "pg", "PG_VERSION");
        File.WriteAllText(version, "8.4\n");
        Fill("fill");
        foreach (var line in new[] { "stop kept", "kill kept", "rm -f kept" })
        {
            Assert.Contains("journal: no space left on device", eventdock.Refused(1, line.Split(' ')), StringComparison.Ordinal);
        }

        File.Delete(Path.Combine(eventdock.Disk, "fill"));
        Assert.False(File.Exists(Path.Combine(eventdock.Root, "journal")));
        File.WriteAllText(version, "15\n");
        Assert.Equal("running", eventdock.Out("inspect", "-f", "{{.State.Status}}", id));
        eventdock.Run("rm", "-f", "kept").Good();
    }

    /// <summary>To the last block.</summary>
    private void Fill(string name) =>
        Assert.NotEqual(0, Eventdock.Run("dd", ["if=/dev/zero", $"of={Path.Combine(eventdock.Disk, name)}", "bs=4k"]).Code);
}
