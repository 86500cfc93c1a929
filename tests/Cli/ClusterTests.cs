namespace EventDock.Tests.Cli;

using System.Diagnostics;
using System.IO;

/// <summary>The private cluster under commands that are killed, and roots that are put where it cannot be.</summary>
public sealed class ClusterTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(40)]
    [InlineData(150)]
    [InlineData(350)]
    [InlineData(600)]
    public void A_command_killed_while_it_makes_the_cluster_does_not_hurt_the_next(int milliseconds)
    {
        using var eventdock = new Installation();
        var start = new ProcessStartInfo(Eventdock.Binary, ["ps"]) { RedirectStandardOutput = true, RedirectStandardError = true };
        Eventdock.Apply(start, eventdock.Environment);
        using var killed = Process.Start(start)!;
        RunTests.Until(
            () => Directory.Exists(Path.Combine(eventdock.Root, "pg.staging")) || Directory.Exists(Path.Combine(eventdock.Root, "pg")), "the making has begun");
        Thread.Sleep(milliseconds);
        killed.Kill();
        killed.WaitForExit();
        eventdock.Run("ps").Good();
        Assert.False(Directory.Exists(Path.Combine(eventdock.Root, "pg.staging")));
        eventdock.Run("images").Good();
    }

    [Fact]
    public void A_root_that_was_removed_and_made_anew_has_a_cluster_that_stays_reachable()
    {
        using var eventdock = new Installation();
        eventdock.Run("ps").Good();
        var pid = File.ReadLines(Path.Combine(eventdock.Root, "pg", "postmaster.pid")).First();
        // Its server still writes: what it makes meanwhile is removed by the next try.
        RunTests.Until(() => Eventdock.Run("rm", ["-rf", eventdock.Root]).Code == 0, "the root is removed");
        eventdock.Run("ps").Good();
        Assert.Null(new FileInfo($"/proc/{pid}/cwd").LinkTarget);
        eventdock.Import();
        Assert.Equal("busybox", eventdock.Out("images", "--format", "{{.Repository}}"));
    }

    [Fact]
    public void A_root_below_a_closed_directory_is_refused_in_one_line_that_names_the_directory()
    {
        using var eventdock = new Installation();
        var closed = Path.Combine(eventdock.Place, "closed");
        Directory.CreateDirectory(closed);
        File.SetUnixFileMode(closed, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Assert.Equal(
            $"eventdock: {closed}: the user eventdock, who runs the private Postgres, cannot enter it "
            + $"(chmod o+x {closed}, or set EVENTDOCK_ROOT to a directory elsewhere)",
            eventdock.RunWith([("EVENTDOCK_ROOT", Path.Combine(closed, "root"))], "ps").Refused(1));
    }

    [Fact]
    public void A_root_with_a_colon_is_refused_in_one_line_and_not_made()
    {
        using var eventdock = new Installation();
        var root = Path.Combine(eventdock.Place, "a:b");
        Assert.Contains("colon", eventdock.RunWith([("EVENTDOCK_ROOT", root)], "ps").Refused(1), StringComparison.Ordinal);
        Assert.Contains(root, eventdock.RunWith([("EVENTDOCK_ROOT", root)], "run", "busybox").Refused(125), StringComparison.Ordinal);
        Assert.False(Directory.Exists(root));
        eventdock.RunWith([("EVENTDOCK_ROOT", root)], "version").Good();
    }

    [Fact]
    public void Its_address_is_told_for_each_role_and_any_other_word_is_refused()
    {
        using var eventdock = new Installation();
        var audit = eventdock.Out("db", "url", "--role", "audit");
        Assert.Equal(eventdock.Out("db", "url"), eventdock.Out("db", "url", "--role", "owner"));
        Assert.Equal("eventdock_audit|0", Eventdock.Psql(audit, "select current_user, count(*) from audit.events"));
        Assert.Equal("eventdock_engine|0", Eventdock.Psql(eventdock.Out("db", "url", "--role=engine"), "select current_user, position from eventdock.head"));
        Assert.Contains("engine, audit or owner", eventdock.Refused(1, "db", "url", "--role", "king"), StringComparison.Ordinal);
    }
}
