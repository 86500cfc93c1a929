namespace EventDock.Tests.Cli;

using System.IO;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

/// <summary>docs/audit.md, carried out: each command of its blocks is run, and prints what stands there.</summary>
public sealed partial class AuditWalkTests
{
    [Fact]
    public void The_walk_through_an_incident_prints_what_the_page_says()
    {
        using var eventdock = new Installation();
        File.WriteAllText(eventdock.Config, """{"retain-removed": "24h"}""");
        File.WriteAllBytes(Path.Combine(eventdock.Work, "base.tar"), Busybox.Archive);
        var bin = Directory.CreateDirectory(Path.Combine(eventdock.Place, "bin")).FullName;
        File.CreateSymbolicLink(Path.Combine(bin, "eventdock"), Eventdock.Binary);
        var steps = Steps(File.ReadAllText(Page())).ToArray();
        Assert.True(steps.Length > 25);

        var state = Path.Combine(eventdock.Place, "state");
        File.WriteAllText(state, $"export PATH={bin}:$PATH\n");
        foreach (var (command, expected) in steps)
        {
            // What one command sets is there in the next.
            var said = Eventdock.Run(
                "/bin/bash", ["-c", $"set -a; . {state}; set +a; {command}\ndeclare -p SHOP >> {state} 2> /dev/null; true"], null,
                eventdock.Environment, eventdock.Work);
            Assert.True(
                Regex.IsMatch(said.Out, $"^{string.Concat(expected.Select(line => $"{Regex.Escape(line).Replace("…", ".+", StringComparison.Ordinal)}\n"))}$"),
                $"$ {command}\nshould print\n{string.Join('\n', expected)}\nand prints\n{said.Out}{said.Error}");
        }
    }

    /// <summary>A command, and the lines under it up to the next.</summary>
    private static IEnumerable<(string Command, string[] Expected)> Steps(string page) =>
        Block().Matches(page).SelectMany(block => Step().Matches(block.Groups[1].Value)).Select(step => (
            step.Groups[1].Value, step.Groups[2].Value.Split('\n', StringSplitOptions.RemoveEmptyEntries)));

    private static string Page([CallerFilePath] string here = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "../../docs/audit.md"));

    [GeneratedRegex("^```console\n(.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block();

    [GeneratedRegex(@"^\$ (.*)\n((?:(?!\$ ).*\n)*)", RegexOptions.Multiline)]
    private static partial Regex Step();
}
