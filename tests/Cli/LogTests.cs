namespace EventDock.Tests.Cli;

using System.Text.Json;

/// <summary><c>log</c> as people read it, and the views as of a moment.</summary>
public sealed class LogTests(Installation eventdock) : IClassFixture<Installation>
{
    [Fact]
    public void What_people_read_is_a_line_an_event_newest_first()
    {
        eventdock.Import("lines");
        var lines = eventdock.Lines("log");
        Assert.All(lines, l => Assert.Matches($"^#[0-9]+ +[0-9-]{{10}}T[0-9:]{{8}}Z  .*  \\[[A-Z][A-Za-z]+, {Eventdock.Somebody}\\]$", l));
        var positions = lines.Select(l => int.Parse(l[1..l.IndexOf(' ')], System.Globalization.CultureInfo.InvariantCulture)).ToArray();
        Assert.Equal(positions.OrderDescending(), positions);
    }

    [Theory]
    [InlineData("log --type Nope", "Nope")]
    [InlineData("log --since tomorrow", "tomorrow")]
    [InlineData("log --format xml", "xml")]
    [InlineData("log --container nosuch", "nosuch")]
    [InlineData("log --image nosuch", "nosuch")]
    [InlineData("ps --as-of soon", "soon")]
    [InlineData("ps --as-of 999999", "999999")]
    [InlineData("images --as-of 2999-01-01T00:00:00Z", "2999")]
    public void A_moment_or_name_that_is_none_is_refused(string line, string names) =>
        Assert.Contains(names, eventdock.Refused(1, line.Split(' ')), StringComparison.Ordinal);

    [Fact]
    public void As_of_a_position_or_a_time_the_views_are_what_they_were()
    {
        eventdock.Import("as-of");
        var id = eventdock.Out("run", "-d", "--name", "then", "as-of", "sleep", "300");
        var running = Position(eventdock.Lines("log", "--container", "then", "--type", "ContainerStarted")[0]);
        using var started = JsonDocument.Parse(eventdock.Out("log", "--format", "json", "--since", $"{running}", "--until", $"{running}"));
        var at = started.RootElement.GetProperty("Recorded").GetString()!;
        eventdock.Run("rm", "-f", "then").Good();
        eventdock.Run("rmi", "as-of").Good();

        foreach (var moment in new[] { $"{running}", $"#{running}", at })
        {
            Assert.Equal($"{id} then", eventdock.Out("ps", "--no-trunc", "--as-of", moment, "--format", "{{.ID}} {{.Names}}"));
            Assert.Contains("as-of", eventdock.Lines("images", "--as-of", moment, "--format", "{{.Repository}}"));
            Assert.StartsWith("Up ", eventdock.Out("ps", "--as-of", moment, "--format", "{{.Status}}"), StringComparison.Ordinal);
        }

        Assert.Equal("", eventdock.Out("ps", "-aq"));
        Assert.Equal("", eventdock.Out("ps", "-aq", "--as-of", "1"));
        Assert.Equal("", eventdock.Out("images", "-q", "--as-of", "1"));
        Assert.Equal("", eventdock.Out("ps", "-aq", "--as-of", "2001-01-01T00:00:00Z"));
    }

    private static int Position(string line) => int.Parse(line[1..line.IndexOf(' ')], System.Globalization.CultureInfo.InvariantCulture);
}
