namespace EventDock.Tests.Cli;

using System.Globalization;
using System.Text.Json;

/// <summary>A secret that got into the ledger, from the moment it is noticed to the auditor's check.</summary>
public sealed class RedactTests
{
    private const string Secret = "hunter2-and-more";

    [Fact]
    public void A_password_among_the_arguments_goes_and_an_auditor_finds_nothing_wrong()
    {
        using var eventdock = new Installation();
        eventdock.Import();
        eventdock.Run("run", "--name", "login", "busybox", "echo", Secret).Good();
        var created = Position(eventdock, "ContainerCreated");
        var key = eventdock.Out("ledger", "key");
        var proof = eventdock.Write("proof", eventdock.Run("ledger", "prove", $"{created}").Good().Out);
        Assert.Contains(Secret, eventdock.Out("log", "--format", "json"), StringComparison.Ordinal);

        // As long as the container is there, it is shown by what its event holds.
        var refused = eventdock.Refused(1, "ledger", "redact", $"{created}", "--reason", "a password");
        Assert.Contains("container", refused, StringComparison.Ordinal);
        Assert.Contains("--reason", eventdock.Refused(1, "ledger", "redact", $"{created}"), StringComparison.Ordinal);
        eventdock.Refused(1, "ledger", "redact", "999999", "--reason", "a password");
        eventdock.Refused(1, "ledger", "redact", "first", "--reason", "a password");
        eventdock.Run("rm", "login").Good();

        var first = eventdock.Run("ledger", "redact", $"{created}", "--reason", "a password").Done();
        Assert.StartsWith($"redacted headers and data of position {created} (recorded at ", first.Out, StringComparison.Ordinal);
        Assert.Contains("headers of the same command are still there at ", first.Error, StringComparison.Ordinal);
        var others = first.Error.Split('\n').Single(l => l.StartsWith("note: headers", StringComparison.Ordinal)).Split(" at ")[1].Split(' ');
        Assert.Equal("", eventdock.Run(["ledger", "redact", "--headers", "--reason", "a password", .. others]).Done().Error);
        Assert.Equal(
            $"position {created} was redacted before\n",
            eventdock.Run("ledger", "redact", "--data", $"{created}", "--reason", "again").Done().Out);

        Assert.DoesNotContain(Secret, eventdock.Out("log"), StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, eventdock.Out("log", "--format", "json"), StringComparison.Ordinal);
        Assert.Equal("", eventdock.Out("ps", "-aq", "--as-of", $"{created}"));
        var line = eventdock.Lines("log", "--since", $"{created}", "--until", $"{created}").Single();
        Assert.Matches($"ContainerCreated redacted by {Eventdock.Somebody} at #[0-9]+: a password  \\[ContainerCreated, redacted\\]$", line);
        using var json = JsonDocument.Parse(eventdock.Out("log", "--format", "json", "--since", $"{created}", "--until", $"{created}"));
        Assert.Equal("{}", json.RootElement.GetProperty("Data").GetRawText());
        Assert.Equal("a password", json.RootElement.GetProperty("Redaction").GetProperty("Reason").GetString());

        eventdock.Run("ledger", "check-proof", "--key", key, proof).Good();
        eventdock.Run("ledger", "prove", $"{created}").Good();
        Assert.DoesNotContain("\n", eventdock.Run("ledger", "verify", "--views").Done().Out.TrimEnd('\n'), StringComparison.Ordinal);
        eventdock.Run("run", "--rm", "busybox", "true").Good();
    }

    private static int Position(Installation eventdock, string type)
    {
        var line = eventdock.Lines("log", "--type", type)[0];
        return int.Parse(line[1..line.IndexOf(' ')], CultureInfo.InvariantCulture);
    }
}
