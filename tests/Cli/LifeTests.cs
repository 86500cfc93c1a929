namespace EventDock.Tests.Cli;

using System.IO;
using System.Text.Json;

/// <summary>create, start, stop, kill, exec, logs, inspect, rm: a container's life after <c>run</c>.</summary>
public sealed class LifeTests(BusyboxInstallation eventdock) : IClassFixture<BusyboxInstallation>
{
    [Fact]
    public void A_removal_that_was_killed_after_its_event_is_ended_by_the_next_command()
    {
        var id = eventdock.Out("create", "busybox", "true");
        var (there, aside) = (Path.Combine(eventdock.Root, "containers", id), Path.Combine(eventdock.Place, "aside"));
        Eventdock.Run("cp", ["-a", there, aside]).Good();
        eventdock.Run("rm", id).Good();
        Eventdock.Run("mv", [aside, there]).Good();
        Eventdock.Run("mount", ["-t", "tmpfs", "eventdock-test", Path.Combine(there, "merged")]).Good();

        // A directory of which nobody has noted that it goes is nobody's to delete.
        eventdock.Run("tag", "busybox", "busybox").Good();
        Assert.True(Directory.Exists(there));

        Claim(id);
        eventdock.Run("tag", "busybox", "busybox").Good();
        Assert.False(Directory.Exists(there));
        Assert.DoesNotContain(id, File.ReadAllText("/proc/mounts"), StringComparison.Ordinal);
        eventdock.NothingWaitsInStaging();
    }

    /// <summary>As a command has that is dead.</summary>
    private void Claim(string id) => File.WriteAllText(Path.Combine(eventdock.Root, "staging", "claims-dead"), $"container {id}\n");

    [Fact]
    public void A_removal_that_was_killed_before_its_event_leaves_the_container()
    {
        var id = eventdock.Out("create", "busybox", "echo", "here");
        Claim(id);
        eventdock.Run("tag", "busybox", "busybox").Good();
        eventdock.NothingWaitsInStaging();
        Assert.Equal("here", eventdock.Out("start", "-a", id));
        eventdock.Run("rm", id).Good();
        eventdock.NothingWaitsInStaging();
    }

    [Fact]
    public void Created_it_can_be_started_again_and_again_and_keeps_its_thin_layer()
    {
        Assert.Matches("^[0-9a-f]{64}$", eventdock.Out("create", "--name", "again", "busybox", "sh", "-c", "echo x >> /lines; wc -l < /lines"));
        Assert.Equal("created", eventdock.Out("inspect", "-f", "{{.State.Status}}", "again"));
        Assert.Equal("1", eventdock.Out("start", "-a", "again"));
        Assert.Equal("2", eventdock.Out("start", "-a", "again"));
        Assert.Equal("again", eventdock.Out("start", "again"));
        RunTests.Until(() => eventdock.Out("logs", "again").EndsWith('3'), "the third start has written");
        Assert.Equal("1\n2\n3", eventdock.Out("logs", "again"));
        Assert.Equal("0", eventdock.Out("wait", "again"));
        Assert.Equal("again", eventdock.Out("rm", "again"));
    }

    [Fact]
    public void Start_attached_ends_with_the_containers_code_and_takes_stdin_with_i()
    {
        eventdock.Run("create", "-i", "--name", "reads", "busybox", "sh", "-c", "read line; echo \"got $line\"; exit 9").Good();
        var said = eventdock.Run("word\n", ["start", "-a", "-i", "reads"]);
        Assert.Equal(("got word\n", 9), (said.Out, said.Code));
        eventdock.Run("rm", "reads").Good();
    }

    [Fact]
    public void Stop_asks_and_then_kills_and_is_content_with_what_has_ended()
    {
        eventdock.Run("run", "-d", "--name", "polite", "busybox", "sh", "-c", "trap 'exit 4' TERM; echo ready; while :; do sleep 0.05; done").Good();
        RunTests.Until(() => eventdock.Out("logs", "polite") == "ready", "the trap is set");
        Assert.Equal("polite", eventdock.Out("stop", "polite"));
        Assert.Equal("4", eventdock.Out("inspect", "-f", "{{.State.ExitCode}}", "polite"));
        Assert.Equal("polite", eventdock.Out("stop", "polite"));

        eventdock.Run("run", "-d", "--name", "deaf", "busybox", "sh", "-c", "trap '' TERM; while :; do sleep 0.05; done").Good();
        Assert.Equal("deaf", eventdock.Out("stop", "-t", "1", "deaf"));
        Assert.Equal("137", eventdock.Out("inspect", "-f", "{{.State.ExitCode}}", "deaf"));
        eventdock.Run("rm", "polite", "deaf").Good();
    }

    [Fact]
    public void Kill_sends_the_signal_that_is_named_and_refuses_what_does_not_run()
    {
        eventdock.Run("run", "-d", "--name", "victim", "busybox", "sh", "-c", "trap 'echo one' USR1; echo ready; while :; do sleep 0.05; done").Good();
        RunTests.Until(() => eventdock.Out("logs", "victim") == "ready", "the trap is set");
        Assert.Equal("victim", eventdock.Out("kill", "-s", "USR1", "victim"));
        RunTests.Until(() => eventdock.Out("logs", "victim") == "ready\none", "the signal has come");
        Assert.Contains("NOPE", eventdock.Refused(1, "kill", "--signal", "NOPE", "victim"), StringComparison.Ordinal);
        Assert.Equal("victim", eventdock.Out("kill", "victim"));
        Assert.Equal("137", eventdock.Out("inspect", "-f", "{{.State.ExitCode}}", "victim"));
        Assert.Contains("not running", eventdock.Refused(1, "kill", "victim"), StringComparison.Ordinal);
        eventdock.Run("rm", "victim").Good();
    }

    [Fact]
    public void Exec_runs_beside_the_first_process_as_whom_and_where_it_is_told()
    {
        eventdock.Run("run", "-d", "--name", "host", "-e", "OWN=yes", "-w", "/tmp", "busybox", "sleep", "300").Good();
        Assert.Equal(["/tmp", "yes"], eventdock.Lines("exec", "host", "sh", "-c", "pwd; echo $OWN"));
        Assert.Equal(["/", "65534", "given"], eventdock.Lines("exec", "-w", "/", "-u", "nobody", "-e", "NEW=given", "host", "sh", "-c", "pwd; id -u; echo $NEW"));
        Assert.Equal("piped\n", eventdock.Run("piped\n", ["exec", "-i", "host", "cat"]).Good().Out);
        Assert.Equal(5, eventdock.Run("exec", "host", "sh", "-c", "exit 5").Code);
        Assert.Equal("sleep 300", eventdock.Out("exec", "host", "sh", "-c", "tr '\\0' ' ' < /proc/1/cmdline").TrimEnd());
        var missing = eventdock.Run("exec", "host", "/nosuch");
        Assert.Contains("/nosuch", missing.Refused(127), StringComparison.Ordinal);
        Assert.Contains("/etc/passwd", eventdock.Refused(126, "exec", "host", "/etc/passwd"), StringComparison.Ordinal);
        eventdock.Run("exec", "-d", "host", "sh", "-c", "echo detached > /detached").Good();
        RunTests.Until(() => eventdock.Run("exec", "host", "cat", "/detached").Out == "detached\n", "the detached exec has written");
        eventdock.Run("rm", "-f", "host").Good();
        Assert.Contains("host", eventdock.Refused(1, "exec", "host", "true"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Execs_that_run_when_their_container_ends_have_their_end_recorded()
    {
        // Who removes the container's files and who reads conmon's notes in them was left to chance once.
        for (var n = 0; n < 5; n++)
        {
            var id = eventdock.Out("run", "-d", "--name", "ending", "busybox", "sleep", "300");
            eventdock.Run("exec", "-d", "ending", "sleep", "300").Good();
            var attached = Task.Run(() => eventdock.Run("exec", "ending", "sleep", "300"));
            RunTests.Until(() => Count("ExecStarted") == 2, "both execs have started");
            eventdock.Run("kill", "ending").Good();
            Assert.Equal(137, (await attached).Code);
            RunTests.Until(() => Count("ExecExited") == 2, "the ends of both execs are recorded");
            eventdock.Run("rm", "ending").Good();

            int Count(string type) => eventdock.Lines("log", "--container", id, "--type", type).Length;
        }
    }

    [Fact]
    public void An_exec_whose_monitor_was_killed_ends_with_its_container_and_nobody_knows_how()
    {
        var id = eventdock.Out("run", "-d", "--name", "bereft", "busybox", "sleep", "300");
        eventdock.Run("exec", "-d", "bereft", "sleep", "300").Good();
        // What begins another program is conmon by its command line, too, until that one has its own.
        var monitors = System.Array.Empty<int>();
        RunTests.Until(() => (monitors = ExecMonitors()).Length == 1, "the exec has a monitor");
        Eventdock.Run("/bin/kill", ["-9", $"{monitors[0]}"]).Good();
        eventdock.Run("kill", "bereft").Good();
        RunTests.Until(() => Ends().Length == 1, "the end is recorded");
        Assert.Contains("(code unknown)", Ends()[0], StringComparison.Ordinal);
        eventdock.Run("rm", "bereft").Good();

        string[] Ends() => eventdock.Lines("log", "--container", id, "--type", "ExecExited");

        int[] ExecMonitors() => Remains.Processes($"{eventdock.RunDirectory}/c/")
            .Where(pid => Remains.CommandLine(pid).Split('\0') is var words
                && words[0].EndsWith("conmon", StringComparison.Ordinal) && words.Contains("-e")).ToArray();
    }

    [Fact]
    public void Logs_keep_both_streams_and_can_be_cut_and_followed()
    {
        eventdock.Run("run", "--name", "talker", "busybox", "sh", "-c", "for n in 1 2 3 4 5; do echo out $n; done; echo err >&2").Done();
        var said = eventdock.Run("logs", "talker");
        Assert.Equal(("out 1\nout 2\nout 3\nout 4\nout 5\n", "err\n", 0), (said.Out, said.Error, said.Code));
        Assert.Equal("out 4\nout 5\n", eventdock.Run("logs", "--tail", "3", "talker").Out);
        Assert.Equal("", eventdock.Run("logs", "--tail", "0", "talker").Out);
        Assert.Equal(said.Out, eventdock.Run("logs", "--tail", "abc", "talker").Out);
        Assert.All(eventdock.Run("logs", "-t", "talker").Lines, l => Assert.Matches("^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z out [1-5]$", l));
        Assert.Equal("", eventdock.Run("logs", "--until", "2001-01-01T00:00:00Z", "talker").Out);
        Assert.Equal(said.Out, eventdock.Run("logs", "--since", "1h", "talker").Out);

        eventdock.Run("run", "-d", "--name", "slow", "busybox", "sh", "-c", "for n in 1 2 3; do echo $n; sleep 0.3; done").Good();
        Assert.Equal("1\n2\n3\n", eventdock.Run("logs", "-f", "slow").Good().Out);
        eventdock.Run("wait", "slow").Good();
        eventdock.Run("rm", "talker", "slow").Good();
    }

    [Fact]
    public void Inspect_is_dockers_json_and_says_what_was_not_found()
    {
        var id = eventdock.Out("create", "--name", "inspected", "-e", "A=1", "-w", "/tmp", "busybox", "sleep", "1");
        using var json = JsonDocument.Parse(eventdock.Out("inspect", "inspected", "busybox"));
        var container = json.RootElement[0];
        Assert.Equal(id, container.GetProperty("Id").GetString());
        Assert.Equal("/inspected", container.GetProperty("Name").GetString());
        Assert.Equal("sleep", container.GetProperty("Path").GetString());
        Assert.Equal("1", container.GetProperty("Args")[0].GetString());
        Assert.Equal("created", container.GetProperty("State").GetProperty("Status").GetString());
        Assert.Equal($"sha256:{eventdock.ImageId}", json.RootElement[1].GetProperty("Id").GetString());
        Assert.Equal("busybox:latest", json.RootElement[1].GetProperty("RepoTags")[0].GetString());

        Assert.Equal($"{id} /tmp", eventdock.Out("inspect", "-f", "{{.Id}} {{.Config.WorkingDir}}", id[..10]));
        Assert.Contains("nosuch", eventdock.Refused(1, "inspect", "nosuch"), StringComparison.Ordinal);
        Assert.Contains("inspected", eventdock.Refused(1, "inspect", "--type", "image", "inspected"), StringComparison.Ordinal);
        Assert.Contains(".Nope", eventdock.Refused(1, "inspect", "-f", "{{.Nope.Deeper}}", "inspected"), StringComparison.Ordinal);
        Assert.Contains("unclosed", eventdock.Refused(1, "inspect", "-f", "{{.Id", "inspected"), StringComparison.Ordinal);
        eventdock.Run("rm", "inspected").Good();
    }

    [Fact]
    public void Rm_takes_the_thin_layer_and_nothing_else_and_spares_what_runs()
    {
        var id = eventdock.Out("run", "-d", "--name", "spared", "busybox", "sh", "-c", "echo data > /data; sleep 300");
        var thin = Path.Combine(eventdock.Root, "containers", id);
        RunTests.Until(() => File.Exists(Path.Combine(thin, "upper", "data")), "the container has written");
        var layers = eventdock.Entries("layers");

        Assert.Equal($"eventdock: cannot remove container {id[..12]}, it is running: stop it first or use -f", eventdock.Refused(1, "rm", "spared"));
        Assert.True(Directory.Exists(thin));
        Assert.Equal("spared", eventdock.Out("rm", "-f", "spared"));
        Assert.False(Directory.Exists(thin));
        Assert.Equal(layers, eventdock.Entries("layers"));
        eventdock.AwaitReaper();
        Assert.Empty(eventdock.Entries("trash"));
        Assert.DoesNotContain(id, File.ReadAllText("/proc/mounts"), StringComparison.Ordinal);
        Assert.Contains("spared", eventdock.Refused(1, "rm", "spared"), StringComparison.Ordinal);
    }

    [Fact]
    public void Several_are_handled_one_by_one_and_what_failed_is_told()
    {
        eventdock.Run("create", "--name", "a1", "busybox", "true").Good();
        eventdock.Run("create", "--name", "a2", "busybox", "true").Good();
        var said = eventdock.Run("rm", "a1", "nosuch", "a2");
        Assert.Equal(("a1\na2\n", "eventdock: no such container: nosuch"), (said.Out, said.Refused(1)));
        Assert.Equal("eventdock: no such container: nosuch", eventdock.Run("rm", "-f", "nosuch").Refused(0));
    }

    [Fact]
    public void A_taken_name_is_refused_and_names_its_owner()
    {
        var id = eventdock.Out("create", "--name", "taken", "busybox", "true");
        Assert.Equal($"eventdock: the name taken is taken by container {id[..12]}", eventdock.Refused(125, "run", "--name", "taken", "busybox", "true"));
        Assert.Contains(id[..12], eventdock.Refused(1, "create", "--name", "taken", "busybox", "true"), StringComparison.Ordinal);
        eventdock.Run("rm", "taken").Good();
        eventdock.Run("create", "--name", "taken", "busybox", "true").Good();
        eventdock.Run("rm", "taken").Good();
    }

    [Theory]
    [InlineData("start")]
    [InlineData("stop")]
    [InlineData("kill")]
    [InlineData("logs")]
    [InlineData("rm")]
    public void An_unknown_container_is_named(string verb) =>
        Assert.Equal("eventdock: no such container: nosuch", eventdock.Refused(1, verb, "nosuch"));

    [Fact]
    public void Any_unambiguous_prefix_is_accepted_and_an_ambiguous_one_refused_with_its_candidates()
    {
        // 17 ids: two of them begin alike.
        var ids = Enumerable.Range(0, 17).Select(_ => eventdock.Out("create", "busybox", "true")).ToList();
        var twins = ids.GroupBy(i => i[0]).First(g => g.Count() > 1).ToArray();
        var refused = eventdock.Refused(1, "rm", twins[0][..1]);
        Assert.All(twins, t => Assert.Contains(t[..12], refused, StringComparison.Ordinal));
        Assert.Contains("ambiguous", refused, StringComparison.Ordinal);

        var length = Enumerable.Range(1, 64).First(n => ids.Count(i => i[..n] == twins[0][..n]) == 1);
        Assert.Equal(twins[0][..length], eventdock.Out("rm", twins[0][..length]));
        eventdock.RemoveContainers();
    }
}
