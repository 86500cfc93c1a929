namespace EventDock.Tests.Cli;

using System.IO;

/// <summary>system df, and prunes: docker's words, and plans that are carried out exactly or not at all.</summary>
public sealed class PruneTests : IDisposable
{
    private readonly BusyboxInstallation eventdock = new();

    public void Dispose() => eventdock.Dispose();

    private string Built(string file, params string[] tags) =>
        eventdock.Run($"FROM busybox\nRUN echo {file} > /{file}\n", ["build", "-q", .. tags.SelectMany(t => new[] { "-t", t }), "-"]).Good().Out.Trim();

    [Fact]
    public void The_table_of_what_is_used_is_dockers()
    {
        eventdock.Run("create", "busybox", "true").Good();
        var lines = eventdock.Lines("system", "df");
        Assert.Matches("^TYPE +TOTAL +ACTIVE +SIZE +RECLAIMABLE$", lines[0]);
        Assert.Matches(@"^Images +1 +1 +[0-9.]+MB +0B \(0%\)$", lines[1]);
        Assert.Matches("^Containers +1 +0 +0B +0B$", lines[2]);
        Assert.Equal(["Local Volumes", "Build Cache"], lines[3..].Select(l => l[..13].TrimEnd()));
        Assert.Contains("SHARED SIZE   UNIQUE SIZE   CONTAINERS", eventdock.Out("system", "df", "-v"), StringComparison.Ordinal);
    }

    [Fact]
    public void An_image_prune_takes_images_without_a_name_and_asks_first()
    {
        var first = Built("one", "moving");
        Built("two", "moving");
        Assert.Equal(
            "WARNING! This will remove all dangling images.\nAre you sure you want to continue? [y/N] Total reclaimed space: 0B\n",
            eventdock.Run("n\n", ["image", "prune"]).Good().Out);
        var said = eventdock.Run("y\n", ["image", "prune"]).Good().Lines;
        Assert.Equal($"Are you sure you want to continue? [y/N] Deleted Images:", said[1]);
        Assert.Equal($"deleted: {first}", said[2]);
        Assert.Matches("^Total reclaimed space: [0-9.]+k?B$", said[^1]);
        Assert.Equal(["busybox", "moving"], eventdock.Lines("images", "--format", "{{.Repository}}").Order());
        Assert.Equal("Total reclaimed space: 0B", eventdock.Out("image", "prune", "-f"));
    }

    [Fact]
    public void A_prune_of_all_leaves_what_a_container_is_made_of()
    {
        Built("one", "unused");
        eventdock.Run("create", "busybox", "true").Good();
        Assert.Contains("untagged: unused:latest", eventdock.Lines("image", "prune", "-af"));
        Assert.Equal(["busybox"], eventdock.Lines("images", "--format", "{{.Repository}}"));
    }

    [Fact]
    public void A_plan_is_carried_out_exactly_or_says_what_has_changed()
    {
        var image = Built("one", "unused");
        var stopped = eventdock.Out("create", "busybox", "true");
        var plan = eventdock.Lines("system", "prune", "-a", "--plan");
        Assert.Contains($"container {stopped}", plan);
        Assert.Contains($"image {image["sha256:".Length..]} docker.io/library/unused:latest", plan);
        var id = plan[^1]["Plan: ".Length..];

        eventdock.Run("tag", "unused", "named").Good();
        var refused = eventdock.Refused(1, "system", "prune", "-a", "--apply", id);
        Assert.Contains("docker.io/library/named:latest", refused, StringComparison.Ordinal);
        Assert.Contains("has changed", refused, StringComparison.Ordinal);
        eventdock.Run("rmi", "named").Good();
        Assert.Contains("no such plan", eventdock.Refused(1, "system", "prune", "--apply", id), StringComparison.Ordinal);

        var done = eventdock.Lines("system", "prune", "-a", "--apply", id);
        Assert.Contains($"deleted: {image}", done);
        Assert.Contains(stopped, done);
        Assert.Equal(plan[^2].Replace("Reclaimable", "Total reclaimed", StringComparison.Ordinal), done[^1]);
        Assert.Empty(eventdock.Lines("ps", "-aq"));
    }

    [Fact]
    public void A_container_prune_leaves_what_runs()
    {
        var running = eventdock.Out("run", "-d", "busybox", "sleep", "300");
        var stopped = eventdock.Out("create", "busybox", "true");
        Assert.Equal(["Deleted Containers:", stopped], eventdock.Lines("container", "prune", "-f")[..2]);
        Assert.Equal([running], eventdock.Lines("ps", "-aq", "--no-trunc"));
        Assert.Equal(["Total reclaimed space: 0B"], eventdock.Lines("container", "prune", "-f"));
    }

    [Fact]
    public async Task Of_a_prune_and_a_run_one_wins_and_the_store_stays_sound()
    {
        for (var round = 0; round < 5; round++)
        {
            var image = Built($"f{round}", $"raced:{round}");
            var run = Task.Run(() => eventdock.Run("run", "--rm", image, "cat", $"/f{round}"));
            var prune = eventdock.Run("image", "prune", "-af");
            Assert.True(prune.Code == 0, prune.ToString());
            var ran = await run;
            Assert.True(ran.Code == 0 ? ran.Out == $"f{round}\n" : RaceTests.Lost("run", ran), ran.ToString());
            eventdock.Import();
        }

        Assert.EndsWith(": no findings", eventdock.Lines("check")[^1], StringComparison.Ordinal);
    }
}
