namespace EventDock.Tests.Cli;

using System.Diagnostics;
using System.IO;

/// <summary>Pause, restart, rename, wait, attach and events: what they leave in the ledger, and what holds when something comes between.</summary>
public sealed class ContainerLifeTests(LosingInstallation eventdock) : IClassFixture<LosingInstallation>
{
    private const string Ticking = "n=0; while :; do n=$((n+1)); echo $n; sleep 0.05; done";
    private const string Polite = "trap 'exit 4' TERM; echo ready; while :; do sleep 0.05; done";

    /// <summary>Of a container's group: where the kernel says whether it is frozen.</summary>
    private string Freezer(string id)
    {
        var group = $"/eventdock/{Path.GetFileName(eventdock.RunDirectory)}/{id}";
        return File.Exists("/sys/fs/cgroup/cgroup.controllers") ? $"/sys/fs/cgroup{group}/cgroup.freeze" : $"/sys/fs/cgroup/freezer{group}/freezer.state";
    }

    private static void Set(string freezer, bool frozen) =>
        File.WriteAllText(freezer, freezer.EndsWith(".state", StringComparison.Ordinal) ? (frozen ? "FROZEN" : "THAWED") : frozen ? "1" : "0");

    [Fact]
    public void A_paused_container_does_nothing_and_what_it_has_written_is_recorded()
    {
        var id = eventdock.Start("ticking", "sh", "-c", $"echo x > /written; {Ticking}");
        RunTests.Until(() => eventdock.Run("logs", "ticking").Lines.Length > 2, "it ticks");
        Assert.Equal("ticking", eventdock.Out("pause", "ticking"));
        // What it had written before, conmon may not have read by then.
        var ticks = 0;
        RunTests.Until(
            () =>
            {
                ticks = eventdock.Lines("logs", "ticking").Length;
                Thread.Sleep(400);
                return eventdock.Lines("logs", "ticking").Length == ticks;
            },
            "it does nothing");
        Assert.Equal("ticking", eventdock.Out("unpause", "ticking"));
        RunTests.Until(() => eventdock.Lines("logs", "ticking").Length > ticks, "it goes on");
        var written = eventdock.Events(id).Single(e => e.GetProperty("Type").GetString() == "LayerWritten");
        Assert.Equal("pause", written.GetProperty("Data").GetProperty("Cause").GetString());
        Assert.Equal(
            ["ContainerPaused", "ContainerUnpaused"], eventdock.Types(id).Where(t => t.EndsWith("aused", StringComparison.Ordinal)).AsEnumerable());
    }

    [Fact]
    public void A_pause_and_an_unpause_that_nobody_could_record_are_recorded_by_the_next_command()
    {
        var id = eventdock.Start("unseen", "sleep", "300");
        Set(Freezer(id), frozen: true);
        Assert.Contains("(Paused)", eventdock.Out("ps", "-f", "name=unseen", "--format", "{{.Status}}"), StringComparison.Ordinal);
        Set(Freezer(id), frozen: false);
        Assert.Equal("running", eventdock.Out("ps", "-f", "name=unseen", "--format", "{{.State}}"));
        Assert.Equal(["ContainerPaused", "ContainerUnpaused"], eventdock.Types(id)[^2..].AsEnumerable());
    }

    [Fact]
    public void A_paused_container_is_stopped_and_removed_without_a_ledger_too()
    {
        var stopped = eventdock.Start("frozen1", "sh", "-c", Polite);
        var removed = eventdock.Start("frozen2", "sleep", "300");
        RunTests.Until(() => eventdock.Out("logs", "frozen1") == "ready", "the trap is set");
        eventdock.Run("pause", "frozen1", "frozen2").Good();
        eventdock.Lose();
        Assert.Equal("frozen1\n", eventdock.Run("stop", "frozen1").Done().Out);
        Assert.Equal("frozen2\n", eventdock.Run("rm", "-f", "frozen2").Done().Out);
        eventdock.Find();
        Assert.Equal("exited 4", eventdock.Out("inspect", "-f", "{{.State.Status}} {{.State.ExitCode}}", "frozen1"));
        Assert.Equal(["ContainerSignalled", "ContainerExited"], eventdock.Types(stopped)[^2..].AsEnumerable());
        Assert.Contains("ContainerRemoved", eventdock.Types(removed));
    }

    [Fact]
    public async Task Whoever_is_attached_gets_the_code_of_the_process_he_saw_though_the_container_is_started_again()
    {
        var attached = Task.Run(() => eventdock.Run("run", "--rm", "--name", "again", "busybox", "sh", "-c", Polite));
        RunTests.Until(() => eventdock.Run("logs", "again").Out == "ready\n", "the trap is set");
        Assert.Equal("again", eventdock.Out("restart", "again"));
        Assert.Equal(4, (await attached).Code);
        Assert.Equal("running", eventdock.Out("inspect", "-f", "{{.State.Status}}", "again"));
        eventdock.Run("stop", "again").Good();
        Assert.Contains("again", eventdock.Refused(1, "rm", "again"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Wait_gives_the_code_of_a_container_that_is_removed_with_its_end()
    {
        eventdock.Run("run", "-d", "--rm", "--name", "going", "busybox", "sh", "-c", Polite).Good();
        eventdock.Run("create", "--name", "idle", "busybox", "true").Good();
        RunTests.Until(() => eventdock.Run("logs", "going").Out == "ready\n", "the trap is set");
        var start = new ProcessStartInfo(Eventdock.Binary, ["wait", "idle", "going"]) { RedirectStandardOutput = true };
        Eventdock.Apply(start, eventdock.Environment);
        using var waiting = Process.Start(start)!;
        // It is told of the one, and waits for the other from then on.
        Assert.Equal("0", await waiting.StandardOutput.ReadLineAsync());
        await Task.Delay(500);
        eventdock.Run("stop", "going").Good();
        Assert.Equal("4", await waiting.StandardOutput.ReadLineAsync());
        await waiting.WaitForExitAsync();
        Assert.Equal(0, waiting.ExitCode);
        eventdock.Run("rm", "idle").Good();
    }

    [Fact]
    public void A_name_is_taken_once_also_by_renaming_and_is_free_again_at_once()
    {
        var one = eventdock.Out("create", "--name", "first", "busybox", "true");
        eventdock.Run("create", "--name", "second", "busybox", "true").Good();
        Assert.Equal($"eventdock: the name first is taken by container {one[..12]}", eventdock.Refused(1, "rename", "second", "first"));
        Assert.Equal("", eventdock.Out("rename", "first", "third"));
        eventdock.Run("rename", "second", "first").Good();
        Assert.Equal("third", eventdock.Out("ps", "-a", "-f", $"id={one}", "--format", "{{.Names}}"));
        eventdock.Run("rm", "first", "third").Good();
    }

    [Fact]
    public void An_end_is_recorded_though_the_command_that_is_attached_has_been_halted()
    {
        var start = new ProcessStartInfo(
            Eventdock.Binary,
            [
                "run", "--name", "halted", "--network", "none", "-v", $"{eventdock.Work}:/gate", "busybox",
                "sh", "-c", "until [ -e /gate/open ]; do sleep 0.05; done",
            ]);
        Eventdock.Apply(start, eventdock.Environment);
        using var attached = Process.Start(start)!;
        try
        {
            // inspect alone looks and changes nothing: what it shows was recorded by the monitor's own command.
            RunTests.Until(() => Status() == "running", "it runs");
            Assert.Equal(0, Signal(attached.Id, "STOP"));
            eventdock.Write("open", "");
            RunTests.Until(() => Status() == "exited", "its end is recorded");
        }
        finally
        {
            eventdock.Write("open", "");
            Signal(attached.Id, "CONT");
            attached.WaitForExit();
        }

        Assert.Equal(0, attached.ExitCode);
        eventdock.Run("rm", "halted").Good();

        string Status() => eventdock.Run("inspect", "-f", "{{.State.Status}}", "halted").Out.Trim();

        static int Signal(int pid, string name)
        {
            using var sent = Process.Start("kill", [$"-{name}", $"{pid}"]);
            sent.WaitForExit();
            return sent.ExitCode;
        }
    }

    [Fact]
    public void Events_go_on_where_they_were_when_the_database_comes_back_and_a_slow_reader_misses_nothing()
    {
        eventdock.Run("ps").Good();
        // However long it takes to begin: it is told all that comes from here on.
        var since = DateTimeOffset.UtcNow.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'", System.Globalization.CultureInfo.InvariantCulture);
        var start = new ProcessStartInfo(
            Eventdock.Binary, ["events", "--since", since, "-f", "type=container", "--format", "{{.Action}} {{.Actor.Attributes.name}}"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        Eventdock.Apply(start, eventdock.Environment);
        using var watching = Process.Start(start)!;
        try
        {
            // Nothing is read of it until the end: the pipe holds what it is given.
            Thread.Sleep(3000);
            eventdock.Run("create", "--name", "seen1", "busybox", "true").Good();
            eventdock.Run("db", "stop").Done();
            Thread.Sleep(1500);
            eventdock.Run("create", "--name", "seen2", "busybox", "true").Good();
            eventdock.Run("rm", "seen1", "seen2").Good();
            var told = Enumerable.Range(0, 4).Select(_ => watching.StandardOutput.ReadLine()).ToArray();
            Assert.Equal(["create seen1", "create seen2", "destroy seen1", "destroy seen2"], told.AsEnumerable());
        }
        finally
        {
            watching.Kill();
            watching.WaitForExit();
        }
    }

    [Fact]
    public void A_terminal_is_left_by_the_keys_one_has_asked_for()
    {
        eventdock.Run("run", "-dit", "--name", "left", "busybox", "sh").Good();
        using (var terminal = new OnTerminal(eventdock, "attach", "--detach-keys", "ctrl-x,y", "left"))
        {
            terminal.Type("echo $((6*7))\n");
            terminal.Sees("42");
            terminal.Type("\u0018");
            terminal.Type("y");
            Assert.Equal(1, terminal.Ends());
            Assert.Contains("read escape sequence", terminal.Screen, StringComparison.Ordinal);
        }

        Assert.Equal("running", eventdock.Out("inspect", "-f", "{{.State.Status}}", "left"));
        eventdock.Run("rm", "-f", "left").Good();
    }

    [Fact]
    public void What_an_earlier_process_has_left_to_be_done_holds_up_no_restart()
    {
        eventdock.Run("run", "-d", "--name", "again", "busybox", "sh", "-c", Polite).Good();
        var slow = 0;
        for (var n = 0; n < 4; n++)
        {
            // Before it has set its trap it would not heed the signal, and be waited for.
            RunTests.Until(() => eventdock.Lines("logs", "again").Length == n + 1, "the trap is set");
            var since = Stopwatch.StartNew();
            eventdock.Run("restart", "again").Good();
            slow += since.Elapsed >= TimeSpan.FromSeconds(5) ? 1 : 0;
        }

        // conmon's call for the process before took the lock and waited 5 s for the end of the one after it.
        Assert.InRange(slow, 0, 1);
        eventdock.Run("rm", "-f", "again").Good();
    }
}
