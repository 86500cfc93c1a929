namespace EventDock.Tests.Cli;

using System.IO;
using System.Text.Json;

/// <summary>Every operation is an event: which, in which order, by whom, and what stands in none of them.</summary>
public sealed class EventTests(Installation eventdock) : IClassFixture<Installation>
{
    private const string Secret = "hush-4f1c9a7e";

    [Fact]
    public void What_comes_just_after_an_end_is_not_told_with_what_came_before_it()
    {
        using var own = new Installation();
        own.Import();
        own.Run("tag", "busybox", "before").Good();
        var until = JsonDocument.Parse(own.Lines("log", "-n", "1", "--format", "json")[0]).RootElement.GetProperty("Recorded").GetString()!;
        own.Run("tag", "busybox", "after").Good();
        Assert.DoesNotContain(own.Lines("events", "--until", until), line => line.Contains("name=after", StringComparison.Ordinal));
        Assert.Contains(own.Lines("events", "--until", until), line => line.Contains("name=before", StringComparison.Ordinal));
        Assert.Equal(0, own.Run("events", "--since", "0001-01-01T00:00:00Z", "--until", until).Code);
        Assert.Equal(0, own.Run("log", "--since", "0001-01-01", "--occurred", "-n", "1").Code);
    }

    [Fact]
    public void Who_is_said_by_the_name_that_the_host_has_for_him()
    {
        using var own = new Installation();
        own.Import();
        // Whoever has logged in is himself, whatever sudo says.
        var noLogin = File.ReadAllText("/proc/self/loginuid").Trim() == "4294967295";
        foreach (var (sudo, words) in new[] { ("65534", "nobody tagged "), ("4094967295", "sudo 4094967295 tagged "), ("-1", "sudo -1 tagged ") })
        {
            Eventdock.Run("env", [$"SUDO_UID={sudo}", Eventdock.Binary, "tag", "busybox", $"named:{sudo.Trim('-')}"], env: own.Environment).Good();
            Assert.Contains(noLogin ? words : " tagged ", own.Lines("log", "-n", "1", "--type", "ImageTagged")[0], StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_scripted_life_leaves_exactly_its_events_and_all_that_is_promised_of_them_holds()
    {
        eventdock.Import();
        eventdock.Run("tag", "busybox", "other").Good();
        eventdock.Run("FROM busybox\nRUN echo made > /made\nCMD [\"sleep\", \"300\"]\n", ["build", "-q", "-t", "life", "-"]).Good();
        var id = eventdock.Out("run", "-d", "--name", "lives", "-e", $"PASSWORD={Secret}", "life");
        NoSecretInProcesses(id);
        eventdock.Run("exec", "-e", $"TOKEN={Secret}", "lives", "sh", "-c", "echo changed > /made; echo new > /new; rm /etc/group").Good();
        eventdock.Run("stop", "-t", "0", "lives").Good();
        eventdock.Run("start", "lives").Good();
        eventdock.Run("kill", "lives").Good();
        eventdock.Refused(1, "rmi", "life");
        eventdock.Run("rm", "lives").Good();
        eventdock.Refused(127, "run", "--name", "fails", $"--env=PASSWORD={Secret}", "busybox", "/nosuch");
        eventdock.Run("rm", "fails").Good();
        eventdock.Run("rmi", "other").Good();
        eventdock.Run("rmi", "life").Good();

        var log = Log();
        Assert.Equal(
            [
                "import: RootInitialized LayerCreated ImageImported ImageTagged",
                "tag: ImageTagged",
                "build: LayerCreated BuildStepCompleted BuildStepCompleted ImageBuilt ImageTagged",
                "run: ContainerCreated ContainerStartRequested LayerCreated ContainerStarted",
                "exec: ExecRequested ExecStarted ExecExited LayerWritten",
                "stop: ContainerSignalled ContainerSignalled ContainerExited",
                "start: ContainerStartRequested ContainerStarted",
                "kill: ContainerSignalled ContainerExited",
                "rmi: CommandRefused",
                "rm: ContainerRemoved LayerRemoved",
                "run: ContainerCreated ContainerStartRequested ContainerAttached LayerCreated ContainerStartFailed CommandRefused",
                "rm: ContainerRemoved LayerRemoved",
                "rmi: ImageUntagged",
                "rmi: ImageUntagged ImageRemoved LayerRemoved",
            ],
            Commands(log));

        Assert.Equal(Enumerable.Range(1, log.Length), log.Select(e => e.GetProperty("Position").GetInt32()));
        Assert.All(log, HasItsOrigin);
        Assert.All(log, e => Assert.True(e.GetProperty("Occurred").GetDateTimeOffset() <= e.GetProperty("Recorded").GetDateTimeOffset()));
        var written = log.Single(e => Name(e) == "LayerWritten").GetProperty("Data");
        Assert.Equal(
            ["C /etc", "D /etc/group", "C /made", "A /new"],
            written.GetProperty("Changes").EnumerateArray().Select(c => $"{c.GetProperty("Kind").GetString()} {c.GetProperty("Path").GetString()}"));
        Assert.Equal(id, log.First(e => Name(e) == "ContainerExited").GetProperty("Data").GetProperty("Id").GetString());
        Assert.Contains("(lives)", log.First(e => Name(e) == "CommandRefused").GetProperty("Data").GetProperty("Text").GetString(), StringComparison.Ordinal);
        Assert.Equal(
            ["eventdock", "run", "-d", "--name", "lives", "-e", "PASSWORD=***", "life"],
            log.First(e => Name(e) == "ContainerCreated").GetProperty("Origin").GetProperty("Line").EnumerateArray().Select(w => w.GetString()));

        NoSecretAnywhere();
        OptionsSelect(id, log);
        ViewsStandTheirRebuilding();
    }

    private void OptionsSelect(string id, JsonElement[] log)
    {
        var all = eventdock.Lines("log").Length;
        Assert.Equal(log.Length, all);
        var ofContainer = eventdock.Lines("log", "--container", id[..12]);
        Assert.Equal(ofContainer, eventdock.Lines("log", "--container", "lives"));
        Assert.Equal(
            log.Count(e => e.GetProperty("Stream").GetString() is { } s && (s.EndsWith(id, StringComparison.Ordinal) || s.StartsWith($"exec-{id}", StringComparison.Ordinal))),
            ofContainer.Length);
        Assert.Equal(2, eventdock.Lines("log", "--type", "CommandRefused").Length);
        Assert.Equal(5, eventdock.Lines("log", "--type", "CommandRefused", "--type", "ContainerSignalled").Length);
        Assert.Equal(all - 9, eventdock.Lines("log", "--since", "10").Length);
        Assert.Equal(10, eventdock.Lines("log", "--until", "#10").Length);
        Assert.Equal(all, eventdock.Lines("log", "--since", "1h").Length);
        Assert.Empty(eventdock.Lines("log", "--until", "2001-01-01T00:00:00Z"));
        var busybox = eventdock.Out("images", "-q", "busybox");
        Assert.Equal(["ImageTagged", "ImageImported"], eventdock.Lines("log", "--image", "busybox", "--format", "{{.Type}}").AsEnumerable());
        Assert.Equal(eventdock.Lines("log", "--image", "busybox"), eventdock.Lines("log", "--image", busybox));
    }

    private void ViewsStandTheirRebuilding()
    {
        eventdock.Run("create", "--name", "stays", "busybox", "true").Good();
        var before = Views();
        Assert.Matches("^rebuilt all views from [0-9]+ events$", eventdock.Run("rebuild").Done().Out.TrimEnd());
        Assert.Equal(before, Views());
        eventdock.Run("rm", "stays").Good();
    }

    private string Views() => string.Join(
        "\n--\n",
        eventdock.Out("ps", "-a", "--no-trunc", "--format", "{{.ID}} {{.Image}} {{.Command}} {{.CreatedAt}} {{.Names}} {{.State}}"),
        eventdock.Out("ps", "-a", "--no-trunc", "--as-of", "20", "--format", "json"),
        eventdock.Out("images", "-a", "--no-trunc", "--format", "{{.ID}} {{.Repository}} {{.Tag}} {{.CreatedAt}} {{.Size}}"),
        eventdock.Out("images", "--as-of", "12", "--format", "{{.ID}} {{.Repository}}"),
        eventdock.Out("log", "--format", "json"));

    private void NoSecretInProcesses(string id)
    {
        // conmon, runc and what we start are ours; the container's own process has to know it.
        var own = eventdock.Out("inspect", "-f", "{{.State.Pid}}", id);
        foreach (var process in Directory.GetDirectories("/proc").Select(p => Path.GetFileName(p)).Where(p => p.All(char.IsAsciiDigit) && p != own))
        {
            foreach (var file in new[] { "cmdline", "environ" })
            {
                Assert.DoesNotContain(Secret, Contents($"/proc/{process}/{file}"), StringComparison.Ordinal);
            }
        }

        // runc's own process, until it has become the container's.
        RunTests.Until(() => Contents($"/proc/{own}/environ").Contains(Secret, StringComparison.Ordinal), "the container's own process has it");
    }

    private void NoSecretAnywhere()
    {
        Assert.DoesNotContain(Secret, eventdock.Out("log", "--format", "json"), StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, eventdock.Out("log"), StringComparison.Ordinal);
        var dump = Eventdock.Run("pg_dump", [eventdock.Out("db", "url")]).Done().Out;
        Assert.Contains("ContainerCreated", dump, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, dump, StringComparison.Ordinal);
        Assert.Equal("", Eventdock.Run("grep", ["-rl", Secret, eventdock.Root, eventdock.RunDirectory]).Out);
    }

    private static string Contents(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The process has ended meanwhile.
            return "";
        }
    }

    private JsonElement[] Log() =>
        eventdock.Lines("log", "--format", "json").Select(l => JsonDocument.Parse(l).RootElement).Reverse().ToArray();

    private static string Name(JsonElement e) => e.GetProperty("Type").GetString()!;

    /// <summary>A line a command: its verb and its events, in the order of the log.</summary>
    private static string[] Commands(JsonElement[] log) => OfCommands(log)
        .GroupBy(one => one.Command, one => one.Event)
        .Select(g => $"{g.First().GetProperty("Origin").GetProperty("Line")[1].GetString()}: {string.Join(' ', g.Select(Name))}").ToArray();

    /// <summary>An end is recorded by who comes first: the command that has asked for it, or the one that conmon calls.</summary>
    private static IEnumerable<(Guid Command, JsonElement Event)> OfCommands(JsonElement[] log)
    {
        var last = Guid.Empty;
        foreach (var one in log)
        {
            var origin = one.GetProperty("Origin");
            last = origin.GetProperty("Line")[1].GetString() is "container-ended" or "exec-ended" ? last : origin.GetProperty("Command").GetGuid();
            yield return (last, one);
        }
    }

    private static void HasItsOrigin(JsonElement e)
    {
        var origin = e.GetProperty("Origin");
        Assert.NotEqual(Guid.Empty, origin.GetProperty("Command").GetGuid());
        Assert.Equal("eventdock", origin.GetProperty("Line")[0].GetString());
        Assert.Equal(0, origin.GetProperty("Actor").GetProperty("Uid").GetInt32());
        Assert.False(string.IsNullOrEmpty(origin.GetProperty("Actor").GetProperty("LoginUid").GetString()));
        Assert.NotEqual("", origin.GetProperty("Actor").GetProperty("Name").GetString());
        Assert.StartsWith("/", origin.GetProperty("Actor").GetProperty("Executable").GetString(), StringComparison.Ordinal);
        Assert.Equal(File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim(), origin.GetProperty("Host").GetProperty("BootId").GetString());
        Assert.Matches("^[0-9a-f]{32}$", origin.GetProperty("Host").GetProperty("HostId").GetString());
    }
}
