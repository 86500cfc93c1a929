namespace EventDock.Tests.Cli;

using System.Globalization;
using System.IO;
using System.Text.Json;

/// <summary>An installation whose private cluster can be taken away, hard, and given back.</summary>
public sealed class LosingInstallation : Installation
{
    private readonly string version;

    public LosingInstallation()
    {
        Import();
        version = Path.Combine(Root, "pg", "PG_VERSION");
    }

    internal string Journal => Path.Combine(Root, "journal");

    /// <summary>SIGKILL for the server, and no other starts.</summary>
    internal void Lose()
    {
        var pid = File.ReadLines(Path.Combine(Root, "pg", "postmaster.pid")).First();
        File.WriteAllText(version, "8.4\n");
        Eventdock.Run("/bin/kill", ["-9", pid]).Good();
        RunTests.Until(() => Run("ps").Code != 0, "the ledger is gone");
    }

    internal void Find() => File.WriteAllText(version, "15\n");

    internal string Start(string name, params string[] command) => Out(["run", "-d", "--name", name, "busybox", .. command]);

    /// <summary>The container's events, oldest first, as type and what matters of it.</summary>
    internal string[] Events(string id) =>
        Lines("log", "--container", id, "--format", "{{json .}}").Reverse().ToArray();

    internal string[] Types(string id) => Events(id).Select(e => Field(e, "Type")).ToArray();

    internal static string Field(string line, string name)
    {
        using var json = JsonDocument.Parse(line);
        return json.RootElement.GetProperty(name).ToString();
    }

    public override void Dispose()
    {
        Find();
        base.Dispose();
    }
}
