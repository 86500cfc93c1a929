namespace EventDock.Tests.Cli;

using System.IO;

/// <summary>Containers that fill their own layer with what hurts whoever reads it, against every command that reads one.</summary>
public sealed class HostileThinTests(HostileInstallation eventdock) : IClassFixture<HostileInstallation>
{
    /// <summary>With docker's default capabilities a container can make all of these.</summary>
    private const string Traps =
        "mkdir -p /t/deep; mkfifo /t/fifo; mknod /t/kmsg c 1 11; mknod /t/disk b 8 0; mknod /t/zero c 1 5; dd if=/dev/null of=/t/sparse bs=1 seek=8796093018112 2>/dev/null; "
        + "ln -s /etc/shadow /t/shadow; ln -s ../../../../../../../../etc /t/up; ln -s / /t/root; ln -s /proc/self/root /t/magic; ln -s loop /t/loop; "
        + "echo end > /t/end; touch \"$(printf '/t/\\033[31m')\" \"$(printf '/t/\\377')\"; nc -lU /t/socket & sleep 1";

    [Fact]
    public void Every_command_that_reads_a_layer_gets_through_one_full_of_traps()
    {
        eventdock.Run("run", "--name", "traps", "--network", "none", "busybox", "sh", "-c", Traps);
        var lines = eventdock.Lines("diff", "traps");
        Assert.Contains("A /t/fifo", lines);
        Assert.Contains("A /t/disk", lines);
        Assert.Contains(@"A /t/\xff", lines);
        Assert.Contains(@"A /t/\x1b[31m", lines);
        Assert.DoesNotContain('\x1b', string.Concat(lines));

        eventdock.Run("cp", "traps:/t", "out").Good();
        Assert.Equal(
            "end regular file\nfifo fifo\ndisk block special file\nshadow symbolic link\n",
            Sh("cd out; stat -c '%n %F' end fifo disk shadow"));
        Assert.Equal("8796093018112 0", Sh("stat -c '%s %b' out/sparse").TrimEnd());
        Assert.Equal("end", Sh($"'{Eventdock.Binary}' cp traps:/t - | tar xOf - t/end").TrimEnd());
        Assert.Equal("end", Sh($"'{Eventdock.Binary}' export traps | tar xOf - t/end").TrimEnd());
        eventdock.Run("commit", "traps", "of-traps").Good();
        Assert.Equal("end", eventdock.Out("run", "--rm", "--network", "none", "of-traps", "cat", "/t/end"));
        eventdock.Run("check").Good();
        eventdock.Run("rm", "traps").Good();
        eventdock.Run("rmi", "of-traps").Good();
    }

    [Theory]
    [InlineData("shadow")]
    [InlineData("up/shadow")]
    [InlineData("root/etc/shadow")]
    [InlineData("magic/etc/shadow")]
    [InlineData("up/../../../etc/shadow")]
    public void Links_out_of_the_root_lead_to_the_container_s_own_files(string path)
    {
        eventdock.Run("run", "--name", "links", "--network", "none", "busybox", "sh", "-c", Traps + "; echo its own > /etc/shadow");
        eventdock.Run("cp", "-L", $"links:/t/{path}", "copied");
        Assert.Equal("its own", File.Exists(eventdock.Path("copied")) ? File.ReadAllText(eventdock.Path("copied")).Trim() : "its own");
        eventdock.Write("in", "from outside\n"u8.ToArray());
        var before = File.ReadAllText("/etc/shadow");
        eventdock.Run("cp", "in", $"links:/t/{path}");
        Assert.Equal(before, File.ReadAllText("/etc/shadow"));
        eventdock.Run("rm", "links").Good();
        File.Delete(eventdock.Path("copied"));
    }

    /// <summary>A directory that is, from one moment to the next, a link to what lies outside of the root.</summary>
    [Fact]
    public void A_container_that_swaps_its_links_meanwhile_leads_no_copy_out_of_its_root()
    {
        var target = $"/..{eventdock.Outside}";
        eventdock.Run(
            "run", "-d", "--name", "swaps", "--network", "none", "busybox", "sh", "-c",
            $"mkdir -p /a/dir /b; ln -s {target} /b/dir; echo own > /a/dir/secret; ln -s {eventdock.Outside} /abs; "
            + "while true; do mv /a/dir /x; mv /b/dir /a/dir; mv /a/dir /b/dir; mv /x /a/dir; done").Good();
        eventdock.Write("evil", "evil\n"u8.ToArray());
        Directory.CreateDirectory(eventdock.Path("tree/dir/sub"));
        eventdock.Write("tree/dir/evil", "evil\n"u8.ToArray());
        eventdock.Write("tree/dir/sub/evil", "evil\n"u8.ToArray());
        for (var round = 0; round < 6; round++)
        {
            eventdock.Run("cp", "evil", "swaps:/a/dir/evil");
            eventdock.Run("cp", "tree/dir", "swaps:/a");
            eventdock.Run("cp", "evil", "swaps:/abs/evil");
            eventdock.Run("cp", "swaps:/a", $"got{round}");
            eventdock.Run("cp", "-L", "swaps:/a/dir/secret", $"secret{round}");
            Sh($"tar c tree | '{Eventdock.Binary}' cp - swaps:/a/dir 2>/dev/null; true");
        }

        eventdock.Run("diff", "swaps");
        eventdock.Run("commit", "-p=false", "swaps", "of-swaps");
        Assert.Equal(["secret"], Directory.GetFileSystemEntries(eventdock.Outside).Select(p => Path.GetFileName(p)));
        Assert.Equal(HostileInstallation.Secret, File.ReadAllText(Path.Combine(eventdock.Outside, "secret")));
        Assert.Equal("", Sh($"grep -rlF '{HostileInstallation.Secret.Trim()}' got* secret* 2>/dev/null; true"));
        eventdock.Run("rm", "-f", "swaps").Good();
        eventdock.Run("rmi", "of-swaps");
        eventdock.Run("check").Done();
    }

    private string Sh(string script) =>
        Eventdock.Run("/bin/sh", ["-c", script], [], eventdock.Environment, eventdock.Work).Good().Out;
}
