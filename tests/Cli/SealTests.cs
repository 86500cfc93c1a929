namespace EventDock.Tests.Cli;

using System.Globalization;
using System.IO;

/// <summary>Events that leave the database for signed files, and commands that go on as if they had not.</summary>
public sealed class SealTests
{
    [Fact]
    public void What_is_sealed_and_dropped_is_shown_proved_verified_exported_and_rebuilt_as_before()
    {
        using var eventdock = new Installation();
        eventdock.Import();
        eventdock.Run("run", "--name", "kept", "busybox", "sh", "-c", "echo a > /a").Good();
        eventdock.Run("tag", "busybox", "other").Good();
        var head = Head(eventdock);
        string[] asked =
        [
            "log", "log --format json", $"ps -a --as-of {head - 1}", $"images --as-of {head}", "history busybox", "inspect kept",
            "log --container kept", $"log --until {head}",
        ];
        var before = asked.Select(a => LedgerImportTests.Still(eventdock.Out(a.Split(' ')))).ToArray();
        var export = eventdock.Out("ledger", "export").Split('\n')[..^1];

        var sealing = eventdock.Run("ledger", "seal", "--before", $"{head}").Good();
        Assert.Matches($"^sealed positions 1 to {head - 1}  [^ ]+  [0-9.]+ ?k?B\n$", sealing.Out);
        Assert.Equal([File(sealing.Out), "lock"], eventdock.Entries("segments"));
        var dropping = eventdock.Run("ledger", "seal", "--before", $"{head}", "--drop").Done();
        Assert.StartsWith($"dropped positions 1 to {head - 1}  {File(sealing.Out)}  ", dropping.Out, StringComparison.Ordinal);
        Assert.Contains("docs/backup.md", dropping.Error, StringComparison.Ordinal);
        Assert.Contains("nothing is left", eventdock.Run("ledger", "seal", "--before", $"{head}", "--drop").Done().Error, StringComparison.Ordinal);

        string[] past = ["--until", $"{head}"];
        Assert.Equal(before[0], LedgerImportTests.Still(eventdock.Out(["log", .. past])));
        Assert.Equal(before[1], LedgerImportTests.Still(eventdock.Out(["log", "--format", "json", .. past])));
        Assert.Equal(before[2..], asked[2..].Select(a => LedgerImportTests.Still(eventdock.Out(a.Split(' ')))).ToArray());
        Assert.Equal(export, eventdock.Out("ledger", "export").Split('\n')[..export.Length]);
        var proof = eventdock.Write("proof", eventdock.Run("ledger", "prove", "2").Good().Out);
        eventdock.Run("ledger", "check-proof", "--key", eventdock.Out("ledger", "key"), proof).Good();
        Assert.StartsWith("positions 1..", eventdock.Run("ledger", "verify", "--views").Done().Out, StringComparison.Ordinal);
        eventdock.Run("rebuild").Done();
        Assert.Equal(before[2..], asked[2..].Select(a => LedgerImportTests.Still(eventdock.Out(a.Split(' ')))).ToArray());

        // The streams' past is in the file now, and they go on from there.
        Assert.Equal("a", eventdock.Out("run", "--rm", "busybox", "echo", "a"));
        eventdock.Run("start", "kept").Good();
        eventdock.Run("rm", "-f", "kept").Good();
        eventdock.Run("rmi", "other").Good();
        Assert.StartsWith("positions 1..", eventdock.Run("ledger", "verify", "--views").Done().Out, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_the_file_each_command_that_needs_it_names_it_in_one_line_and_verify_says_what_is_missing()
    {
        using var eventdock = new Installation();
        eventdock.Import();
        eventdock.Run("create", "--name", "kept", "busybox", "true").Good();
        var file = File(eventdock.Run("ledger", "seal", "--before", $"{Head(eventdock) + 1}", "--drop").Done().Out);
        var path = Path.Combine(eventdock.Root, "segments", file);
        var away = Path.Combine(eventdock.Place, "away");
        System.IO.File.Move(path, away);

        foreach (var command in new[] { "log --until 3", "ledger prove 2", "ledger export", "rebuild", "rm kept" })
        {
            Assert.Contains(file, eventdock.Refused(1, command.Split(' ')), StringComparison.Ordinal);
        }

        var verified = eventdock.Run("ledger", "verify");
        Assert.StartsWith("missing position 1: ", verified.Out, StringComparison.Ordinal);
        Assert.Equal(9, verified.Code);
        Assert.Equal("kept", eventdock.Out("ps", "-a", "--format", "{{.Names}}"));

        System.IO.File.Move(away, path);
        eventdock.Run("rm", "kept").Good();
        Assert.StartsWith("positions 1..", eventdock.Run("ledger", "verify", "--views").Done().Out, StringComparison.Ordinal);
    }

    [Fact]
    public void A_secret_in_a_segment_is_redacted_in_its_file()
    {
        using var eventdock = new Installation();
        eventdock.Import();
        eventdock.Run("run", "--rm", "--name", "login", "busybox", "echo", "hunter2-and-more").Good();
        var created = eventdock.Lines("log", "--type", "ContainerCreated")[0].Split(' ')[0][1..];
        eventdock.Run("ledger", "seal", "--before", $"{Head(eventdock) + 1}", "--drop").Done();
        var proof = eventdock.Write("proof", eventdock.Run("ledger", "prove", created).Good().Out);
        var others = eventdock.Run("ledger", "redact", created, "--reason", "a password").Done().Error
            .Split('\n').Single(l => l.StartsWith("note: headers", StringComparison.Ordinal)).Split(" at ")[1].Split(' ');
        eventdock.Run(["ledger", "redact", "--headers", "--reason", "a password", .. others]).Done();

        foreach (var segment in eventdock.Entries("segments").Where(name => name != "lock"))
        {
            var text = Eventdock.Run("/bin/zcat", [Path.Combine(eventdock.Root, "segments", segment)]).Good().Out;
            Assert.DoesNotContain("hunter2", text, StringComparison.Ordinal);
        }

        Assert.DoesNotContain("hunter2", eventdock.Out("log", "--format", "json"), StringComparison.Ordinal);
        eventdock.Run("ledger", "check-proof", "--key", eventdock.Out("ledger", "key"), proof).Good();
        Assert.StartsWith("positions 1..", eventdock.Run("ledger", "verify", "--views").Done().Out, StringComparison.Ordinal);
    }

    [Fact]
    public void What_cannot_be_sealed_is_refused_in_one_line()
    {
        using var eventdock = new Installation();
        eventdock.Import();
        Assert.Contains("--before", eventdock.Refused(1, "ledger", "seal"), StringComparison.Ordinal);
        eventdock.Refused(1, "ledger", "seal", "--before", "999999");
        eventdock.Refused(1, "ledger", "seal", "--before", "0");
        eventdock.Refused(1, "ledger", "seal", "--before", "someday");
        Assert.DoesNotContain(eventdock.Entries("segments"), name => name != "lock");
        var nothing = eventdock.Run("ledger", "seal", "--before", "2000-01-01T00:00:00Z").Done();
        Assert.Equal(("", "nothing is left to seal before that\n"), (nothing.Out, nothing.Error));
    }

    private static int Head(Installation eventdock) =>
        int.Parse(eventdock.Lines("log", "-n", "1")[0].Split(' ')[0][1..], CultureInfo.InvariantCulture);

    private static string File(string line) => line.Split("  ")[1];
}

/// <summary>A disk with no room for a segment.</summary>
public sealed class SealOnFullDiskTests(SmallDisk eventdock) : IClassFixture<SmallDisk>
{
    [Fact]
    public void Nothing_is_dropped_and_nothing_is_left_half_written()
    {
        Assert.True(eventdock.Mounted.Code == 0, $"no tmpfs can be mounted here: {eventdock.Mounted.Error}");
        eventdock.Import();
        for (var n = 0; n < 12; n++)
        {
            eventdock.Run("tag", "busybox", $"t{n}").Good();
        }

        var all = eventdock.Out("log");
        var head = all.Split('\n')[0].Split(' ')[0][1..];
        Fill();
        var refused = eventdock.Run("ledger", "seal", "--before", head, "--drop");
        refused.Refused(1);
        System.IO.File.Delete(Path.Combine(eventdock.Disk, "fills"));
        Assert.DoesNotContain(eventdock.Entries("segments"), name => name != "lock");
        Assert.Equal(all, eventdock.Out("log", "--until", head));

        eventdock.Run("ledger", "seal", "--before", head, "--drop").Done();
        Assert.Equal(all, eventdock.Out("log", "--until", head));
        Assert.StartsWith("positions 1..", eventdock.Run("ledger", "verify", "--views").Done().Out, StringComparison.Ordinal);
    }

    private void Fill()
    {
        using var file = System.IO.File.Create(Path.Combine(eventdock.Disk, "fills"));
        var block = new byte[4096];
        try
        {
            while (true)
            {
                file.Write(block);
                file.Flush();
            }
        }
        catch (IOException)
        {
            // No room is left: that is what was wanted.
        }
    }
}
