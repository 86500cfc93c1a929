namespace EventDock.Tests.Cli;

using System.Globalization;
using System.IO;

/// <summary>
/// The verbs of a container's life, killed (SIGKILL, by themselves) at each point at which processes, mounts, files and the ledger are in
/// another state than before: the next command says what is so, leaves nothing, and goes on. A point of each verb; all of them where
/// EVENTDOCK_TEST_KILLS is "all".
/// </summary>
public sealed class KilledLifeTests(BusyboxInstallation eventdock) : IClassFixture<BusyboxInstallation>
{
    private const int Killed = 137;
    private const string Polite = "trap 'exit 4' TERM; echo x > /x; while :; do sleep 0.05; done";

    private static readonly bool All = Environment.GetEnvironmentVariable("EVENTDOCK_TEST_KILLS") == "all";

    private int made;

    [Theory]
    [InlineData("start")]
    [InlineData("run -d")]
    [InlineData("run --rm")]
    [InlineData("stop")]
    [InlineData("kill")]
    [InlineData("restart")]
    [InlineData("pause")]
    [InlineData("unpause")]
    [InlineData("rename")]
    [InlineData("exec")]
    [InlineData("exec -d")]
    [InlineData("commit")]
    [InlineData("cp in")]
    [InlineData("cp in running")]
    [InlineData("cp out")]
    [InlineData("diff")]
    [InlineData("rm -f")]
    [InlineData("restore")]
    public void Killed_anywhere_the_next_command_says_what_is_so_and_nothing_is_left(string verb)
    {
        var points = Trace(verb);
        var chosen = All ? points : [points[points.Length * (verb.Length % 7 + 1) / 9]];
        var kills = 0;
        foreach (var point in chosen)
        {
            var (id, command) = Prepared(verb);
            var said = eventdock.RunWith([("EVENTDOCK_FAULT", point)], command);
            kills += said.Code == Killed && said.Error.Length == 0 ? 1 : 0;
            Assert.True(said.Code is 0 or Killed, $"{point}: {said}");
            eventdock.AsTheLedgerSays($"{verb} killed at {point}");
            var again = eventdock.Run(command);
            Assert.True(again.Code == 0 || DoneAlready(verb, again), $"{verb} after a kill at {point}: {again}");
            eventdock.AsTheLedgerSays($"{verb} killed at {point}, and once more");
            Assert.True(eventdock.Containers().Where(c => c.Id == id).All(c => AsExpected(verb, c)), $"{verb} killed at {point}: {eventdock.Containers().FirstOrDefault(c => c.Id == id)}");
            eventdock.RemoveContainers();
            File.WriteAllText(eventdock.Config, "{}\n");
        }

        // A point that is passed only where something takes longer than a moment may not come again.
        Assert.InRange(kills, chosen.Length * 8 / 10, chosen.Length);
        eventdock.Verified();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_records_an_end_may_be_killed_anywhere_and_the_next_command_records_it(bool removes)
    {
        var file = Path.Combine(eventdock.Place, "trace");
        File.Delete(file);
        Ending($"trace:{file}", removes);
        var points = Numbered(file);
        Assert.NotEmpty(points);
        foreach (var point in All ? points : [points[points.Length / 2]])
        {
            var before = DateTimeOffset.UtcNow;
            var id = Ending(point, removes);
            var ended = DateTimeOffset.UtcNow;
            Thread.Sleep(1100);
            eventdock.AsTheLedgerSays($"its end's command killed at {point}");
            if (!removes)
            {
                var shown = eventdock.Container(id);
                Assert.Equal(("exited", 6), (shown.Status, shown.Code));
                Assert.InRange(shown.Finished, before, ended);
            }
            else
            {
                Assert.Empty(eventdock.Containers());
            }

            eventdock.RemoveContainers();
        }
    }

    [Fact]
    public void There_are_thirty_points_and_more_in_a_containers_life()
    {
        var verbs = new[] { "start", "stop", "restart", "pause", "unpause", "rename", "exec", "commit", "cp in", "diff", "rm -f", "restore" };
        var reached = verbs.SelectMany(Trace).Select(point => point[..point.IndexOf(':')]).Distinct().Order(StringComparer.Ordinal).ToArray();
        Assert.True(reached.Length >= 30, $"{reached.Length}: {string.Join(' ', reached)}");
    }

    /// <summary>A container that ends by itself, its end's command killed at that point; when conmon has gone as well.</summary>
    private string Ending(string point, bool removes)
    {
        string[] flags = removes ? ["--rm"] : [];
        var id = eventdock.RunWith(
            [("EVENTDOCK_FAULT_LATER", point)],
            ["run", "-d", .. flags, "busybox", "sh", "-c", "echo x > /x; while [ ! -e /go ]; do sleep 0.02; done; exit 6"]).Done().Out.TrimEnd();
        var monitor = int.Parse(File.ReadAllText(Path.Combine(eventdock.RunDirectory, "c", id[..12], "conmon.pid")), CultureInfo.InvariantCulture);
        File.WriteAllText(Path.Combine(eventdock.Root, "containers", id, "merged", "go"), "");
        RunTests.Until(() => !Directory.Exists($"/proc/{monitor}"), "conmon has gone");
        return id;
    }

    /// <summary>Every point that the command comes to, in its order: NAME:N for the Nth time.</summary>
    private string[] Trace(string verb)
    {
        var file = Path.Combine(eventdock.Place, "trace");
        File.Delete(file);
        var (_, command) = Prepared(verb);
        var said = eventdock.RunWith([("EVENTDOCK_FAULT", $"trace:{file}")], command);
        Assert.True(said.Code == 0, said.ToString());
        eventdock.RemoveContainers();
        File.WriteAllText(eventdock.Config, "{}\n");
        return Numbered(file);
    }

    private static string[] Numbered(string file)
    {
        var times = new Dictionary<string, int>(StringComparer.Ordinal);
        return File.ReadAllLines(file).Select(name => $"{name}:{times[name] = times.GetValueOrDefault(name) + 1}").ToArray();
    }

    private (string Id, string[] Command) Prepared(string verb)
    {
        var name = $"one{made++}";
        var file = eventdock.Write("file", $"{made}\n");
        switch (verb)
        {
            case "start":
                return (eventdock.Out("create", "--name", name, "busybox", "sh", "-c", Polite), ["start", name]);
            case "run -d":
                return ("", ["run", "-d", "busybox", "sh", "-c", Polite]);
            case "run --rm":
                return ("", ["run", "--rm", "busybox", "sh", "-c", "echo x > /x"]);
            case "cp in" or "cp out":
                return (
                    eventdock.Out("create", "--name", name, "busybox", "true"),
                    verb == "cp in" ? ["cp", file, $"{name}:/file"] : ["cp", $"{name}:/bin/busybox", Path.Combine(eventdock.Work, "out")]);
            case "restore":
                var removed = eventdock.Out("create", "--name", name, "busybox", "true");
                eventdock.Run("cp", file, $"{name}:/file").Good();
                File.WriteAllText(eventdock.Config, "{ \"retain-removed\": \"1h\" }\n");
                eventdock.Run("rm", name).Good();
                return (removed, ["restore", removed]);
        }

        var id = eventdock.Out("run", "-d", "--name", name, "busybox", "sh", "-c", Polite);
        RunTests.Until(() => File.Exists(Path.Combine(eventdock.Root, "containers", id, "upper", "x")), "it has written");
        if (verb == "unpause")
        {
            eventdock.Run("pause", name).Good();
        }

        return (id, verb switch
        {
            "restart" => ["restart", name],
            "rename" => ["rename", id, $"{name}-renamed"],
            "exec" => ["exec", name, "sh", "-c", "echo y > /y"],
            "exec -d" => ["exec", "-d", name, "sh", "-c", "echo y > /y"],
            "commit" => ["commit", name, $"committed:{made}"],
            "cp in running" => ["cp", file, $"{name}:/file"],
            _ => [.. verb.Split(' '), name],
        });
    }

    /// <summary>What was to be so may be so already, and the command says that.</summary>
    private static bool DoneAlready(string verb, Said said) => verb switch
    {
        "kill" or "pause" or "unpause" => said.Code == 1 && (said.Error.Contains("it is ") || said.Error.Contains("is not running")),
        "rename" => said.Error.Contains("renam") || said.Error.Contains("same name") || said.Error.Contains("already"),
        "restore" => said.Error.Contains("not removed") || said.Error.Contains("not kept") || said.Error.Contains("removed"),
        _ => false,
    };

    private static bool AsExpected(string verb, Remains.Shown shown) => verb switch
    {
        "stop" => shown is { Status: "exited", Code: 4 },
        "kill" => shown is { Status: "exited", Code: 137 },
        "pause" => shown.Status == "paused",
        "cp in" or "cp out" or "restore" => shown.Status is "created",
        "rm -f" => false,
        _ => shown.Status == "running",
    };
}
