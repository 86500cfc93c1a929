namespace EventDock.Tests.Cli;

using System.Diagnostics;
using System.Globalization;
using System.IO;

/// <summary>
/// An installation whose host can be booted anew, as far as it can see: no process of it is left, no mount, nothing in /run, and the kernel
/// tells another boot id. After that its commands run in a mount namespace of their own, in which that id is told.
/// </summary>
public sealed class BootedInstallation : Installation
{
    private readonly List<Process> started = [];
    private Process? host;

    public BootedInstallation() => Import();

    internal override string MountTable => host is null ? "/proc/mounts" : $"/proc/{host.Id}/mounts";

    internal override Said Run(params string[] args) => host is null
        ? base.Run(args)
        : Eventdock.Run(
            "/usr/bin/nsenter", ["-t", host.Id.ToString(CultureInfo.InvariantCulture), "-m", Eventdock.Binary, .. args], null, Environment, Work);

    /// <summary>SIGKILL for everything, monitors before what they watch: nobody is to see an end.</summary>
    internal void Kill()
    {
        var monitors = Remains.Processes(RunDirectory + "/c/");
        var server = File.ReadLines(Path.Combine(Root, "pg", "postmaster.pid")).First();
        var inside = this.Groups().SelectMany(id => File.ReadLines($"{this.Group(id)}/cgroup.procs"));
        Eventdock.Run("/bin/kill", ["-9", .. monitors.Select(pid => $"{pid}"), server, .. inside]);
        foreach (var id in this.Groups())
        {
            this.Thaw(id);
        }

        RunTests.Until(() => Remains.Processes(RunDirectory).Length == 0 && !Directory.Exists($"/proc/{server}"), "all has ended");
    }

    internal void Boot()
    {
        Kill();
        foreach (var mount in this.Mounts().Reverse())
        {
            Eventdock.Run("umount", ["-l", mount]).Good();
        }

        Eventdock.Run("/bin/rm", ["-rf", RunDirectory]).Good();
        var id = Path.Combine(Place, "boot_id");
        File.WriteAllText(id, Guid.NewGuid() + "\n");
        var script = "mount --bind \"$1\" /proc/sys/kernel/random/boot_id && echo ready && exec sleep 1000";
        var start = new ProcessStartInfo("/usr/bin/unshare", ["-m", "--propagation", "private", "sh", "-c", script, "sh", id]) { RedirectStandardOutput = true };
        host = Process.Start(start)!;
        Assert.Equal("ready", host.StandardOutput.ReadLine());
    }

    /// <summary>Another's process that has the number which one of ours had.</summary>
    internal Process Stranger(int pid)
    {
        for (var n = 0; n < 500; n++)
        {
            File.WriteAllText("/proc/sys/kernel/ns_last_pid", (pid - 1).ToString(CultureInfo.InvariantCulture));
            var process = Process.Start(new ProcessStartInfo("/bin/sleep", ["1000"]) { RedirectStandardOutput = true })!;
            started.Add(process);
            if (process.Id == pid)
            {
                return process;
            }
        }

        throw new Xunit.Sdk.XunitException($"no process has got the number {pid}");
    }

    internal void EndStrangers()
    {
        foreach (var process in started)
        {
            process.Kill();
            process.WaitForExit();
            process.Dispose();
        }

        started.Clear();
    }

    public override void Dispose()
    {
        EndStrangers();
        base.Dispose();
        host?.Kill();
        host?.WaitForExit();
        host?.Dispose();
    }
}

/// <summary>After a reboot, and where the numbers of dead processes have been given to others.</summary>
public sealed class RebootTests
{
    [Fact]
    public void After_a_reboot_everything_has_ended_as_docker_says_it_has_and_can_be_started_again()
    {
        using var eventdock = new BootedInstallation();
        string Start(string name, params string[] flags) => eventdock.Out(["run", "-d", "--name", name, .. flags, "busybox", "sh", "-c", "echo x >> /x; exec sleep 1000"]);
        var (plain, frozen, with, beside) = (Start("plain"), Start("frozen"), Start("with-exec"), Start("beside"));
        var gone = Start("goes", "--rm");
        var stopped = Start("stopped");
        eventdock.Out("stop", "-t", "0", "stopped");
        eventdock.Out("pause", "frozen");
        eventdock.Run("exec", "-d", "with-exec", "sleep", "1000").Good();
        RunTests.Until(() => new FileInfo(Path.Combine(eventdock.Root, "containers", plain, "upper", "x")) is { Exists: true, Length: 2 }, "it has written");
        var before = eventdock.Container(stopped);
        var pid = eventdock.Container(plain).Pid;
        eventdock.Boot();
        var stranger = eventdock.Stranger(pid);
        var booted = DateTimeOffset.UtcNow;

        // docker 20.10 after the same: 255, and the time at which its daemon found it; --rm is heeded.
        Assert.Equal(
            ["beside Exited (255)", "frozen Exited (255)", "plain Exited (255)", "stopped Exited (137)", "with-exec Exited (255)"],
            eventdock.Lines("ps", "-a", "--format", "{{.Names}} {{.Status}}").Select(line => line[..(line.IndexOf(')') + 1)]).Order(StringComparer.Ordinal));
        foreach (var id in (string[])[plain, frozen, with, beside])
        {
            Assert.InRange(eventdock.Container(id).Finished, booted.AddMilliseconds(-1), DateTimeOffset.UtcNow);
        }

        Assert.Equal(before, eventdock.Container(stopped));
        Assert.Contains("(code unknown)", Assert.Single(eventdock.Lines("log", "--container", with, "--type", "ExecExited")), StringComparison.Ordinal);
        Assert.DoesNotContain(gone, eventdock.Lines("ps", "-aq", "--no-trunc"));
        eventdock.AsTheLedgerSays("after a reboot");
        Assert.Equal("plain", eventdock.Out("start", "plain"));
        Assert.Equal("frozen", eventdock.Out("start", "frozen"));
        RunTests.Until(() => eventdock.Out("exec", "plain", "cat", "/x") == "x\nx", "it has written once more");
        eventdock.AsTheLedgerSays("started again after a reboot");
        eventdock.Out("stop", "-t", "0", "plain");
        eventdock.Out("rm", "-f", "frozen");
        Assert.False(stranger.HasExited);
        eventdock.Verified();
    }

    [Fact]
    public void A_stranger_that_has_got_a_dead_processs_number_lives_through_stop_kill_and_rm()
    {
        using var eventdock = new BootedInstallation();
        var ids = Enumerable.Range(0, 4).Select(n => eventdock.Out("run", "-d", "--name", $"one{n}", "busybox", "sleep", "1000")).ToArray();
        var pids = ids.Select(id => eventdock.Container(id).Pid).ToArray();
        eventdock.Kill();
        var strangers = pids.Select(eventdock.Stranger).ToArray();
        eventdock.Run("stop", "one0").Done();
        Assert.Contains("not running", eventdock.Refused(1, "kill", "one1"), StringComparison.Ordinal);
        eventdock.Run("rm", "-f", "one2").Done();
        eventdock.Run("restart", "-t", "0", "one3").Done();
        eventdock.AsTheLedgerSays("with strangers about");
        Assert.All(strangers, stranger => Assert.False(stranger.HasExited));
        Assert.Equal(["one0 exited", "one1 exited", "one3 running"], eventdock.Lines("ps", "-a", "--format", "{{.Names}} {{.State}}").Order(StringComparer.Ordinal));
        eventdock.Verified();
    }
}
