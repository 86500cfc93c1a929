namespace EventDock.Tests.Cli;

using System.IO;

/// <summary>cp sees what the host has mounted into a container, whether it runs or not; as docker's does.</summary>
public sealed class CopyMountTests(BusyboxInstallation eventdock) : IClassFixture<BusyboxInstallation>
{
    private string Host(string name) => Path.Combine(eventdock.Work, name);

    private string Copied(string path)
    {
        File.Delete(Host("copied"));
        eventdock.Run("cp", "-L", path, "copied").Good();
        return File.ReadAllText(Host("copied"));
    }

    [Fact]
    public void What_is_mounted_from_the_host_is_copied_out_and_into_whether_the_container_runs_or_not()
    {
        eventdock.Write("bound/f", "of the host\n");
        eventdock.Write("single", "one file\n");
        eventdock.Write("new", "from outside\n");
        File.CreateSymbolicLink(Host("bound/link"), "/etc/hostname");
        eventdock.Run(
            "run", "-d", "--name", "bound", "--network", "none", "--hostname", "inner", "-v", $"{Host("bound")}:/data",
            "-v", $"{Host("single")}:/etc/single:ro", "-v", $"{Host("bound")}:/shut:ro", "--tmpfs", "/tt", "busybox", "sleep", "300").Good();
        foreach (var state in new[] { "running", "exited" })
        {
            Assert.Equal(state, eventdock.Out("inspect", "-f", "{{.State.Status}}", "bound"));
            Assert.Equal("inner\n", Copied("bound:/etc/hostname"));
            Assert.Contains("localhost", Copied("bound:/etc/hosts"), StringComparison.Ordinal);
            Assert.Equal("of the host\n", Copied("bound:/data/f"));
            Assert.Equal("one file\n", Copied("bound:/etc/single"));
            // A link in the mounted directory means the container's own file, never the host's.
            Assert.Equal("inner\n", Copied("bound:/data/link"));
            eventdock.Run("cp", "new", $"bound:/data/{state}").Good();
            Assert.Equal("from outside\n", File.ReadAllText(Host($"bound/{state}")));
            Assert.Equal("eventdock: mounted volume is marked read-only", eventdock.Refused(1, "cp", "new", "bound:/shut/x"));
            Assert.Contains("busy", eventdock.Run("cp", "new", "bound:/etc/hosts").Error, StringComparison.Ordinal);
            Directory.CreateDirectory(Host(state));
            eventdock.Run("cp", "bound:/data", state).Good();
            Assert.True(File.Exists(Host($"{state}/data/f")));
            eventdock.Run("kill", "bound");
            eventdock.Run("wait", "bound").Good();
        }

        eventdock.NothingWaitsInStaging();
        Assert.DoesNotContain(eventdock.Root + "/staging", File.ReadAllText("/proc/mounts"), StringComparison.Ordinal);
        eventdock.Run("rm", "bound").Good();
    }

    [Fact]
    public void A_read_only_container_takes_files_where_the_host_s_directory_is_mounted_and_nowhere_else()
    {
        eventdock.Write("open/f", "x\n");
        eventdock.Run(
            "create", "--name", "shut", "--network", "none", "--read-only", "-v", $"{Host("open")}:/not/there/yet", "busybox", "true").Good();
        eventdock.Run("cp", "open/f", "shut:/not/there/yet/g").Good();
        Assert.True(File.Exists(Host("open/g")));
        Assert.Equal("eventdock: container rootfs is marked read-only", eventdock.Refused(1, "cp", "open/f", "shut:/g"));
        eventdock.Run("rm", "shut").Good();
    }

    [Fact]
    public void Paths_that_are_no_text_are_copied_both_ways_and_who_does_it_stands_in_the_ledger()
    {
        eventdock.Run("create", "--name", "bytes", "--network", "none", "busybox", "true").Good();
        Eventdock.Run(
            "/bin/sh",
            [
                "-c",
                "set -e; b=$(printf 'a\\377\\376b'); echo x > \"$b\"; \"$0\" cp \"$b\" \"bytes:/tmp/$b\"; \"$0\" cp \"bytes:/tmp/$b\" \"out$b\"; cat \"out$b\"; \"$0\" export bytes >/dev/null",
                Eventdock.Binary,
            ],
            null, eventdock.Environment, eventdock.Work).Done();
        Assert.Equal(
            ["ContainerExported", "ContainerCopiedOut", "LayerWritten", "ContainerCopiedIn"],
            eventdock.Lines("log", "--container", "bytes", "-n", "4", "--format", "{{.Type}}").AsEnumerable());
        Assert.Equal(
            ["create", "extract-to-dir", "archive-path", "export"],
            eventdock.Lines("events", "--since", "0", "--until", "0s", "-f", "container=bytes", "--format", "{{.Action}}").AsEnumerable());
        eventdock.Run("rm", "bytes").Good();
    }

    [Theory]
    [InlineData("WorkspaceMounted:1")]
    [InlineData("RootFurnished:1")]
    public void A_copy_killed_with_the_host_s_directory_mounted_costs_it_nothing(string point)
    {
        const int killed = 137;
        eventdock.Write("dear/f", "kept\n");
        eventdock.Run(
            "run", "-d", "--name", "cut", "--network", "none", "-v", $"{Host("dear")}:/data", "busybox", "sleep", "300").Good();
        Assert.Equal(killed, eventdock.RunWith([("EVENTDOCK_FAULT", point)], "cp", "cut:/data", "cut").Code);
        Assert.Contains(eventdock.Root + "/staging", File.ReadAllText("/proc/mounts"), StringComparison.Ordinal);
        eventdock.Run("kill", "cut").Good();
        Assert.DoesNotContain(eventdock.Root + "/staging", File.ReadAllText("/proc/mounts"), StringComparison.Ordinal);
        eventdock.NothingWaitsInStaging();
        Assert.Equal("kept\n", File.ReadAllText(Host("dear/f")));
        eventdock.Run("rm", "cut").Good();
    }
}
