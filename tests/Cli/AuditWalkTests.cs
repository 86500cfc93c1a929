namespace EventDock.Tests.Cli;

using System.IO;
using System.Runtime.CompilerServices;
using System.Text;
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

        // One shell for all, so that what is set in one command is there in the next.
        var mark = $"--{Guid.NewGuid():N}--";
        var script = new StringBuilder($"export PATH={bin}:$PATH\n");
        foreach (var (command, _) in steps)
        {
            script.Append(command).Append("\nprintf '%s\\n' ").Append(mark).Append('\n');
        }

        var said = Eventdock.Run("/bin/bash", ["-c", script.ToString()], null, eventdock.Environment, eventdock.Work);
        var printed = said.Out.Split(mark + "\n");
        Assert.True(printed.Length == steps.Length + 1, $"the walk was cut off: {said}");
        foreach (var ((command, expected), output) in steps.Zip(printed))
        {
            Assert.True(
                Regex.IsMatch(output, $"^{string.Concat(expected.Select(line => $"{Regex.Escape(line).Replace("…", ".+", StringComparison.Ordinal)}\n"))}$"),
                $"$ {command}\nshould print\n{string.Join('\n', expected)}\nand prints\n{output}\nstderr of all\n{said.Error}");
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
