namespace EventDock.Tests.Cli;

using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Text.Json;

/// <summary>An installation whose private cluster can be taken away, hard, and given back.</summary>
public sealed class LosingInstallation : Installation
{
    private readonly string version;

    public LosingInstallation()
    {
        Import();
        version = Path.Combine(Root, "pg", "PG_VERSION");
    }

    internal string Journal => Path.Combine(Root, "journal");

    /// <summary>SIGKILL for the server, and no other starts.</summary>
    internal void Lose()
    {
        var pid = File.ReadLines(Path.Combine(Root, "pg", "postmaster.pid")).First();
        File.WriteAllText(version, "8.4\n");
        Eventdock.Run("/bin/kill", ["-9", pid]).Good();
        RunTests.Until(() => Run("ps").Code != 0, "the ledger is gone");
    }

    internal void Find() => File.WriteAllText(version, "15\n");

    internal string Start(string name, params string[] command) => Out(["run", "-d", "--name", name, "busybox", .. command]);

    /// <summary>All events of the ledger about a container, oldest first, as JSON.</summary>
    internal JsonElement[] Events(string id) => Lines("log", "--format", "json").Reverse()
        .Select(line => JsonDocument.Parse(line).RootElement)
        .Where(e => e.GetProperty("Stream").GetString()!.EndsWith(id, StringComparison.Ordinal)).ToArray();

    internal string[] Types(string id) => Events(id).Select(e => e.GetProperty("Type").GetString()!).ToArray();

    internal int Head() => Lines("log", "--format", "json").Length;

    public override void Dispose()
    {
        Find();
        base.Dispose();
    }
}

/// <summary>stop, kill and rm -f without a ledger: they act, note it, and the next command records it, once.</summary>
public sealed class WithoutLedgerTests(LosingInstallation eventdock) : IClassFixture<LosingInstallation>
{
    private const string Polite = "trap 'echo bye > /bye; exit 4' TERM; echo ready; while :; do sleep 0.05; done";

    [Fact]
    public void Stop_without_a_ledger_is_recorded_by_the_next_command_with_its_own_time_and_command()
    {
        var id = eventdock.Start("polite", "sh", "-c", Polite);
        RunTests.Until(() => eventdock.Out("logs", "polite") == "ready", "the trap is set");
        eventdock.Lose();
        var said = eventdock.Run("stop", "polite").Done();
        Assert.Equal("polite\n", said.Out);
        Assert.Contains(eventdock.Journal, Assert.Single(said.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(eventdock.Journal));
        var ended = DateTimeOffset.UtcNow;
        Thread.Sleep(1100);
        eventdock.Find();

        Assert.Equal("4", eventdock.Out("inspect", "-f", "{{.State.ExitCode}}", "polite"));
        Assert.False(File.Exists(eventdock.Journal));
        var events = eventdock.Events(id);
        Assert.Equal(
            ["ContainerCreated", "ContainerStartRequested", "LayerCreated", "ContainerStarted", "ContainerSignalled", "ContainerExited", "LayerWritten"],
            events.Select(e => e.GetProperty("Type").GetString()));
        foreach (var late in events[4..6])
        {
            Assert.True(late.GetProperty("Occurred").GetDateTimeOffset() <= ended, late.ToString());
            Assert.True(late.GetProperty("Recorded").GetDateTimeOffset() > ended.AddSeconds(1), late.ToString());
            Assert.Equal(["eventdock", "stop", "polite"], late.GetProperty("Origin").GetProperty("Line").EnumerateArray().Select(w => w.GetString()));
        }

        eventdock.Run("rm", "polite").Good();
    }

    [Fact]
    public void Removed_without_a_ledger_it_ends_at_once_and_its_layer_goes_with_the_event()
    {
        var id = eventdock.Start("forced", "sleep", "300");
        eventdock.Lose();
        var pid = Pid(id);
        Assert.Equal("forced\n", eventdock.Run("rm", "-f", "forced").Done().Out);
        Assert.False(Remains.Lives(pid));
        Assert.True(Directory.Exists(Path.Combine(eventdock.Root, "containers", id)));
        eventdock.Run("rm", "-f", id[..12]).Done();
        eventdock.Find();

        Assert.DoesNotContain("forced", eventdock.Lines("ps", "-a", "--format", "{{.Names}}"));
        Assert.False(Directory.Exists(Path.Combine(eventdock.Root, "containers", id)));
        Assert.Equal(
            ["ContainerSignalled", "ContainerExited", "ContainerRemoved", "LayerRemoved"], eventdock.Types(id)[4..]);
    }

    [Fact]
    public void Stop_without_a_ledger_waits_as_long_as_the_container_or_the_flag_says()
    {
        const string deaf = "trap '' TERM; echo ready; while :; do sleep 0.05; done";
        foreach (var name in new[] { "deaf1", "deaf2" })
        {
            eventdock.Run("run", "-d", "--name", name, "--stop-timeout", "1", "busybox", "sh", "-c", deaf).Good();
            RunTests.Until(() => eventdock.Out("logs", name) == "ready", "the signal is ignored");
        }

        eventdock.Run("rename", "deaf2", "deaf3").Good();
        eventdock.Lose();
        foreach (var name in new[] { "deaf1", "deaf3" })
        {
            var clock = Stopwatch.StartNew();
            eventdock.Run("stop", name).Done();
            // Ten seconds it would be where nothing is said.
            Assert.InRange(clock.Elapsed, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(9.9));
        }

        eventdock.Find();
        eventdock.Run("rm", "deaf1", "deaf3").Good();
    }

    [Fact]
    public void A_signal_without_a_ledger_reaches_the_process_and_one_that_has_ended_is_refused()
    {
        var id = eventdock.Start("hears", "sh", "-c", "trap 'echo one' USR1; echo ready; while :; do sleep 0.05; done");
        RunTests.Until(() => eventdock.Out("logs", "hears") == "ready", "the trap is set");
        eventdock.Lose();
        eventdock.Run("kill", "-s", "USR1", "hears").Done();
        RunTests.Until(
            () => File.ReadAllText(Path.Combine(eventdock.Root, "containers", id, "ctr.log")).Contains("one", StringComparison.Ordinal), "the signal has come");
        eventdock.Run("kill", id[..20]).Done();
        Assert.Contains("not running", eventdock.Refused(1, "kill", "hears"), StringComparison.Ordinal);
        eventdock.Find();

        Assert.Equal("137", eventdock.Out("inspect", "-f", "{{.State.ExitCode}}", "hears"));
        Assert.Equal(
            ["USR1", "KILL"],
            eventdock.Events(id).Where(e => e.GetProperty("Type").GetString() == "ContainerSignalled").Select(e => e.GetProperty("Data").GetProperty("Signal").GetString()));
        eventdock.Run("rm", "hears").Good();
    }

    [Fact]
    public void A_container_that_removes_itself_is_removed_when_its_end_is_recorded()
    {
        var id = eventdock.Out("run", "-d", "--rm", "--name", "brief", "busybox", "sleep", "300");
        eventdock.Lose();
        eventdock.Run("stop", "-t", "0", "brief").Done();
        eventdock.Find();
        eventdock.Run("ps").Good();
        Assert.Equal(["ContainerExited", "ContainerRemoved", "LayerRemoved"], eventdock.Types(id)[^3..]);
        Assert.False(Directory.Exists(Path.Combine(eventdock.Root, "containers", id)));
    }

    [Fact]
    public void Everything_else_refuses_without_a_ledger_before_it_touches_anything()
    {
        var id = eventdock.Start("stays", "sleep", "300");
        eventdock.Lose();
        // What earlier tests have removed.
        eventdock.AwaitReaper();
        var before = Tree();
        foreach (var (code, line) in new (int, string)[]
        {
            (125, "run busybox true"), (1, "create busybox true"), (1, "start stays"), (1, "exec stays true"), (1, "rm stays"),
            (1, "rmi busybox"), (1, "tag busybox other"), (1, "import /nosuch x"),
        })
        {
            eventdock.Refused(code, line.Split(' '));
        }

        Assert.Contains("only ids", eventdock.Refused(1, "stop", "nosuch"), StringComparison.Ordinal);
        Assert.Equal(before, Tree());
        Assert.False(File.Exists(eventdock.Journal));
        Assert.True(Directory.Exists($"/proc/{Pid(id)}"));
        eventdock.Find();
        Assert.Equal("running", eventdock.Out("inspect", "-f", "{{.State.Status}}", "stays"));
        eventdock.Run("rm", "-f", "stays").Good();
    }

    [Fact]
    public void A_container_that_ends_by_itself_without_a_ledger_is_recorded_by_the_next_command_with_the_time_of_its_end()
    {
        var id = eventdock.Start("alone", "sh", "-c", "while [ ! -e /go ]; do sleep 0.05; done; exit 6");
        eventdock.Lose();
        var pid = Pid(id);
        Assert.True(Directory.Exists($"/proc/{pid}"));
        var going = DateTimeOffset.UtcNow;
        File.WriteAllText(Path.Combine(eventdock.Root, "containers", id, "merged", "go"), "");
        RunTests.Until(() => !Directory.Exists($"/proc/{pid}"), "it has ended");
        Thread.Sleep(1500);
        var found = DateTimeOffset.UtcNow;
        eventdock.Find();
        eventdock.Run("tag", "busybox", "later").Good();
        var exit = eventdock.Events(id).Single(e => e.GetProperty("Type").GetString() == "ContainerExited");
        Assert.Equal(6, exit.GetProperty("Data").GetProperty("ExitCode").GetInt32());
        Assert.InRange(exit.GetProperty("Occurred").GetDateTimeOffset(), going.AddMilliseconds(-10), found);
        eventdock.Run("rm", "alone").Good();
    }

    [Fact]
    public void A_replay_that_was_cut_off_before_the_journal_was_removed_adds_nothing_the_second_time()
    {
        var id = eventdock.Start("twice", "sh", "-c", "trap : HUP; while :; do sleep 0.05; done");
        eventdock.Lose();
        eventdock.Run("kill", "-s", "HUP", "twice").Done();
        eventdock.Run("stop", "-t", "0", "twice").Done();
        var journal = File.ReadAllBytes(eventdock.Journal);
        eventdock.Find();
        var once = eventdock.Types(id);
        var head = eventdock.Head();

        File.WriteAllBytes(eventdock.Journal, journal);
        Assert.Equal(once, eventdock.Types(id));
        eventdock.Run("rm", "twice").Good();
        File.WriteAllBytes(eventdock.Journal, journal);
        Assert.Equal(head + 2, eventdock.Head());
        Assert.False(File.Exists(eventdock.Journal));
        Assert.Contains("contiguous", eventdock.Run("ledger", "verify").Done().Out, StringComparison.Ordinal);
    }

    [Fact]
    public void However_often_the_replay_is_killed_and_by_however_many_it_is_begun_each_entry_is_recorded_once()
    {
        var ids = Enumerable.Range(0, 4).Select(n => eventdock.Start($"many{n}", "sleep", "300")).ToArray();
        eventdock.Lose();
        eventdock.Run("stop", "-t", "0", "many0", "many1", "many2").Done();
        eventdock.Run("rm", "-f", "many3").Done();
        eventdock.Find();
        // It starts the server; after that a command takes as long as it takes to start and to record.
        eventdock.Run("db", "url").Good();
        for (var patience = 40; patience <= 640; patience += 60)
        {
            var begun = Enumerable.Range(0, 2).Select(_ => Begin("tag", "busybox", "busybox")).ToArray();
            Thread.Sleep(patience);
            foreach (var process in begun)
            {
                process.Kill();
                process.WaitForExit();
                process.Dispose();
            }
        }

        var last = Enumerable.Range(0, 4).Select(_ => Begin("ps")).ToArray();
        Assert.All(last, process =>
        {
            process.WaitForExit();
            Assert.Equal(0, process.ExitCode);
            process.Dispose();
        });
        Assert.False(File.Exists(eventdock.Journal));
        Assert.All(ids[..3], id => Assert.Equal(["ContainerSignalled", "ContainerSignalled", "ContainerExited"], eventdock.Types(id)[4..]));
        Assert.Equal(["ContainerSignalled", "ContainerExited", "ContainerRemoved", "LayerRemoved"], eventdock.Types(ids[3])[4..]);
        eventdock.Run("rm", "many0", "many1", "many2").Good();
    }

    [Fact]
    public void A_line_that_was_cut_off_is_passed_over_and_one_that_eventdock_did_not_write_is_named()
    {
        var id = eventdock.Start("torn", "sleep", "300");
        eventdock.Lose();
        eventdock.Run("kill", "-s", "CONT", "torn").Done();
        File.AppendAllText(eventdock.Journal, "{\"Id\":\"01a1");
        eventdock.Run("kill", "-s", "URG", "torn").Done();
        File.AppendAllText(eventdock.Journal, "{\"Id");
        var whole = File.ReadAllBytes(eventdock.Journal);
        File.WriteAllText(eventdock.Journal, "\0garbage\n");
        eventdock.Find();
        Assert.Contains($"{eventdock.Journal}: line 1 ", eventdock.Refused(1, "tag", "busybox", "x"), StringComparison.Ordinal);
        Assert.Contains($"{eventdock.Journal}: line 1 ", eventdock.Refused(1, "stop", "torn"), StringComparison.Ordinal);
        var looked = eventdock.Run("ps", "--format", "{{.Names}}").Done();
        Assert.Contains("torn", looked.Out, StringComparison.Ordinal);
        Assert.Contains(eventdock.Journal, looked.Error, StringComparison.Ordinal);

        File.WriteAllBytes(eventdock.Journal, whole);
        Assert.Equal(["ContainerSignalled", "ContainerSignalled"], eventdock.Types(id)[4..]);
        eventdock.Run("rm", "-f", "torn").Good();
    }

    [Fact]
    public void What_was_done_to_a_container_that_the_ledger_has_given_up_meanwhile_stands_with_the_command()
    {
        var id = eventdock.Start("gone", "sleep", "300");
        eventdock.Lose();
        eventdock.Run("rm", "-f", "gone").Done();
        var journal = File.ReadAllText(eventdock.Journal);
        eventdock.Find();
        eventdock.Run("ps").Good();
        var head = eventdock.Head();

        var command = JsonDocument.Parse(journal.Split('\n')[0]).RootElement.GetProperty("Command").GetProperty("Command").GetString();
        foreach (var entry in journal.Split('\n')[1..^1])
        {
            var own = JsonDocument.Parse(entry).RootElement.GetProperty("Id").GetString()!;
            journal = journal.Replace(own, Guid.NewGuid().ToString("D"), StringComparison.Ordinal);
        }

        File.WriteAllText(eventdock.Journal, journal);
        eventdock.Run("ps").Good();
        Assert.Equal(head + 1, eventdock.Head());
        var refused = JsonDocument.Parse(eventdock.Lines("log", "--format", "json")[0]).RootElement;
        Assert.Equal($"command-{command}", refused.GetProperty("Stream").GetString());
        Assert.Contains($"signal KILL to container {id[..12]}", refused.GetProperty("Data").GetProperty("Text").GetString(), StringComparison.Ordinal);
    }

    private Process Begin(params string[] args)
    {
        var start = new ProcessStartInfo(Eventdock.Binary) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var arg in args)
        {
            start.ArgumentList.Add(arg);
        }

        Eventdock.Apply(start, eventdock.Environment);
        return Process.Start(start)!;
    }

    private int Pid(string id) =>
        int.Parse(File.ReadAllText(Path.Combine(eventdock.RunDirectory, "c", id[..12], "init")).Split(' ')[0], CultureInfo.InvariantCulture);

    private string Tree() => Eventdock.Run("sh", ["-c", "cd \"$1\" && find blobs layers l containers staging trash -not -path '*/merged/*' | sort", "sh", eventdock.Root]).Good().Out;
}
