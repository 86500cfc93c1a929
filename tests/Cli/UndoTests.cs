namespace EventDock.Tests.Cli;

using System.IO;
using System.Text.Json.Nodes;

/// <summary>Things brought back: what is undone, restored, shown though it is removed, or begun with again.</summary>
public sealed class UndoTests : IDisposable
{
    private readonly Installation eventdock = new();

    public UndoTests()
    {
        File.WriteAllText(eventdock.Config, "{\"retain-removed\": \"1h\"}");
        eventdock.Import();
    }

    public void Dispose() => eventdock.Dispose();

    private string Other(string reference, string content) =>
        eventdock.Run(Busybox.Tar(("release", content)), "import", "-", reference).Good().Out.Trim()["sha256:".Length..];

    private string[] Tags() =>
        eventdock.Lines("images", "--no-trunc", "--format", "{{.Repository}}:{{.Tag}} {{.ID}}").Order(StringComparer.Ordinal).ToArray();

    private string[] Containers() => eventdock.Lines("ps", "-a", "--format", "{{.Names}}");

    private long Head() => (long)JsonNode.Parse(eventdock.Lines("log", "-n", "1", "--format", "json")[0])!["Position"]!;

    [Fact]
    public void Commands_are_undone_one_after_the_other_and_an_undo_is_undone_by_its_name()
    {
        Other("web", "one");
        var before = Tags();
        eventdock.Run("tag", "busybox", "web").Good();
        var moved = Tags();
        eventdock.Run("create", "--name", "c1", "--network", "none", "busybox", "sh").Good();
        eventdock.Run("rename", "c1", "c2").Good();
        var renamed = Head();
        eventdock.Run("rmi", "web").Good();

        Assert.Contains("web:latest is ", eventdock.Run("undo", "--plan").Done().Out, StringComparison.Ordinal);
        Assert.Equal(renamed + 1, Head());
        eventdock.Run("undo", "--reason", "a slip").Good();
        Assert.Equal(moved, Tags());
        Assert.Equal(["ImageTagged", "CommandUndone"], Names(2));
        Assert.Equal("a slip", (string?)JsonNode.Parse(eventdock.Lines("log", "-n", "1", "--format", "json")[0])!["Origin"]!["Reason"]);
        eventdock.Run("undo").Good();
        Assert.Equal(["c1"], Containers());
        Assert.Contains("cannot be undone: it has made a container", eventdock.Refused(1, "undo"), StringComparison.Ordinal);

        // The move lies before what cannot be undone: it is named.
        var move = (string)JsonNode.Parse(eventdock.Lines("log", "--type", "ImageTagged", "--format", "json")[1])!["Origin"]!["Command"]!;
        eventdock.Run("undo", move).Good();
        var undoing = Head();
        Assert.Equal(before, Tags());
        Assert.Contains("has been undone already", eventdock.Refused(1, "undo", move), StringComparison.Ordinal);
        eventdock.Run("undo", $"{undoing}").Good();
        Assert.Equal(moved, Tags());

        // And what has been changed again stands in the way.
        Other("web", "two");
        Assert.Matches($"tag web:latest has been changed since, by #{Head()} \\(eventdock import - web\\)$", eventdock.Refused(1, "undo", move));
        eventdock.Run("rename", "c1", "c3").Good();
        eventdock.Run("create", "--name", "c1", "--network", "none", "busybox", "sh").Good();
        Assert.Matches("the name c1 is taken by container [0-9a-f]{12}$", eventdock.Refused(1, "undo", $"{Head() - 2}"));
        Assert.Equal("eventdock: no event has the id 00000000-0000-0000-0000-000000000000", eventdock.Refused(1, "undo", $"{Guid.Empty:D}"));
        eventdock.Verified();
    }

    [Fact]
    public void What_is_removed_is_seen_comes_back_with_an_undo_and_can_be_begun_with_again()
    {
        var id = eventdock.Lines("images", "-q", "--no-trunc")[0]["sha256:".Length..];
        eventdock.Run(
            "run", "--name", "web", "--record", "content", "--network", "none", "busybox", "sh", "-c", "echo said; echo one > /one").Good();
        var first = Head();
        var web = eventdock.Out("inspect", "-f", "{{.Id}}", "web");
        eventdock.Run("rm", "web").Good();
        var removed = Head();
        Assert.Empty(Containers());
        Assert.Equal(
            ["web removed true"],
            eventdock.Lines("ps", "--removed", "--format", "{{.Names}} {{.State}} {{eq (slice .Status 0 8) \"Removed \"}}"));
        Assert.Single(eventdock.Lines("ps", "--removed", "-q", "--filter", "status=removed"));
        Assert.Empty(eventdock.Lines("ps", "--removed", "-q", "--filter", "name=other"));
        Assert.Empty(eventdock.Lines("ps", "--removed", "-q", "--as-of", $"{first}", "--filter", "status=removed"));
        var inspected = eventdock.Run("inspect", "--removed", "-f", "{{.State.Status}} {{.Name}}", "web").Done();
        Assert.Equal("removed /web\n", inspected.Out);
        Assert.Equal("eventdock: no such object: web", eventdock.Refused(1, "inspect", "web"));
        Assert.Matches($"^web: container [0-9a-f]{{12}} was removed at [^ ]+ \\(#{removed - 1}\\)\n$", inspected.Error);
        Assert.Equal("said\n", eventdock.Run("logs", "web").Done().Out);

        // One that begins with its files, under its own name; then two of that name have been removed.
        Assert.Equal("one\n", eventdock.Out("run", "--rm", "--name", "web", "--from", "web", "--network", "none", "cat", "/one") + "\n");
        Assert.EndsWith("; another that had this name was removed before\n", eventdock.Run("container", "inspect", "--removed", "web").Done().Error, StringComparison.Ordinal);
        Assert.Contains("no files of container", eventdock.Refused(125, "run", "--from", "web", "sh"), StringComparison.Ordinal);
        Assert.Equal("eventdock: --from and --pull cannot be given together", eventdock.Refused(125, "run", "--from", "web", "--pull", "never", "sh"));
        Assert.Contains("requires at least 1 argument", eventdock.Refused(1, "run"), StringComparison.Ordinal);

        // Container and image go by one prune, and come back by one undo.
        eventdock.Run("undo", $"{removed}").Good();
        Assert.Equal(["web"], Containers());
        eventdock.Run("start", "-a", "web").Good();
        Assert.Equal("one\n", eventdock.Out("run", "--rm", "--from", "web@{1}", "--network", "none", "cat", "/one") + "\n");
        Assert.Contains("so none is @{2}", eventdock.Refused(125, "run", "--from", "web@{2}", "sh"), StringComparison.Ordinal);
        Assert.EndsWith("had not been made by then", eventdock.Refused(125, "run", "--from", "web@1", "sh"), StringComparison.Ordinal);
        eventdock.Run("system", "prune", "-af").Good();
        Assert.Empty(Tags());
        eventdock.Run("undo").Done();
        Assert.Equal([$"busybox:latest sha256:{id}"], Tags());
        Assert.Equal(["web"], Containers());
        eventdock.Run("start", "-a", "web").Good();
        Assert.Equal(0, eventdock.Run("check", "--deep").Code);

        // A tag brings its image; an image comes by its id, without a name.
        eventdock.Run("rm", "web").Good();
        eventdock.Run("rmi", "busybox").Good();
        Assert.Equal("busybox", eventdock.Out("restore", "busybox"));
        Assert.Equal([$"busybox:latest sha256:{id}"], Tags());
        eventdock.Run("rmi", "busybox").Good();
        eventdock.Run("restore", id[..12]).Good();
        Assert.Equal([$"<none>:<none> sha256:{id}"], Tags());
        eventdock.Run("restore", "busybox", "--as-of", $"{removed}").Good();
        Assert.Equal([$"busybox:latest sha256:{id}"], Tags());
        eventdock.Run("restore", web, "--as-of", $"{first}").Done();
        Assert.Equal(["A /one"], eventdock.Lines("diff", "web"));
        Assert.Contains("no removed container nosuch is kept", eventdock.Refused(1, "restore", "nosuch"), StringComparison.Ordinal);
        Assert.Equal(0, eventdock.Run("check", "--deep").Code);
        eventdock.Verified();
    }

    [Fact]
    public void What_is_not_kept_is_refused_with_the_reason()
    {
        File.WriteAllText(eventdock.Config, "{}");
        var id = eventdock.Lines("images", "-q", "--no-trunc")[0]["sha256:".Length..];
        eventdock.Run("run", "--name", "web", "--network", "none", "busybox", "true").Good();
        eventdock.Run("rm", "web").Good();
        Assert.Contains("is kept (retain-removed", eventdock.Refused(1, "undo"), StringComparison.Ordinal);
        Assert.Contains("the log of container web is not kept", eventdock.Refused(1, "logs", "web"), StringComparison.Ordinal);
        Assert.Equal("removed\n", eventdock.Run("inspect", "--removed", "-f", "{{.State.Status}}", "web").Done().Out);
        eventdock.Run("rmi", "busybox").Good();
        eventdock.AwaitReaper();
        Assert.Equal($"eventdock: \"{id[..12]}\" was image {id[..12]}, which has been removed: it came from no registry", eventdock.Refused(1, "undo"));
        Assert.Contains("which has been removed: it came from no registry", eventdock.Refused(1, "restore", "busybox"), StringComparison.Ordinal);
        Assert.Equal("eventdock: busybox:latest named no image at @{2}", eventdock.Refused(1, "restore", "busybox", "--as-of", "@{2}"));
    }

    /// <summary>Of the last events, the oldest first.</summary>
    private string[] Names(int count) => eventdock.Lines("log", "-n", $"{count}", "--format", "json")
        .Select(line => (string)JsonNode.Parse(line)!["Type"]!).Reverse().ToArray();
}
