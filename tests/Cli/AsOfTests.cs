namespace EventDock.Tests.Cli;

using System.IO;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

/// <summary>What the reading commands say of a moment, and the line that says which position an answer is of.</summary>
public sealed class AsOfTests(BusyboxInstallation eventdock) : IClassFixture<BusyboxInstallation>
{
    private long Head() => (long)JsonNode.Parse(eventdock.Lines("log", "-n", "1", "--format", "json")[0])!["Position"]!;

    private string Number(long position) => position.ToString(System.Globalization.CultureInfo.InvariantCulture);

    [Fact]
    public void A_reading_command_answers_as_it_would_have_then()
    {
        var empty = Number(Head());
        eventdock.Run("tag", "busybox", "moved:1").Good();
        var id = eventdock.Out(
            "run", "-d", "--name", "speaks", "--network", "none", "busybox",
            "sh", "-c", "echo first; until [ -e /go ]; do sleep 0.05; done; echo second; sleep 600");
        RunTests.Until(() => eventdock.Lines("logs", "speaks").Length == 1, "the first line is written");
        eventdock.Run("tag", "busybox", "late:1").Good();
        var then = Number(Head());
        eventdock.Run("exec", "speaks", "touch", "/go").Good();
        RunTests.Until(() => eventdock.Lines("logs", "speaks").Length == 2, "the second line is written");
        eventdock.Run("rename", "speaks", "spoke").Good();
        eventdock.Run("rmi", "late:1").Good();
        Assert.Equal(["first"], eventdock.Lines("logs", "--as-of", then, "speaks"));
        Assert.Equal(["first"], eventdock.Lines("--as-of", then, "logs", "-n", "5", id[..12]));
        Assert.Equal(["first", "second"], eventdock.Lines("logs", "spoke"));
        Assert.Equal("eventdock: no such container: spoke", eventdock.Refused(1, "--as-of", then, "logs", "spoke"));
        Assert.Equal("eventdock: --follow and --as-of cannot be given together", eventdock.Refused(1, "logs", "-f", "--as-of", then, "spoke"));
        Assert.Equal("speaks", eventdock.Out("ps", "--as-of", then, "--format", "{{.Names}}"));
        Assert.Equal("/speaks", eventdock.Out("inspect", "-f", "{{.Name}}", "--as-of", then, "speaks"));
        Assert.Equal("/speaks", eventdock.Out("inspect", "-f", "{{.Name}}", "--as-of", "@{1}", id[..12]));
        Assert.Equal("1 1 1", eventdock.Out("--as-of", then, "info", "--format", "{{.Containers}} {{.ContainersRunning}} {{.Images}}"));
        Assert.Equal("0 0 1", eventdock.Out("info", "--as-of", empty, "--format", "{{.Containers}} {{.ContainersRunning}} {{.Images}}"));

        Assert.Equal($"#{then}", eventdock.Lines("--as-of", then, "log")[0].Split(' ')[0]);
        Assert.Equal($"#{then}", eventdock.Lines("log", "--as-of", then, "--image", "busybox", "-n", "1")[0].Split(' ')[0]);
        Assert.StartsWith("eventdock: there is no position", eventdock.Refused(1, "log", "--as-of", empty, $"..{then}"), StringComparison.Ordinal);
        Assert.EndsWith("(name=late:1)", eventdock.Lines("events", "--as-of", then)[^1], StringComparison.Ordinal);
        Assert.Equal(["tag"], eventdock.Lines("events", "--since", "1h", "--as-of", then, "--filter", "event=tag", "--format", "{{.Action}}")[^1..]);
        Assert.Empty(eventdock.Lines("events", "--as-of", empty, "--filter", "type=container"));
        Assert.Equal("late:1@{0} true", eventdock.Out("reflog", "late:1", "--as-of", then, "--format", "{{.Name}} {{.Here}}"));
        Assert.Equal("eventdock: no image has ever been named late:1", eventdock.Refused(1, "reflog", "late:1", "--as-of", empty));

        eventdock.Run("save", "--as-of", then, "-o", "saved.tar", "late:1").Good();
        Assert.Contains("late:1", Eventdock.Run("/bin/tar", ["xOf", Path.Combine(eventdock.Work, "saved.tar"), "manifest.json"]).Good().Out, StringComparison.Ordinal);
        Assert.Equal("eventdock: no such image: late:1", eventdock.Refused(1, "save", "-o", "saved.tar", "late:1"));
        eventdock.Run(Busybox.Tar(("file", "gone")), "import", "-", "gone:1").Good();
        var there = Number(Head());
        eventdock.Run("rmi", "gone:1").Done();
        Assert.Contains("which has been removed", eventdock.Refused(1, "save", "--as-of", there, "-o", "saved.tar", "gone:1"), StringComparison.Ordinal);

        eventdock.Run("rm", "-f", "spoke").Good();
        Assert.StartsWith(
            "eventdock: the log of container speaks is not kept: it has been removed", eventdock.Refused(1, "logs", "--as-of", then, "speaks"), StringComparison.Ordinal);
        Assert.Equal("running", eventdock.Out("--as-of", then, "container", "inspect", "-f", "{{.State.Status}}", "speaks"));
        Assert.Equal("eventdock: rm changes things, and takes no --as-of: the past cannot be changed", eventdock.Refused(125, "--as-of", then, "rm", "spoke"));
        Assert.Contains("shows processes of now", eventdock.Refused(125, "--as-of", then, "top", "spoke"), StringComparison.Ordinal);
    }

    [Fact]
    public void As_of_an_event_that_another_program_has_put_in_it_is_as_it_was_after_the_last_one_of_eventdock_s()
    {
        eventdock.Run("tag", "busybox", "before:1").Good();
        var position = Head();
        Eventdock.Psql(
            eventdock.Out("db", "url"),
            """
            insert into eventdock.mt_streams (id, version) values ('order-1', 1);
            insert into eventdock.mt_events (seq_id, id, stream_id, version, data, type, mt_dotnet_type)
                values (nextval('eventdock.mt_events_sequence'), gen_random_uuid(), 'order-1', 1, '{}', 'order_placed', 'Theirs, Their.Assembly')
            """);
        eventdock.Run("tag", "busybox", "after:1").Good();
        var theirs = Number(position + 1);
        Assert.Equal("before:1", eventdock.Out("images", "--as-of", theirs, "before", "--format", "{{.Repository}}:{{.Tag}}"));
        Assert.Equal("", eventdock.Out("images", "--as-of", theirs, "after", "-q"));
        Assert.Equal(eventdock.Out("show", Number(position)), eventdock.Out("show", theirs));
        Assert.StartsWith($"as of #{theirs}: the last event of EventDock's is #{position} ", eventdock.Run("images", "-q", "--as-of", theirs, "--proof-line").Done().Error, StringComparison.Ordinal);
        eventdock.Run("rmi", "before:1", "after:1").Good();
    }

    [Fact]
    public void A_proof_line_says_on_stderr_which_position_the_answer_is_of_and_which_checkpoint_has_it()
    {
        eventdock.Run("tag", "busybox", "proved:1").Good();
        var position = Head();
        string[] images = ["images", "--format", "{{.Repository}}:{{.Tag}} {{.ID}}"];
        var said = eventdock.Run([.. images, "--proof-line"]).Done();
        Assert.Equal(eventdock.Out(images), said.Out.TrimEnd('\n'));
        var leaf = (string)JsonNode.Parse(eventdock.Out("show", "--format", "json", Number(position)))!["Leaf"]!["Hash"]!;
        Assert.Matches(Line(position, leaf) + "(in no checkpoint yet|checkpoint .*)\n$", said.Error);

        var note = eventdock.Lines("ledger", "checkpoint");
        var signed = $"checkpoint {note[1]} {Convert.ToHexStringLower(Convert.FromBase64String(note[2]))} signed by {note[0]}\n$";
        eventdock.Run("tag", "busybox", "proved:2").Good();
        foreach (var line in (string[][])
            [
                ["--proof-line", "--as-of", Number(position), .. images], ["history", "-q", "--as-of", Number(position), "--proof-line", "busybox"],
                ["layer", "ls", "-q", "--as-of", Number(position), "--proof-line"], ["log", "-n", "1", "--proof-line", "--as-of", Number(position)],
            ])
        {
            Assert.Matches(Line(position, leaf) + Regex.Escape(signed[..^1]) + "$", eventdock.Run(line).Done().Error);
        }

        var after = Head();
        foreach (var line in (string[][])
            [["show", "--format", "json", "1", "--proof-line"], ["ps", "-aq", "--proof-line"], ["inspect", "--proof-line", "proved:2"], ["reflog", "--proof-line", "proved:2"], ["why", "--proof-line", "busybox"]])
        {
            Assert.Matches($"^as of #{after} \\(.*Z\\), leaf [0-9a-f]{{64}}, in no checkpoint yet\n$", eventdock.Run(line).Done().Error);
        }

        Assert.Equal("eventdock: --proof-line means nothing without --as-of", eventdock.Refused(1, "events", "--proof-line"));
        Assert.Equal("eventdock: no such image: nosuch", eventdock.Run("image", "inspect", "nosuch", "--proof-line").Error.TrimEnd('\n'));

        static string Line(long position, string leaf) => $"^as of #{position} \\(2[^ ]*Z\\), leaf {leaf}, ";
    }
}
