namespace EventDock.Tests.Cli;

using System.Diagnostics;
using System.Text.RegularExpressions;

/// <summary>What <c>log</c> finds, in which forms it prints it, and how it follows.</summary>
public sealed class LogFormTests(BusyboxInstallation eventdock) : IClassFixture<BusyboxInstallation>
{
    [Fact]
    public void A_small_history_is_drawn_as_lanes_and_found_by_every_filter()
    {
        var first = Head();
        eventdock.Run("create", "--network", "none", "--label", "team=x", "--name", "graph-a", "busybox", "true").Good();
        eventdock.Run("tag", "busybox", "lane:1").Good();
        eventdock.Run("rename", "graph-a", "graph-b").Good();
        eventdock.Run("rmi", "lane:1").Good();
        eventdock.Run("rm", "--reason", "no longer needed", "graph-b").Good();
        Assert.Equal(3, eventdock.Run("run", "--rm", "--network", "none", "--name", "writes", "busybox", "sh", "-c", "echo a > /new; exit 3").Code);
        var last = Head();

        var id = eventdock.ImageId[..12];
        Assert.Equal(
            [
                "  #7 the thin layer of graph-b was removed",
                "* #6 SOMEBODY removed graph-b",
                $"| * #5 SOMEBODY took lane:1 from {id} (rmi)",
                "* | #4 SOMEBODY renamed graph-a to graph-b",
                $"| * #3 SOMEBODY tagged {id} as lane:1 (tag)",
                "* #2 the thin layer of graph-a was made",
                $"* #1 SOMEBODY created graph-a (busybox, {id}): true",
            ],
            eventdock.Lines("log", "--graph", "--oneline", $"{first}..{first + 7}").Select(line => Plain(line, first)));

        Assert.Equal(5, Found("--container", "graph-b").Length);
        Assert.Matches("^[0-9a-f]{64}$", Assert.Single(
            eventdock.Lines("log", "--format", "{{.ContainerID}}", "--container", "graph-b", $"{first}..{last}").Distinct()));
        Assert.Equal(Found("--container", "graph-b"), Found("--label", "team=x"));
        Assert.Equal(Found("--container", "graph-b"), Found("--label", "team", "--label", "other"));
        Assert.Empty(Found("--label", "team=y"));
        Assert.Equal([first + 5, first + 3], Found("--tag", "lane:1"));
        Assert.Equal([first + 5, first + 4], Found("--command", "rmi", "--command", "rename"));
        Assert.Equal(Found("--container", "writes"), Found("--command", "exit 3"));
        var written = Assert.Single(Found("--path", "/new"));
        Assert.Equal([written], Found("--path", "/n*", "--path", "/nothing", "--type", "LayerWritten"));
        Assert.Empty(Found("--path", "/n*", "--container", "graph-b"));
        Assert.Equal(last - first, Found("--actor", "uid 0").Length);
        Assert.Equal(last - first, Found("--actor", "root").Length);
        Assert.Empty(Found("--actor", "nobody"));
        Assert.Equal(last - first, Found("--occurred", "--since", "1h ago").Length);
        Assert.Contains("    A /new", eventdock.Lines("log", "--patch", "--path", "/new"));
        Assert.Contains(
            "      Name: \"graph-a\" -> \"graph-b\"", eventdock.Lines("log", "--patch", "--type", "ContainerRenamed", $"{first}..{last}"));
        Assert.Contains(eventdock.Lines("log", $"{first}..{last}"), line => line.Contains("(reason: no longer needed)  [ContainerRemoved, ", StringComparison.Ordinal));

        long[] Found(params string[] filters) =>
            eventdock.Lines(["log", "--format", "{{.Position}}", .. filters, $"{first}..{last}"])
                .Select(line => long.Parse(line, System.Globalization.CultureInfo.InvariantCulture)).ToArray();
    }

    [Fact]
    public void Programs_take_it_as_csv_or_by_a_template()
    {
        eventdock.Run("bookmark", "--reason", "=1+1, \"or so\"", "csv").Good();
        var lines = eventdock.Out("log", "--format", "csv", "--type", "BookmarkSet", "-n", "1").Split("\r\n");
        Assert.StartsWith("Position,Time,Occurred,Type,Sentence,Actor,Command,", lines[0], StringComparison.Ordinal);
        Assert.EndsWith(",\"'=1+1, \"\"or so\"\"\"\r", lines[1], StringComparison.Ordinal);
        Assert.Equal("BookmarkSet bookmark-csv", eventdock.Out("log", "--format", "{{.Type}} {{.Stream}}", "-n", "1", "--type", "BookmarkSet"));
        Assert.Contains("template", eventdock.Refused(64, "log", "--format", "{{"), StringComparison.Ordinal);
    }

    /// <summary>More paths than are held at a time, so that records come in several portions.</summary>
    [Fact]
    public void Long_records_are_told_with_their_paths_where_those_are_asked_for_and_without_where_not()
    {
        var first = Head();
        string[] toggles =
            ["run", "--network", "none", "--name", "toggles", "busybox", "sh", "-c",
             "if [ -e /s ]; then rm -r /s; else mkdir /s && cd /s && i=0; while [ $i -lt 7999 ]; do : > f$i; i=$((i+1)); done; fi"];
        eventdock.Run(toggles).Good();
        Enumerable.Range(0, 4).ToList().ForEach(_ => eventdock.Run("start", "-a", "toggles").Good());
        long[] positions = [.. eventdock.Lines("log", "--format", "{{.Position}}", "--type", "LayerWritten", $"{first}..").Select(Number)];
        Assert.Equal(5, positions.Length);

        var told = eventdock.Lines("log", "--format", "json", "--type", "LayerWritten", $"{first}..")
            .Select(line => System.Text.Json.Nodes.JsonNode.Parse(line)!).ToArray();
        Assert.Equal(positions, told.Select(e => (long)e["Position"]!));
        Assert.All(told, e => Assert.Equal(8000, e["Data"]!["Changes"]!.AsArray().Count));
        Assert.Equal(
            ["A /s", "D /s", "A /s", "D /s", "A /s"],
            eventdock.Lines("log", "--patch", $"{first}..").Where(line => line.EndsWith(" /s", StringComparison.Ordinal)).Select(line => line.Trim()));
        Assert.Equal(positions, eventdock.Lines("log", "--path", "/s/f7998", "--format", "{{.Position}}", $"{first}..").Select(Number));
        Assert.Equal(positions[..2], eventdock.Lines("log", "--path", "/s/f7998", "-n", "2", "--format", "{{.Position}}", $"{first}..").Select(Number));
        Assert.Equal(positions.Reverse(), eventdock.Lines("replay", "--path", "/s/f7998", $"{first}..").Select(line => Number(line.Split(' ')[0][1..])));

        static long Number(string text) => long.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
    }

    [Theory]
    [InlineData("log --format {{.Nope}}", "Nope")]
    [InlineData("log --graph --format json", "--graph and --format")]
    [InlineData("log --graph -f", "--follow and --graph")]
    [InlineData("log --follow ..1", "--follow")]
    [InlineData("log --occurred", "--occurred")]
    [InlineData("log --actor no:body", "no:body")]
    [InlineData("log --tag never", "never")]
    [InlineData("log --path [", "[")]
    [InlineData("log -n 0", "at least 1")]
    [InlineData("replay --speed 0", "--speed")]
    [InlineData("replay 1 2", "--into")]
    [InlineData("replay --into postgresql:///x", "an export")]
    [InlineData("replay --into postgresql:///x --type ImageTagged file", "--type")]
    [InlineData("replay --into postgresql:///x /dev/null @{3}", "a position or a time")]
    [InlineData("replay --into nowhere /dev/null", "database URI")]
    public void What_cannot_be_told_is_refused_before_anything_is(string line, string names) =>
        Assert.Contains(names, eventdock.Refused(1, line.Split(' ')), StringComparison.Ordinal);

    [Fact]
    public async Task Who_follows_sees_every_event_of_concurrent_commands_over_a_stop_of_the_database()
    {
        var first = Head();
        string[] tags = [.. Enumerable.Range(0, 10).SelectMany(n => new[] { "-t", $"follow{n}" })];
        var start = new ProcessStartInfo(Eventdock.Binary, ["log", "-f", "--format", "{{.Position}}", $"{first}.."])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        Eventdock.Apply(start, eventdock.Environment);
        using var following = Process.Start(start)!;
        try
        {
            var built = Enumerable.Range(0, 5).Select(n => Task.Run(() => eventdock.Run(
                $"FROM busybox\nENV N={n}\n", ["build", "-q", .. tags.Select(tag => tag.Replace("follow", $"follow{n}-", StringComparison.Ordinal)), "-"]).Good())).ToArray();
            await Task.WhenAll(built);
            eventdock.Run("db", "stop").Done();
            await Task.WhenAll(Enumerable.Range(0, 5).Select(n => Task.Run(() =>
                eventdock.Run(["rmi", .. Enumerable.Range(0, 10).Select(m => $"follow{n}-{m}")]).Good())).ToArray());
            var last = Head();
            Assert.True(last - first >= 100, $"{last - first} events");
            for (var next = first + 1; next <= last; next++)
            {
                Assert.Equal($"{next}", await following.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(60)));
            }

            Eventdock.Run("/bin/kill", ["-INT", $"{following.Id}"]).Good();
            await following.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));
            Assert.Equal(130, following.ExitCode);
        }
        finally
        {
            following.Kill();
            await following.WaitForExitAsync();
        }
    }

    private long Head() =>
        long.Parse(eventdock.Out("log", "-n", "1", "--format", "{{.Position}}"), System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Positions counted from the first; who it was, and how long it took, is another matter on every host.</summary>
    private static string Plain(string line, long first)
    {
        var counted = Regex.Replace(line, "#([0-9]+)", found => $"#{long.Parse(found.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture) - first}");
        return Regex.Replace(Regex.Replace(counted, $"(?<=^[|* ]*#[0-9]+ ){Eventdock.Somebody}(?= (removed|took|renamed|tagged|created) )", "SOMEBODY"), @"\(([a-z]+), [0-9]+ [a-z0-9 ]+\)", "($1)");
    }
}
