namespace EventDock.Tests.Cli;

using System.Globalization;
using System.IO;
using System.Text.Json.Nodes;

/// <summary>Moments named in all ways there are, bookmarks, and what a tag once named.</summary>
public sealed class PastTests : IDisposable
{
    private readonly Installation eventdock = new();

    public void Dispose() => eventdock.Dispose();

    private string Import(string reference, string content) =>
        eventdock.Run(Busybox.Tar(("release", content)), "import", "-", reference).Good().Out.Trim()["sha256:".Length..];

    private long Head() => (long)JsonNode.Parse(eventdock.Lines("log", "-n", "1", "--format", "json")[0])!["Position"]!;

    private string Id(long position) => (string)JsonNode.Parse(eventdock.Lines("log", $"{position - 1}..{position}", "--format", "json")[0])!["Id"]!;

    [Fact]
    public void A_moment_is_named_by_position_time_distance_id_and_bookmark()
    {
        var one = Import("web:1", "one");
        var before = Head();
        Assert.Equal($"first {before}", eventdock.Out("bookmark", "first"));
        RunTests.Until(() => DateTimeOffset.UtcNow.Millisecond < 200, "a second begins");
        var time = DateTimeOffset.UtcNow.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        Thread.Sleep(20);
        Import("web:2", "two");
        foreach (var moment in (string[])[$"{before}", $"#{before}", time, Id(before), "first", "@{first}"])
        {
            Assert.Equal(["web:1"], eventdock.Lines("images", "--as-of", moment, "--format", "{{.Repository}}:{{.Tag}}"));
        }

        Assert.Equal(["web:1", "web:2"], eventdock.Lines("images", "--as-of", "0s ago", "--format", "{{.Repository}}:{{.Tag}}").Order());
        Assert.Equal([$"first {before}"], eventdock.Lines("bookmark", "--format", "{{.Name}} {{.Position}}"));
        Assert.Equal($"first {before + 1}", eventdock.Out("bookmark", "first", $"#{before + 1}"));
        Assert.Equal("first", eventdock.Out("bookmark", "-d", "first"));
        Assert.Empty(eventdock.Lines("bookmark", "--format", "{{.Name}}"));
        Assert.Equal("eventdock: no such bookmark: first", eventdock.Refused(1, "images", "--as-of", "first"));
        Assert.Equal(3, eventdock.Lines("log", "--type", "BookmarkSet", "--type", "BookmarkRemoved").Length);
        Assert.Equal(one[..12], eventdock.Out("history", "-q", "web:1", "--as-of", $"{before}"));
        eventdock.Verified();
    }

    [Fact]
    public void Moments_that_have_not_come_or_mean_nothing_are_refused_with_what_they_could_mean()
    {
        Import("web:1", "one");
        var head = Head();
        var seconds = DateTimeOffset.UtcNow.ToUnixTimeSeconds() - 60;
        Assert.StartsWith(
            $"eventdock: there is no position {seconds}: the log has 1 to {head}; as seconds since 1970 it is 20",
            eventdock.Refused(1, "ps", "--as-of", $"{seconds}"), StringComparison.Ordinal);
        Assert.Equal($"eventdock: there is no position {head + 1}: the log has 1 to {head}", eventdock.Refused(1, "ps", "--as-of", $"#{head + 1}"));
        Assert.Contains("is in the future", eventdock.Refused(1, "ps", "--as-of", "2999-01-01"), StringComparison.Ordinal);
        Assert.Contains("counts the events of one thing", eventdock.Refused(1, "ps", "--as-of", "@{1}"), StringComparison.Ordinal);
        Assert.Contains("must be a position", eventdock.Refused(1, "ps", "--as-of", "14:05pm"), StringComparison.Ordinal);
        Assert.Equal("eventdock: --occurred means nothing without --as-of", eventdock.Refused(1, "ps", "--occurred"));
        Assert.Equal(
            $"eventdock: no event has the id {Guid.Empty:D}", eventdock.Refused(1, "ps", "--as-of", $"{Guid.Empty:D}"));
        Assert.EndsWith("has the id ffffffff-ffff-ffff-ffff-ffffffffffff", eventdock.Refused(1, "show", "ffffffff-ffff-ffff-ffff-ffffffffffff"), StringComparison.Ordinal);
        Assert.Equal("eventdock: nothing had happened by then", eventdock.Refused(1, "show", "1999-01-01"));
        Assert.Contains("takes one bookmark", eventdock.Refused(1, "bookmark", "-d", "one", "two"), StringComparison.Ordinal);
        Assert.Contains("is for the list", eventdock.Refused(1, "bookmark", "--format", "json", "one"), StringComparison.Ordinal);
        Assert.Contains("must begin with a letter", eventdock.Refused(1, "bookmark", "1st"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_tags_reflog_lists_what_it_named_and_each_can_be_used_while_it_is_here()
    {
        var one = Import("web", "one");
        eventdock.Run("tag", "web", "keep:1").Good();
        var moved = Head();
        var two = Import("web", "two");
        eventdock.Run("tag", "web", "keep:2").Good();
        var three = Import("web", "three");
        Assert.Equal(
            [$"web:latest@{{0}} {three} true", $"web:latest@{{1}} {two} true", $"web:latest@{{2}} {one} true"],
            eventdock.Lines("reflog", "web", "--no-trunc", "--format", "{{.Name}} {{slice .ImageID 7}} {{.Here}}"));
        Assert.Matches("^NAME +IMAGE ID +SINCE +BY +COMMAND +POSITION$", eventdock.Lines("reflog", "web")[0]);
        Assert.Equal("sha256:" + two, eventdock.Out("image", "inspect", "-f", "{{.Id}}", "web@{1}"));
        Assert.Equal("sha256:" + one, eventdock.Out("image", "inspect", "-f", "{{.Id}}", "web:latest@{2}"));
        Assert.Equal("sha256:" + one, eventdock.Out("image", "inspect", "-f", "{{.Id}}", $"web:latest@{{#{moved}}}"));
        Assert.Equal(["/release"], eventdock.Lines("image", "diff", "--name-only", "web@{2}", "web@{0}"));
        eventdock.Run("tag", "web@{2}", "web").Good();
        Assert.Equal("sha256:" + one, eventdock.Out("image", "inspect", "-f", "{{.Id}}", "web"));
        eventdock.Run("create", "--name", "of-two", "--network", "none", "web@{2}", "true").Good();
        Assert.Equal("sha256:" + two, eventdock.Out("inspect", "-f", "{{.Image}}", "of-two"));

        Assert.Equal("eventdock: web:latest has 4 events, not 9", eventdock.Refused(1, "image", "inspect", "web@{9}").Split('\n')[^1]);
        Assert.Equal("eventdock: no image has ever been named nosuch:latest", eventdock.Refused(1, "reflog", "nosuch"));
        eventdock.Run("rmi", "web").Good();
        Assert.Equal("<none>", eventdock.Out("reflog", "web", "--format", "{{if eq .Name \"web:latest@{0}\"}}{{.ImageID}}{{end}}").Trim());
        Assert.Contains("named no image", eventdock.Refused(125, "run", "web@{0}"), StringComparison.Ordinal);
        eventdock.Run("rmi", "-f", three[..12]).Done();
        Assert.Contains("which has been removed: it came from no registry", eventdock.Refused(1, "create", "web@{2}", "true"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_log_is_cut_by_a_range_as_git_cuts_one()
    {
        Import("web:1", "one");
        var first = Head();
        eventdock.Out("bookmark", "here");
        Import("web:2", "two");
        var last = Head();
        Assert.Equal(
            Enumerable.Range((int)first + 1, (int)(last - first)).Reverse().Select(n => $"#{n}"),
            eventdock.Lines("log", $"{first}..").Select(line => line.Split(' ')[0]));
        Assert.Equal(eventdock.Lines("log", $"{first}..{last}"), eventdock.Lines("log", "here.."));
        Assert.Equal($"#{first}", Assert.Single(eventdock.Lines("log", $"{first - 1}..here")).Split(' ')[0]);
        Assert.Equal((int)first, eventdock.Lines("log", "..here").Length);
        Assert.Equal(eventdock.Lines("log", "here..")[..1], eventdock.Lines("log", "-n", "1", "here.."));
    }

    [Fact]
    public void An_event_is_shown_in_full_with_what_it_changed_and_where_its_leaf_stands()
    {
        Import("web", "one");
        eventdock.Run("create", "--name", "before", "--network", "none", "web", "true").Good();
        eventdock.Refused(1, "rename", "before", "after it");
        eventdock.Run("rename", "before", "after").Good();
        var head = Head();
        var shown = eventdock.Lines("show");
        Assert.Matches($"^event     #{head} ContainerRenamed  [0-9a-f]{{12}} after, before before$", shown[0]);
        Assert.Contains("command   eventdock rename before after  (", shown[7], StringComparison.Ordinal);
        Assert.EndsWith("in no checkpoint yet", shown[8], StringComparison.Ordinal);
        Assert.Equal("  Name: \"before\" -> \"after\"", shown[^1]);
        Assert.Equal(shown, eventdock.Lines("show", $"{head}"));
        Assert.Equal(shown, eventdock.Lines("show", Id(head)));
        Assert.Matches("'after it'", eventdock.Lines("show", $"{head - 1}")[7]);
        eventdock.Run("ledger", "checkpoint").Good();
        Assert.EndsWith($"in the checkpoint of {head} leaves", eventdock.Lines("show", $"{head}")[8], StringComparison.Ordinal);
        var json = JsonNode.Parse(eventdock.Out("show", "--format", "json", $"{head}"))!;
        Assert.Equal("after", (string)json["Views"]![0]!["After"]!["Name"]!);
        Assert.Equal(head, (long)json["Leaf"]!["Checkpoint"]!);
        Assert.Equal("RootInitialized", eventdock.Lines("show", "1")[0].Split(' ', StringSplitOptions.RemoveEmptyEntries)[2]);
        Assert.Contains(": new", string.Join('\n', eventdock.Lines("show", "1")), StringComparison.Ordinal);
        Assert.Contains("there is no position", eventdock.Refused(1, "show", $"{head + 100}"), StringComparison.Ordinal);
        Assert.Contains("show prints json, or text", eventdock.Refused(1, "show", "--format", "xml"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_reason_stands_beside_each_event_of_its_command_and_can_be_required()
    {
        Import("web", "one");
        eventdock.Run("tag", "--reason", "  ticket 12: \"roll back\", \"Occurred\":\"now\"  ", "web", "web:2").Good();
        Assert.Contains("reason    ticket 12: \"roll back\", \"Occurred\":\"now\"", eventdock.Lines("show"));
        var origin = JsonNode.Parse(eventdock.Lines("log", "-n", "1", "--format", "json")[0])!["Origin"]!;
        Assert.Equal("ticket 12: \"roll back\", \"Occurred\":\"now\"", (string)origin["Reason"]!);
        eventdock.Run("tag", "web", "web:3").Good();
        Assert.DoesNotContain(eventdock.Lines("show"), line => line.StartsWith("reason", StringComparison.Ordinal));
        Assert.Contains("must not be longer than 1000 characters", eventdock.Refused(1, "tag", "--reason", new string('x', 1001), "web", "a"), StringComparison.Ordinal);

        File.WriteAllText(eventdock.Config, """{"require-reason": true}""");
        Assert.Equal(
            "eventdock: tag needs --reason (or EVENTDOCK_REASON): the configuration says require-reason", eventdock.Refused(1, "tag", "web", "web:4"));
        Assert.Contains("needs --reason", eventdock.Refused(125, "run", "--rm", "web", "true"), StringComparison.Ordinal);
        Assert.Contains("needs --reason", eventdock.Refused(1, "tag", "--reason", " ", "web", "web:4"), StringComparison.Ordinal);
        eventdock.Lines("bookmark");
        eventdock.Run("container", "prune", "--plan").Done();
        Eventdock.Run("/usr/bin/env", ["EVENTDOCK_REASON=nightly", Eventdock.Binary, "tag", "web", "web:4"], null, eventdock.Environment).Good();
        Assert.Contains("reason    nightly", eventdock.Lines("show"));
        File.WriteAllText(eventdock.Config, """{"require-reason": "yes"}""");
        Assert.Contains("require-reason", eventdock.Run("tag", "web", "web:5").Done().Error, StringComparison.Ordinal);
        File.WriteAllText(eventdock.Config, "{}");
        eventdock.Verified();
    }
}
