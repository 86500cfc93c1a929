namespace EventDock.Tests.Cli;

using System.IO;
using System.Text;
using System.Text.RegularExpressions;

/// <summary>A ledger taken to another root by its export.</summary>
public sealed class LedgerImportTests
{
    [Fact]
    public void Another_root_has_the_same_history_views_and_verdict_and_goes_on_once_it_is_adopted()
    {
        using var eventdock = new Installation();
        eventdock.Import();
        eventdock.Run("run", "--name", "login", "busybox", "echo", "hunter2").Good();
        eventdock.Run("rm", "login").Good();
        eventdock.Run("ledger", "redact", "--reason", "a password", Position(eventdock, "ContainerCreated")).Done();
        eventdock.Run("run", "--name", "kept", "busybox", "sh", "-c", "echo a > /a").Good();
        eventdock.Run("tag", "busybox", "other").Good();
        var key = eventdock.Out("ledger", "key");
        var export = eventdock.Write("export", eventdock.Run("ledger", "export").Good().Out);

        // What the ledger tells of was never on this root's disk.
        using var other = new Installation { Damaged = true };
        var imported = other.Run("ledger", "import", "--key", key, export).Done();
        Assert.Matches("^imported up to position [0-9]+\n$", imported.Out);
        Assert.Matches("^note: the ledger belongs to root [0-9a-f]+, and this root is new \\(eventdock adopt[^\n]*\n$", imported.Error);
        foreach (var asked in new[] { "ledger views", "ledger verify --views", "log --format json", "ps -a --no-trunc", "images", "log" })
        {
            // How long ago something was is counted from now; a fold that takes longer than a second says how far it is.
            Assert.Equal(Still(eventdock.Run(asked.Split(' ')).Done().Out), Still(other.Run(asked.Split(' ')).Done().Out));
        }

        Assert.Contains("only an empty one", other.Refused(1, "ledger", "import", export), StringComparison.Ordinal);
        Assert.Contains("adopt", other.Refused(1, "tag", "busybox", "mine"), StringComparison.Ordinal);
        other.Run("adopt").Good();
        Assert.StartsWith("positions 1..", other.Run("ledger", "verify", "--views").Done().Out, StringComparison.Ordinal);
        other.Run("ledger", "verify", "--checkpoint", other.Write("note", Note(export)), "--key", key).Good();
        Assert.Equal(other.Out("ledger", "export").Split('\n')[..9], File.ReadAllLines(export)[..9]);
    }

    [Fact]
    public void What_cannot_be_imported_is_refused_in_one_line_and_leaves_the_root_as_it_was()
    {
        using var eventdock = new Installation();
        eventdock.Import();
        var export = eventdock.Run("ledger", "export").Good().Out;
        using var other = new Installation();
        Assert.Contains("it has been cut off", Refused(other, export[..^400]), StringComparison.Ordinal);
        Assert.Contains("it has been cut off", Refused(other, ""), StringComparison.Ordinal);
        Assert.Contains("line 1 of the export", Refused(other, "nonsense\n"), StringComparison.Ordinal);
        Assert.Contains("from position 1 on", Refused(other, eventdock.Run("ledger", "export", "--from", "3").Good().Out), StringComparison.Ordinal);
        const string Stranger = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
        other.Run(Encoding.UTF8.GetBytes(export), "ledger", "import", "--key", Stranger, "-").Refused(5);
        other.Refused(1, "ledger", "import", "/no/such/file");
        other.Refused(1, "ledger", "import", "--key", "nonsense", "-");
        Assert.Equal("", other.Out("log"));
        other.Import();
    }

    [Fact]
    public void Without_a_key_it_is_said_that_nobody_has_looked_who_signed_it()
    {
        using var eventdock = new Installation();
        eventdock.Import();
        var export = eventdock.Run("ledger", "export").Good().Out;
        // What the ledger tells of was never on this root's disk.
        using var other = new Installation { Damaged = true };
        var imported = other.Run(Encoding.UTF8.GetBytes(export), "ledger", "import").Done();
        Assert.Contains("note: signature not checked: no --key\n", imported.Error, StringComparison.Ordinal);
        Assert.Equal("busybox", other.Out("images", "--format", "{{.Repository}}"));
    }

    /// <summary>Without what is counted from now, how long ago something was, and the columns that give way to it.</summary>
    internal static string Still(string printed) => Regex.Replace(
        Regex.Replace(printed, "(about )?(an?|[0-9]+) (second|minute)s? ago|less than a second ago", "AGO", RegexOptions.IgnoreCase), "  +", "  ");

    private static string Refused(Installation root, string export) =>
        root.Run(Encoding.UTF8.GetBytes(export), "ledger", "import", "-").Refused(1);

    private static string Note(string export)
    {
        using var trailer = System.Text.Json.JsonDocument.Parse(File.ReadLines(export).Last());
        return trailer.RootElement.GetProperty("export").GetProperty("checkpoint").GetString()!;
    }

    private static string Position(Installation eventdock, string type)
    {
        var line = eventdock.Lines("log", "--type", type)[0];
        return line[1..line.IndexOf(' ')];
    }
}
