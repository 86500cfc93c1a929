namespace EventDock.Tests.Cli;

using System.IO;

/// <summary>The ledger's backup and what a root makes of one that is put back.</summary>
public sealed class BackupTests
{
    [Fact]
    public void A_root_notices_that_its_ledger_was_put_back_and_goes_on_once_it_is_adopted()
    {
        using var eventdock = new Installation { Damaged = true };
        eventdock.Import("early");
        var file = Path.Combine(eventdock.Work, "ledger.dump");
        Assert.StartsWith($"{file}  position 4  ", eventdock.Out("db", "backup", file), StringComparison.Ordinal);
        Assert.Contains("is there already", eventdock.Refused(1, "db", "backup", file), StringComparison.Ordinal);
        eventdock.Import("late");

        Assert.Contains("--replace", eventdock.Refused(1, "db", "restore", file), StringComparison.Ordinal);
        Assert.Equal(["late", "early"], eventdock.Lines("images", "--format", "{{.Repository}}"));
        var restored = eventdock.Run("db", "restore", "--replace", file).Done();
        Assert.Equal("restored up to position 4\n", restored.Out);
        Assert.Matches("^note: the ledger ends at position 4, and this root has seen [0-9]+ \\(eventdock adopt", restored.Error);

        Assert.Equal(["early"], eventdock.Lines("images", "--format", "{{.Repository}}"));
        Assert.Contains("adopt", eventdock.Refused(125, "run", "early", "true"), StringComparison.Ordinal);
        Assert.Contains("adopt", eventdock.Refused(1, "tag", "early", "other"), StringComparison.Ordinal);
        eventdock.Run("adopt").Good();
        Assert.Equal("yes\n", eventdock.Run("run", "--rm", "early", "echo", "yes").Good().Out);

        // What the backup does not know stays where it is, and is told.
        var found = eventdock.Run("check");
        Assert.Equal(20, found.Code);
        Assert.Matches("^unknown blobs/sha256/[0-9a-f]{64}: not in the ledger$", Assert.Single(found.Lines[..^1]));
    }

    [Fact]
    public void A_backup_that_nothing_has_followed_is_put_back_without_a_word()
    {
        using var eventdock = new Installation();
        eventdock.Import();
        var file = eventdock.Out("db", "backup", eventdock.Work).Split("  ")[0];
        Assert.Equal("restored up to position 4\n", eventdock.Run("db", "restore", "--replace", file).Good().Out);
        eventdock.Run("tag", "busybox", "other").Good();
    }

    [Fact]
    public void Another_root_takes_a_backup_over_only_by_adopting_it()
    {
        using var eventdock = new Installation();
        eventdock.Import();
        var file = eventdock.Out("db", "backup", eventdock.Work).Split("  ")[0];
        // What the ledger tells of was never on this root's disk.
        using var other = new Installation { Damaged = true };
        Assert.Contains("this root is new", other.Run("db", "restore", file).Done().Error, StringComparison.Ordinal);
        Assert.Contains("adopt", other.Refused(1, "tag", "busybox", "mine"), StringComparison.Ordinal);
        Assert.Equal("busybox", other.Out("images", "--format", "{{.Repository}}"));
    }

    [Fact]
    public void A_cluster_of_an_older_postgres_is_named_in_one_line_and_one_of_the_newest_needs_no_upgrade()
    {
        using var eventdock = new Installation();
        eventdock.Import();
        Assert.StartsWith("nothing to do", eventdock.Out("db", "upgrade"), StringComparison.Ordinal);
        eventdock.Run("db", "stop").Good();
        var version = Path.Combine(eventdock.Root, "pg", "PG_VERSION");
        var kept = File.ReadAllText(version);
        File.WriteAllText(version, "14\n");
        foreach (var refused in new[] { eventdock.Refused(1, "ps"), eventdock.Refused(1, "db", "upgrade") })
        {
            Assert.Equal(
                $"eventdock: {Path.GetDirectoryName(version)} was made by Postgres 14, and {kept.Trim()} is installed "
                + $"(apt-get install postgresql-14; eventdock db upgrade then moves it to {kept.Trim()})",
                refused);
        }

        File.WriteAllText(version, kept);
        eventdock.Run("ps").Good();
    }
}
