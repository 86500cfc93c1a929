namespace EventDock.Tests.Cli;

using System.IO;
using System.Text;

/// <summary>An installation whose root is a small file system of its own.</summary>
public sealed class SmallDisk : Installation
{
    public SmallDisk()
    {
        Directory.CreateDirectory(Disk);
        Mounted = Eventdock.Run("mount", ["-t", "tmpfs", "-o", "size=120m,mode=0755", "eventdock-test", Disk]);
    }

    public override string Root => Path.Combine(Disk, "root");

    internal Said Mounted { get; }

    internal string Disk => Path.Combine(Place, "disk");

    public override void Dispose()
    {
        if (Directory.Exists(Root))
        {
            RemoveContainers();
            Run("db", "stop");
        }

        if (Mounted.Code == 0)
        {
            AwaitReaper();
            RunTests.Until(() => Eventdock.Run("umount", [Disk]).Code == 0, "nobody is at work there, and it is unmounted");
        }

        base.Dispose();
    }
}

/// <summary>A full disk: one line, no view changed, nothing half-made, and on with it once there is room.</summary>
public sealed class FullDiskTests(SmallDisk eventdock) : IClassFixture<SmallDisk>
{
    [Fact]
    public void An_import_that_does_not_fit_fails_with_one_line_and_leaves_everything_as_it_was()
    {
        Assert.True(eventdock.Mounted.Code == 0, $"no tmpfs can be mounted here: {eventdock.Mounted.Error}");
        eventdock.Import();
        var before = State();
        var noise = new byte[96 << 20];
        new Random(1).NextBytes(noise);
        var big = Path.Combine(eventdock.Place, "big.tar");
        File.WriteAllBytes(big, Busybox.Tar(("noise", noise)));

        Assert.Contains("no space left on device", eventdock.Refused(1, "import", big, "big"), StringComparison.Ordinal);
        Assert.Equal(before, State());
        Assert.Equal("works", eventdock.Out("run", "--rm", "busybox", "echo", "works"));
        eventdock.NothingWaitsInStaging();
    }

    [Fact]
    public void A_build_whose_copy_does_not_fit_fails_with_one_line_and_tags_nothing()
    {
        eventdock.Import();
        var before = State();
        eventdock.Write("full/Dockerfile", "FROM busybox\nCOPY noise /\n");
        var noise = new byte[110 << 20];
        new Random(2).NextBytes(noise);
        File.WriteAllBytes(Path.Combine(eventdock.Work, "full", "noise"), noise);

        Assert.Contains("no space left on device", eventdock.Run("build", "-t", "full", Path.Combine(eventdock.Work, "full")).Refused(1), StringComparison.Ordinal);
        Assert.Equal(before, State());
    }

    [Fact]
    public void A_container_that_fills_the_disk_fails_and_with_room_again_everything_goes_on()
    {
        eventdock.Import();
        Assert.NotEqual(0, eventdock.Run("run", "--name", "fills", "busybox", "dd", "if=/dev/zero", "of=/big", "bs=1M", "count=200").Code);
        var full = eventdock.Run("create", "busybox", "true");
        if (full.Code != 0)
        {
            full.Refused(1);
        }

        foreach (var id in eventdock.Entries("containers"))
        {
            File.Delete(Path.Combine(eventdock.Root, "containers", id, "upper", "big"));
        }

        Assert.Equal("fills", eventdock.Out("rm", "-f", "fills"));
        Assert.Equal("works", eventdock.Out("run", "--rm", "busybox", "echo", "works"));
    }

    private string State() => string.Join(
        '\n', eventdock.Out("images", "-a", "--no-trunc", "--format", "{{.ID}} {{.Repository}}"), string.Join(' ', eventdock.Entries("layers")),
        string.Join(' ', eventdock.Entries("blobs/sha256")));
}
