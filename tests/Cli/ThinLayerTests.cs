namespace EventDock.Tests.Cli;

using System.Diagnostics;
using System.IO;

/// <summary>What a container has written: looked at, copied, made an image, removed and brought back.</summary>
public sealed class ThinLayerTests(BusyboxInstallation eventdock) : IClassFixture<BusyboxInstallation>
{
    [Fact]
    public void Copies_into_a_running_container_are_seen_in_it_and_recorded()
    {
        eventdock.Run("run", "-d", "--name", "live", "--network", "none", "busybox", "sleep", "300").Good();
        eventdock.Write("in/file", "from the host\n");
        eventdock.Run("cp", "in", "live:/srv").Good();
        Assert.Equal("from the host", eventdock.Out("exec", "live", "cat", "/srv/file"));
        Assert.Contains(
            "2 added",
            Assert.Single(eventdock.Lines("log", "--container", "live"), l => l.Contains("(cp)", StringComparison.Ordinal)),
            StringComparison.Ordinal);
        eventdock.Run("exec", "live", "sh", "-c", "echo inside > /srv/own").Good();
        eventdock.Run("cp", "live:/srv/own", "own").Good();
        Assert.Equal("inside\n", File.ReadAllText(Path.Combine(eventdock.Work, "own")));
        eventdock.Run("rm", "-f", "live").Good();
    }

    [Fact]
    public void A_second_look_at_the_same_changes_records_nothing_more()
    {
        eventdock.Run("run", "-d", "--name", "twice", "--network", "none", "busybox", "sh", "-c", "mkdir /new; sleep 300").Good();
        Await(() => eventdock.Lines("diff", "twice").Length == 1);
        var recorded = eventdock.Lines("log").Length;
        Assert.Equal(["A /new"], eventdock.Lines("diff", "twice"));
        Assert.Equal(recorded, eventdock.Lines("log").Length);
        Assert.Single(eventdock.Lines("log", "--container", "twice"), l => l.Contains("(diff)", StringComparison.Ordinal));
        eventdock.Run("rm", "-f", "twice").Good();
    }

    [Fact]
    public void Paused_containers_are_copied_from_and_to_and_stay_paused()
    {
        eventdock.Run("run", "-d", "--name", "still", "--network", "none", "busybox", "sleep", "300").Good();
        eventdock.Run("pause", "still").Good();
        eventdock.Write("f", "into a paused one\n");
        eventdock.Run("cp", "f", "still:/f").Good();
        eventdock.Run("cp", "still:/f", "back").Good();
        Assert.Equal("into a paused one\n", File.ReadAllText(Path.Combine(eventdock.Work, "back")));
        eventdock.Run("commit", "still", "of-paused").Good();
        Assert.Equal("paused", eventdock.Out("inspect", "-f", "{{.State.Status}}", "still"));
        eventdock.Run("rm", "-f", "still").Good();
        Assert.Equal("into a paused one", eventdock.Out("run", "--rm", "--network", "none", "of-paused", "cat", "/f"));
        eventdock.Run("rmi", "of-paused").Good();
    }

    [Fact]
    public void Owners_come_out_with_a_alone()
    {
        eventdock.Run("run", "--name", "owned", "--network", "none", "busybox", "sh", "-c", "echo > /o; chown 7:8 /o").Good();
        eventdock.Run("cp", "owned:/o", "plain").Good();
        eventdock.Run("cp", "-a", "owned:/o", "kept").Good();
        Assert.Equal("0:0\n7:8\n", Eventdock.Run("/usr/bin/stat", ["-c", "%u:%g", "plain", "kept"], null, null, eventdock.Work).Out);
        eventdock.Run("rm", "owned").Good();
    }

    [Fact]
    public void Holes_stay_holes_both_ways()
    {
        eventdock.Run("create", "--name", "holes", "--network", "none", "busybox", "true").Good();
        Eventdock.Run("/usr/bin/truncate", ["-s", "300M", "hole"], null, null, eventdock.Work).Good();
        eventdock.Run("cp", "hole", "holes:/hole").Good();
        eventdock.Run("cp", "holes:/hole", "hole2").Good();
        Assert.Equal("314572800 0\n", Eventdock.Run("/usr/bin/stat", ["-c", "%s %b", "hole2"], null, null, eventdock.Work).Out);
        eventdock.Run("rm", "holes").Good();
    }

    [Fact]
    public void What_is_copied_into_a_stopped_container_is_there_when_it_starts()
    {
        eventdock.Write("script", "echo started\n");
        eventdock.Run("create", "--name", "later", "--network", "none", "busybox", "sh", "/script").Good();
        eventdock.Run("cp", "script", "later:/").Good();
        Assert.Equal("started", eventdock.Out("start", "-a", "later"));
        eventdock.Run("rm", "later").Good();
    }

    [Fact]
    public void Values_of_e_are_in_no_image_that_is_committed()
    {
        eventdock.Run("run", "--name", "secret", "--network", "none", "-e", "PASS=hunter2", "busybox", "sh", "-c", "true").Good();
        var said = eventdock.Run("commit", "-c", "ENV GIVEN=1", "secret", "without").Done();
        Assert.Contains("PASS", said.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", said.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", eventdock.Out("inspect", "without"), StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", eventdock.Out("ledger", "export"), StringComparison.Ordinal);
        Assert.Contains("GIVEN=1", eventdock.Out("inspect", "-f", "{{json .Config.Env}}", "without"), StringComparison.Ordinal);
        eventdock.Run("rm", "secret").Good();
        eventdock.Run("rmi", "without").Good();
    }

    [Fact]
    public void A_commit_of_nothing_new_adds_no_layer_and_one_of_a_running_container_is_of_one_moment()
    {
        eventdock.Run("run", "-d", "--name", "busy", "--network", "none", "busybox", "sh", "-c", "while [ ! -e /go ]; do sleep 0.1; done; while true; do echo $((n=n+1)) > /a; cp /a /b; done").Good();
        eventdock.Run("commit", "busy", "early").Good();
        Assert.Equal("1", eventdock.Out("inspect", "-f", "{{len .RootFS.Layers}}", "early"));
        eventdock.Write("go", "");
        eventdock.Run("cp", "go", "busy:/go").Good();
        Await(() => eventdock.Lines("diff", "busy").Contains("A /b"));
        eventdock.Run("commit", "busy", "moment").Good();
        Assert.Equal("2", eventdock.Out("inspect", "-f", "{{len .RootFS.Layers}}", "moment"));
        Assert.Equal("running", eventdock.Out("inspect", "-f", "{{.State.Status}}", "busy"));
        Assert.Contains("\"Paused\":true", eventdock.Out("log", "--type", "ImageCommitted", "--format", "json").Replace(" ", "", StringComparison.Ordinal), StringComparison.Ordinal);
        var before = eventdock.Out("exec", "busy", "cat", "/a");
        Await(() => eventdock.Out("exec", "busy", "cat", "/a") != before);
        eventdock.Run("rm", "-f", "busy").Good();
        eventdock.Run("rmi", "early", "moment").Good();
    }

    [Fact]
    public void What_is_removed_comes_back_with_its_layer_its_log_and_its_values()
    {
        File.WriteAllText(eventdock.Config, "{\"retain-removed\": \"1h\"}");
        eventdock.Run("run", "--name", "back", "--network", "none", "-e", "V=kept", "busybox", "sh", "-c", "echo said; echo $V > /kept; exit 4");
        var id = eventdock.Out("ps", "-aq", "--no-trunc");
        eventdock.Run("rm", "back").Good();
        Assert.Empty(eventdock.Lines("ps", "-aq"));
        Assert.Equal("back", eventdock.Out("restore", "back"));
        Assert.Equal(id, eventdock.Out("ps", "-aq", "--no-trunc"));
        Assert.StartsWith("Exited (4)", eventdock.Out("ps", "-a", "--format", "{{.Status}}"), StringComparison.Ordinal);
        Assert.Equal(["A /kept"], eventdock.Lines("diff", "back"));
        Assert.Equal("said", eventdock.Out("logs", "back"));
        Assert.Contains("back", eventdock.Refused(1, "restore", "back"), StringComparison.Ordinal);
        Assert.Equal("said", eventdock.Run("start", "-a", "back").Out.Trim());
        Assert.Equal(4, eventdock.Run("wait", "back").Out.Trim() == "4" ? 4 : 0);

        // The name is another's by now: it is refused, and what is kept stays kept.
        eventdock.Run("rm", "back").Good();
        eventdock.Run("create", "--name", "back", "--network", "none", "busybox", "true").Good();
        Assert.Contains("taken", eventdock.Refused(1, "restore", id[..12]), StringComparison.Ordinal);
        eventdock.Run("rm", "back").Good();
        Assert.Contains("ambiguous", eventdock.Refused(1, "restore", "back"), StringComparison.Ordinal);
        Assert.Equal(id[..12], eventdock.Out("restore", id[..12]));
        Assert.Contains("no removed container", eventdock.Refused(1, "restore", id), StringComparison.Ordinal);
        eventdock.Run("rm", "back").Good();
        File.WriteAllText(eventdock.Config, "{}");
        eventdock.Run("check").Done();
        eventdock.AwaitReaper();
        Assert.Contains("kept", eventdock.Refused(1, "restore", id), StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_that_could_begin_an_id_means_the_container_that_had_it_and_no_name_means_none()
    {
        File.WriteAllText(eventdock.Config, "{\"retain-removed\": \"1h\"}");
        var id = eventdock.Out("create", "--name", "plain", "--network", "none", "busybox", "true");
        eventdock.Run("create", "--name", id[..3], "--network", "none", "busybox", "true").Good();
        eventdock.Run("rm", "plain", id[..3]).Good();
        Assert.Contains("no removed container", eventdock.Refused(1, "restore", "/"), StringComparison.Ordinal);
        Assert.NotEqual(0, eventdock.Run("restore", "").Code);
        Assert.Equal(id[..3], eventdock.Out("restore", id[..3]));
        Assert.Equal([id[..3]], eventdock.Lines("ps", "-a", "--format", "{{.Names}}"));
        Assert.Equal(id[..4], eventdock.Out("restore", id[..4]));
        eventdock.Run("rm", "plain", id[..3]).Good();
        File.WriteAllText(eventdock.Config, "{}");
        eventdock.Run("check").Done();
        eventdock.AwaitReaper();
    }

    [Fact]
    public void What_is_removed_without_retention_does_not_come_back()
    {
        eventdock.Run("run", "--name", "gone", "--network", "none", "busybox", "sh", "-c", "echo > /x").Good();
        eventdock.Run("rm", "gone").Good();
        Assert.Contains("retain-removed", eventdock.Refused(1, "restore", "gone"), StringComparison.Ordinal);
    }

    private static void Await(Func<bool> condition)
    {
        var since = Stopwatch.StartNew();
        while (!condition())
        {
            Assert.True(since.Elapsed < TimeSpan.FromSeconds(60), "it has not come to be");
            Thread.Sleep(100);
        }
    }
}
