namespace EventDock.Tests.Cli;

using System.IO;
using System.Text.Json.Nodes;

/// <summary>
/// Commands killed (SIGKILL, by themselves) at each point at which the disk and the ledger are in another state than before. A few points of
/// each command; all of them where EVENTDOCK_TEST_KILLS is "all".
/// </summary>
public sealed class KilledTests(MirroredInstallation eventdock) : IClassFixture<MirroredInstallation>
{
    private const string Image = "node:6.9.2";
    private const int Killed = 137, Few = 3;

    private static readonly bool All = Environment.GetEnvironmentVariable("EVENTDOCK_TEST_KILLS") == "all";

    private int made;

    [Theory]
    [InlineData("pull")]
    [InlineData("load")]
    [InlineData("import")]
    [InlineData("build")]
    [InlineData("rmi")]
    [InlineData("rm")]
    [InlineData("rm -f")]
    [InlineData("create")]
    [InlineData("run")]
    [InlineData("run --rm")]
    [InlineData("prune")]
    [InlineData("restore")]
    [InlineData("undo")]
    public void Killed_anywhere_it_leaves_staging_names_at_most_and_succeeds_the_next_time(string verb)
    {
        var points = Trace(verb);
        var chosen = All ? points : points.Where((_, n) => n % Math.Max(1, points.Length / Few) == Math.Min(1, points.Length / Few - 1)).ToArray();
        var kills = 0;
        foreach (var point in chosen)
        {
            var command = Prepared(verb);
            var said = eventdock.RunWith([("EVENTDOCK_FAULT", point)], command);
            kills += said.Code == Killed ? 1 : 0;
            Assert.True(said.Code is 0 or Killed, $"{point}: {said}");
            Sound(point, notes: true);
            var again = eventdock.Run(command);
            Assert.True(again.Code == 0 || DoneAlready(verb, again), $"after a kill at {point}: {again}");
            Sound(point, notes: false);
            eventdock.RemoveContainers();
            Keep(false);
        }

        // A point that is passed only where something takes longer than a moment may not come again.
        Assert.InRange(kills, chosen.Length * 8 / 10, chosen.Length);
    }

    [Fact]
    public void There_are_forty_points_and_more()
    {
        var reached = new[] { "pull", "load", "import", "build", "rmi", "rm -f", "run", "prune" }
            .SelectMany(Trace).Select(point => point[..point.IndexOf(':')]).Distinct().ToArray();
        Assert.True(reached.Length >= 40, $"{reached.Length}: {string.Join(' ', reached)}");
    }

    /// <summary>Every point that the command comes to, in its order: NAME:N for the Nth time.</summary>
    private string[] Trace(string verb)
    {
        var file = Path.Combine(eventdock.Place, "trace");
        File.Delete(file);
        var command = Prepared(verb);
        var said = eventdock.RunWith([("EVENTDOCK_FAULT", $"trace:{file}")], command);
        Assert.True(said.Code == 0, said.ToString());
        eventdock.RemoveContainers();
        Keep(false);
        var times = new Dictionary<string, int>(StringComparer.Ordinal);
        return File.ReadAllLines(file).Select(name => $"{name}:{times[name] = times.GetValueOrDefault(name) + 1}").ToArray();
    }

    private string[] Prepared(string verb)
    {
        var own = $"own:{made++}";
        switch (verb)
        {
            case "pull":
                eventdock.Run("rmi", "-f", Image);
                return ["pull", "-q", Image];
            case "load":
                var archive = Path.Combine(eventdock.Place, "saved.tar");
                if (!File.Exists(archive))
                {
                    File.WriteAllBytes(archive, Busybox.DockerArchive("saved:1", Busybox.Tar(("one", "1\n")), Busybox.Tar(("two", "2\n"))));
                }

                eventdock.Run("rmi", "-f", "saved:1");
                return ["load", "-q", "-i", archive];
            case "import":
                File.WriteAllBytes(Path.Combine(eventdock.Work, "import.tar"), Busybox.Tar(("number", $"{made}\n")));
                return ["import", Path.Combine(eventdock.Work, "import.tar"), own];
            case "build":
                Needed();
                eventdock.Write("context/file", $"{made}\n");
                eventdock.Write("context/Dockerfile", $"FROM {Image}\nCOPY file /file\nRUN cat /file > /copy\nENV made={made}\n");
                return ["build", "-q", "-t", own, Path.Combine(eventdock.Work, "context")];
            case "rmi" or "prune":
                // A prune of what others have left passes more points than the next one.
                eventdock.Forget();
                File.WriteAllBytes(Path.Combine(eventdock.Work, "import.tar"), Busybox.Tar(("removed", $"{made}\n")));
                eventdock.Run("import", Path.Combine(eventdock.Work, "import.tar"), own).Good();
                return verb == "rmi" ? ["rmi", own] : ["image", "prune", "-af"];
            case "restore" or "undo":
                Keep(true);
                File.WriteAllBytes(Path.Combine(eventdock.Work, "import.tar"), Busybox.Tar(("kept", $"{made}\n")));
                eventdock.Run("import", Path.Combine(eventdock.Work, "import.tar"), own).Good();
                eventdock.Run("rmi", own).Good();
                var removal = eventdock.Lines("log", "-n", "1", "--type", "ImageRemoved", "--format", "json")[0];
                return verb == "restore"
                    ? ["restore", own]
                    : ["undo", (string)JsonNode.Parse(removal)!["Origin"]!["Command"]!];
            case "rm":
                Needed();
                eventdock.Run("run", "--name", $"victim{made}", Image, "sh", "-c", "echo x > /x").Good();
                return ["rm", $"victim{made}"];
            case "rm -f":
                Needed();
                eventdock.Run("run", "-d", "--name", $"victim{made}", Image, "sh", "-c", "echo x > /x; sleep 300").Good();
                return ["rm", "-f", $"victim{made}"];
            case "create":
                Needed();
                return ["create", Image, "true"];
            default:
                Needed();
                return [.. verb.Split(' '), Image, "sh", "-c", "echo x > /x"];
        }
    }

    /// <summary>What is removed is kept, or no longer.</summary>
    private void Keep(bool kept)
    {
        var config = JsonNode.Parse(File.ReadAllText(eventdock.Config))!.AsObject();
        config.Remove("retain-removed");
        if (kept)
        {
            config.Add("retain-removed", "1h");
        }

        File.WriteAllText(eventdock.Config, config.ToJsonString());
    }

    private void Needed()
    {
        if (eventdock.Run("inspect", Image).Code != 0)
        {
            eventdock.Run("pull", "-q", Image).Good();
        }
    }

    /// <summary>What was to go may have gone already, and what was to come back may be there.</summary>
    private static bool DoneAlready(string verb, Said said) => verb switch
    {
        "rm" or "rm -f" or "rmi" => said.Error.Contains("no such", StringComparison.Ordinal),
        "restore" => said.Error.Contains("@{1}", StringComparison.Ordinal),
        "undo" => said.Error.Contains("undone already", StringComparison.Ordinal),
        _ => false,
    };

    private void Sound(string point, bool notes)
    {
        var said = eventdock.Run("check");
        Assert.True(said.Code == 0, $"after a kill at {point}: {said}");
        Assert.True(
            notes || !said.Lines.Any(line => line.StartsWith("note ", StringComparison.Ordinal) && !line.Contains("trash") && !line.Contains("manifest")),
            $"after a kill at {point}, and once more: {said}");
    }
}
