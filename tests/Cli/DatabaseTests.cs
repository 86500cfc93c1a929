namespace EventDock.Tests.Cli;

using System.IO;

/// <summary>The ledger's database: the private cluster that comes and goes by itself, and others.</summary>
public sealed class DatabaseTests
{
    [Fact]
    public void The_private_cluster_is_made_on_demand_stopped_when_asked_and_started_by_the_next_command()
    {
        using var eventdock = new Installation();
        Assert.StartsWith("not made yet", eventdock.Out("db", "status"), StringComparison.Ordinal);
        eventdock.Import();
        Assert.StartsWith("running", eventdock.Out("db", "status"), StringComparison.Ordinal);
        Assert.Equal("", eventdock.Out("db", "stop"));
        Assert.StartsWith("stopped", eventdock.Out("db", "status"), StringComparison.Ordinal);
        Assert.Equal("", eventdock.Out("db", "stop"));
        Assert.Equal("busybox", eventdock.Out("images", "--format", "{{.Repository}}"));
        Assert.StartsWith("running", eventdock.Out("db", "status"), StringComparison.Ordinal);
    }

    [Fact]
    public void Its_address_serves_psql_as_it_is_and_no_tcp_port_is_open()
    {
        using var eventdock = new Installation();
        eventdock.Import();
        var url = eventdock.Out("db", "url");
        Assert.StartsWith("postgresql://", url, StringComparison.Ordinal);
        Assert.Equal("4", Eventdock.Psql(url, "select count(*) from eventdock.mt_events"));
        Assert.Equal("on", Eventdock.Psql(url, "show fsync"));
        Assert.Equal("", Eventdock.Psql(url, "show listen_addresses"));
        Assert.Equal("4", Eventdock.Psql(url, "select count(*) from eventdock.leaves"));
    }

    [Fact]
    public void It_outlives_the_terminal_and_the_session_of_the_command_that_started_it()
    {
        using var eventdock = new Installation();
        using (var terminal = new OnTerminal(eventdock, "ps"))
        {
            terminal.Sees("CONTAINER ID");
            Assert.Equal(0, terminal.Ends());
        }

        var status = eventdock.Out("db", "status");
        Assert.StartsWith("running", status, StringComparison.Ordinal);
        eventdock.Run("ps").Good();
        Assert.Equal(status, eventdock.Out("db", "status"));
    }

    [Fact]
    public void A_cluster_that_does_not_start_says_why_in_one_line()
    {
        using var eventdock = new Installation();
        eventdock.Import();
        eventdock.Run("db", "stop").Good();
        var version = Path.Combine(eventdock.Root, "pg", "PG_VERSION");
        var kept = File.ReadAllText(version);
        File.WriteAllText(version, "8.4\n");
        Assert.Contains("8.4", eventdock.Refused(1, "ps"), StringComparison.Ordinal);
        eventdock.Refused(125, "run", "busybox", "true");
        File.WriteAllText(version, kept);
        eventdock.Run("ps").Good();

        eventdock.Run("db", "stop").Good();
        var control = Path.Combine(eventdock.Root, "pg", "global", "pg_control");
        File.Move(control, control + ".away");
        Assert.Contains(Path.Combine(eventdock.Root, "pg"), eventdock.Refused(1, "images"), StringComparison.Ordinal);
        File.Move(control + ".away", control);
        eventdock.Run("images").Good();
    }

    [Theory]
    [InlineData("postgresql://127.0.0.1:1/nothing", "127.0.0.1")]
    [InlineData("postgresql:///nothing?host=/no/such/directory", "/no/such/directory")]
    [InlineData("postgresql://no-such-host.invalid/db", "no-such-host.invalid")]
    [InlineData("mysql://localhost/db", "database URI")]
    [InlineData("postgresql://user@host:port/db", "database URI")]
    public void A_database_out_of_reach_is_named_in_one_line(string url, string names)
    {
        using var eventdock = new Installation();
        Assert.Contains(names, eventdock.RunWith([("EVENTDOCK_DATABASE", url)], "ps").Refused(1), StringComparison.Ordinal);
        Assert.Contains(names, eventdock.RunWith([("EVENTDOCK_DATABASE", url)], "run", "busybox", "true").Refused(125), StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(eventdock.Root, "pg")));
    }

    [Fact]
    public void A_password_in_the_databases_address_is_not_told()
    {
        using var eventdock = new Installation();
        var refused = eventdock.RunWith([("EVENTDOCK_DATABASE", "postgresql://me:hush@127.0.0.1:1/db")], "ps").Refused(1);
        Assert.DoesNotContain("hush", refused, StringComparison.Ordinal);
    }

    [Fact]
    public void Any_server_serves_and_a_ledger_belongs_to_one_root()
    {
        using var server = new Installation();
        server.Run("ps").Good();
        var url = server.Out("db", "url");
        Eventdock.Psql(url, "create database elsewhere");
        var elsewhere = url.Replace("/eventdock?", "/elsewhere?", StringComparison.Ordinal);

        using var eventdock = new Installation();
        var archive = Path.Combine(eventdock.Work, "busybox.tar");
        File.WriteAllBytes(archive, Busybox.Archive);
        eventdock.RunWith([("EVENTDOCK_DATABASE", elsewhere)], "import", archive, "there").Good();
        Assert.Equal("there\n", eventdock.RunWith([("EVENTDOCK_DATABASE", elsewhere)], "images", "--format", "{{.Repository}}").Good().Out);
        Assert.Equal("yes\n", eventdock.RunWith([("EVENTDOCK_DATABASE", elsewhere)], "run", "--rm", "there", "echo", "yes").Good().Out);
        Assert.False(Directory.Exists(Path.Combine(eventdock.Root, "pg")));
        Assert.StartsWith("external", eventdock.RunWith([("EVENTDOCK_DATABASE", elsewhere)], "db", "status").Good().Out, StringComparison.Ordinal);

        using var stranger = new Installation();
        Assert.Contains("adopt", stranger.RunWith([("EVENTDOCK_DATABASE", elsewhere)], "run", "there").Refused(125), StringComparison.Ordinal);
        // What has removed itself may still be deleted, and what conmon calls at the end be at work.
        RunTests.Until(() => Eventdock.Run("/bin/rm", ["-rf", eventdock.Root]).Code == 0, "the root is removed");
    }

    [Fact]
    public void A_root_that_was_removed_under_its_running_cluster_is_no_crash()
    {
        using var eventdock = new Installation();
        eventdock.Run("ps").Good();
        var pid = int.Parse(File.ReadLines(Path.Combine(eventdock.Root, "pg", "postmaster.pid")).First(), System.Globalization.CultureInfo.InvariantCulture);
        // The server goes on writing meanwhile: what it has just made is not in the list of what to delete.
        RunTests.Until(
            () =>
            {
                Eventdock.Run("/bin/rm", ["-rf", eventdock.Root]);
                return !Directory.Exists(eventdock.Root);
            },
            "the root is gone");

        var said = eventdock.Run("ps");
        if (said.Code != 0)
        {
            said.Refused(1);
        }

        Eventdock.Run("/bin/kill", ["-QUIT", $"{pid}"]);
        RunTests.Until(() => !Directory.Exists($"/proc/{pid}"), "the old cluster has ended");
    }

    [Fact]
    public void A_position_on_disk_that_is_none_is_named_and_not_taken_for_the_beginning()
    {
        using var eventdock = new Installation();
        eventdock.Import();
        var position = Path.Combine(eventdock.Root, "position");
        File.WriteAllText(position, "0000000000000000012 or thereabouts\n");
        Assert.Contains(position, eventdock.Refused(1, "tag", "busybox", "other"), StringComparison.Ordinal);
        // What a power cut leaves of a file that is never synced makes the check weaker, and is no reason to refuse.
        File.WriteAllText(position, new string('\0', 20));
        eventdock.Run("tag", "busybox", "other").Good();
    }
}
