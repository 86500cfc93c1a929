namespace EventDock.Tests.Cli;

using System.Diagnostics;
using System.IO;

/// <summary>History told again: in the terminal, and as another database's views.</summary>
public sealed class ReplayTests(BusyboxInstallation eventdock) : IClassFixture<BusyboxInstallation>
{
    [Fact]
    public void It_is_told_oldest_first_at_once_without_a_terminal_and_at_a_pace_that_ends_with_ctrl_c()
    {
        eventdock.Run("tag", "busybox", "told").Good();
        Assert.Equal(eventdock.Lines("log").Reverse(), eventdock.Lines("replay"));
        Assert.Equal(eventdock.Lines("log", "..2", "--type", "LayerCreated"), eventdock.Lines("replay", "..2", "--speed", "instant", "--type", "LayerCreated"));

        var start = new ProcessStartInfo(Eventdock.Binary, ["replay", "--speed", "0.000001"]) { RedirectStandardOutput = true };
        Eventdock.Apply(start, eventdock.Environment);
        using var told = Process.Start(start)!;
        Assert.StartsWith("#1 ", told.StandardOutput.ReadLine(), StringComparison.Ordinal);
        Eventdock.Run("/bin/kill", ["-INT", $"{told.Id}"]).Good();
        Assert.True(told.WaitForExit(TimeSpan.FromSeconds(60)));
        Assert.Equal(130, told.ExitCode);
    }

    [Fact]
    public void An_export_up_to_a_moment_is_a_database_whose_views_are_those_of_then()
    {
        eventdock.Run("create", "--network", "none", "--name", "then", "busybox", "true").Good();
        eventdock.Run("run", "-d", "--network", "none", "--name", "running", "busybox", "sleep", "300").Good();
        var moment = eventdock.Out("log", "-n", "1", "--format", "{{.Position}}");
        eventdock.Run("rm", "-f", "then", "running").Good();
        var key = eventdock.Out("ledger", "key");
        var export = eventdock.Write("export", eventdock.Run("ledger", "export").Good().Out);
        var url = eventdock.Out("db", "url");
        var (rebuilt, taken) = (Made("rebuilt"), Made("taken"));

        Assert.Equal($"rebuilt up to position {moment}\n", eventdock.Run("replay", "--into", rebuilt, "--key", key, export, moment).Done().Out);
        using var elsewhere = new Installation { Damaged = true };
        string[] asked = ["ps", "-a", "--no-trunc", "--format", "{{.ID}} {{.Names}} {{.State}}"];
        var then = eventdock.Out([.. asked, "--as-of", moment]);
        Assert.Contains("running", then, StringComparison.Ordinal);
        Assert.Equal(then + "\n", elsewhere.RunWith([("EVENTDOCK_DATABASE", rebuilt)], asked).Good().Out);
        Assert.Equal("2", Eventdock.Psql(rebuilt, "select count(*) from audit.containers"));
        // Who looked has recorded nothing: what runs on that host is not known here.
        Assert.Equal(moment, Eventdock.Psql(rebuilt, "select position from eventdock.head"));

        Assert.Contains("only an empty one", eventdock.Refused(1, "replay", "--into", rebuilt, export), StringComparison.Ordinal);
        Assert.Contains("ends at position", eventdock.Refused(1, "replay", "--into", taken, "--key", key, export, "99999"), StringComparison.Ordinal);
        Assert.Contains("nothing had happened", eventdock.Refused(1, "replay", "--into", taken, export, "2001-01-01"), StringComparison.Ordinal);
        var cut = eventdock.Write("cut", File.ReadAllText(export)[..^400]);
        Assert.Contains("it has been cut off", eventdock.Refused(1, "replay", "--into", taken, cut, moment), StringComparison.Ordinal);
        Assert.Equal("0", Eventdock.Psql(taken, "select count(*) from eventdock.mt_events"));
        var others = Made("others");
        Eventdock.Psql(others, "create table mine (x int)");
        Assert.Contains("public.mine", eventdock.Refused(1, "replay", "--into", others, export), StringComparison.Ordinal);

        string Made(string name)
        {
            Eventdock.Psql(url, $"create database {name}");
            return url.Replace("/eventdock?", $"/{name}?", StringComparison.Ordinal);
        }
    }
}
