namespace EventDock.Tests.Cli;

using System.Globalization;
using System.IO;
using System.Text.Json;

/// <summary>An installation whose root is a small ext4 file system in a file.</summary>
public sealed class LoopDisk : Installation
{
    public LoopDisk()
    {
        Directory.CreateDirectory(Disk);
        var image = Path.Combine(Place, "disk.img");
        using (var file = File.Create(image))
        {
            file.SetLength(400 << 20);
        }

        Eventdock.Run("/usr/sbin/mkfs.ext4", ["-q", "-m", "0", image]).Good();
        Eventdock.Run("mount", ["-o", "loop", image, Disk]).Good();
        File.WriteAllText(Config, "{\"ballast-size\": 8388608}\n");
        Import();
    }

    public override string Root => Path.Combine(Disk, "root");

    internal string Disk => Path.Combine(Place, "disk");

    internal string Version => Path.Combine(Root, "pg", "PG_VERSION");

    /// <summary>To the last block.</summary>
    internal void Fill() =>
        Assert.NotEqual(0, Eventdock.Run("dd", ["if=/dev/zero", $"of={Path.Combine(Disk, "fill")}", "bs=4k", "oflag=append", "conv=notrunc"]).Code);

    internal void Empty() => File.Delete(Path.Combine(Disk, "fill"));

    public override void Dispose()
    {
        Empty();
        File.WriteAllText(Version, "15\n");
        RemoveContainers();
        Run("db", "stop").Done();
        Eventdock.Run("umount", ["-l", Disk]).Good();
        base.Dispose();
    }
}

/// <summary>A disk without room and a ledger out of reach, while twenty containers run.</summary>
public sealed class LoopDiskTests(LoopDisk eventdock) : IClassFixture<LoopDisk>
{
    private const int Many = 20;

    private static readonly string[] Refused =
    [
        "run busybox true", "create busybox true", "start r19", "exec r18 true", "commit r18 image", "cp /etc/hostname r18:/x", "rename r18 other",
        "restart r18", "pause r18", "diff r18", "rm r18", "tag busybox other", "import /nosuch x",
    ];

    [Fact]
    public void Stop_kill_and_rm_work_nothing_else_does_anything_and_all_is_recorded_with_its_own_time()
    {
        var ids = Enumerable.Range(0, Many).Select(n => eventdock.Out(
            "run", "-d", "--name", Name(n), "busybox", "sh", "-c", $"trap 'exit {n + 1}' TERM; echo x > /x; while :; do sleep 0.05; done")).ToArray();
        var pids = ids.Select(id => eventdock.Container(id).Pid).ToArray();
        RunTests.Until(() => ids.All(id => File.Exists(Path.Combine(eventdock.Root, "containers", id, "upper", "x"))), "all wait for their signal");

        // A full disk, and the ledger at work.
        eventdock.Fill();
        Assert.Contains("no space left on device", eventdock.Refused(125, "run", "busybox", "true"), StringComparison.Ordinal);
        Assert.True(Living(pids).Count() == Many);
        foreach (var n in Enumerable.Range(0, 3))
        {
            eventdock.Run("stop", Name(n)).Done();
            eventdock.Run("kill", Name(n + 3)).Done();
            eventdock.Run("rm", "-f", Name(n + 6)).Done();
        }

        Assert.Equal(pids[9..], Living(pids));

        // And no ledger.
        Eventdock.Run("/bin/kill", ["-9", File.ReadLines(Path.Combine(eventdock.Root, "pg", "postmaster.pid")).First()]).Good();
        File.WriteAllText(eventdock.Version, "8.4\n");
        RunTests.Until(() => eventdock.Run("ps").Code != 0, "the ledger is gone");
        // Of the nine that have ended nobody is at work any more.
        RunTests.Until(() => eventdock.Monitored().Count() == Many - 9, "each that runs has a monitor");
        eventdock.AwaitReaper();
        var before = Tree();
        foreach (var line in Refused)
        {
            eventdock.Refused(line.StartsWith("run ", StringComparison.Ordinal) ? 125 : 1, line.Split(' '));
        }

        Assert.Equal(before, Tree());
        Assert.Equal(pids[9..], Living(pids));
        var since = DateTimeOffset.UtcNow;
        foreach (var n in Enumerable.Range(9, 2))
        {
            eventdock.Run("stop", Name(n)).Done();
            eventdock.Run("kill", Name(n + 2)).Done();
            eventdock.Run("rm", "-f", Name(n + 4)).Done();
        }

        var until = DateTimeOffset.UtcNow;
        Assert.Equal(pids[15..], Living(pids));
        Thread.Sleep(1100);
        eventdock.Empty();
        File.WriteAllText(eventdock.Version, "15\n");

        eventdock.Run("ps", "-a").Done();
        var shown = eventdock.Containers().ToDictionary(c => c.Id);
        Assert.Equal(Many - 5, shown.Count);
        foreach (var n in (int[])[0, 1, 2, 9, 10])
        {
            Assert.Equal(("exited", n + 1), (shown[ids[n]].Status, shown[ids[n]].Code));
        }

        foreach (var n in (int[])[3, 4, 5, 11, 12])
        {
            Assert.Equal(("exited", 137), (shown[ids[n]].Status, shown[ids[n]].Code));
        }

        Assert.All(ids[9..13], id => Assert.InRange(shown[id].Finished, since.AddMilliseconds(-10), until));
        Assert.All(ids[15..], id => Assert.Equal("running", shown[id].Status));
        foreach (var late in Exits(ids[9..15]))
        {
            Assert.InRange(late.GetProperty("Occurred").GetDateTimeOffset(), since.AddMilliseconds(-10), until);
            Assert.True(late.GetProperty("Recorded").GetDateTimeOffset() > until.AddSeconds(1), late.ToString());
        }

        Assert.Equal(6, Exits(ids[9..15]).Count());
        Assert.False(File.Exists(Path.Combine(eventdock.Root, "journal")));
        eventdock.AsTheLedgerSays("with room again");
        eventdock.Verified();
    }

    private static string Name(int n) => string.Create(CultureInfo.InvariantCulture, $"r{n}");

    private static IEnumerable<int> Living(int[] pids) => pids.Where(Remains.Lives);

    private IEnumerable<JsonElement> Exits(string[] ids) => eventdock.Lines("log", "--format", "json")
        .Select(line => JsonDocument.Parse(line).RootElement)
        .Where(e => e.GetProperty("Type").GetString() == "ContainerExited" && ids.Any(id => e.GetProperty("Stream").GetString()!.EndsWith(id, StringComparison.Ordinal)));

    private string Tree() => Eventdock.Run("sh", ["-c", "cd \"$1\" && find blobs layers l containers staging trash -not -path '*/merged/*' | sort", "sh", eventdock.Root]).Good().Out;
}
