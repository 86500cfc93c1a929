namespace EventDock.Tests.Cli;

using System.Globalization;
using System.IO;

/// <summary>Checkpoints, anchors and proofs as an operator makes them and an auditor checks them.</summary>
public sealed class ProofTests
{
    [Fact]
    public void A_proof_is_checked_by_anybody_with_no_root_no_ledger_and_no_privilege()
    {
        using var eventdock = new Installation();
        eventdock.Import();
        var key = eventdock.Out("ledger", "key");
        var early = eventdock.Write("early", eventdock.Run("ledger", "checkpoint").Good().Out);
        eventdock.Import("second");
        var inclusion = eventdock.Run("ledger", "prove", "2").Good().Out;
        var consistency = eventdock.Run("ledger", "consistency", early).Good().Out;

        // Another user, for whom neither root nor database is there.
        Said Check(string proof, params string[] more) => Eventdock.Run(
            "/usr/bin/setpriv",
            ["--reuid=65534", "--regid=65534", "--clear-groups", Eventdock.Binary, "ledger", "check-proof", "-", .. more],
            System.Text.Encoding.UTF8.GetBytes(proof),
            new Dictionary<string, string?> { ["EVENTDOCK_ROOT"] = "/no/such/root", ["EVENTDOCK_DATABASE"] = "postgresql://127.0.0.1:1/none" });

        var lines = Check(inclusion, "--key", key).Good().Lines;
        Assert.Contains("position 2", lines[0], StringComparison.Ordinal);
        Assert.Contains("\"position\":2", lines[1], StringComparison.Ordinal);
        Assert.Contains("is the beginning of", Check(consistency, "--key", key).Good().Out, StringComparison.Ordinal);
        Assert.Contains("--key", Check(inclusion).Done().Error, StringComparison.Ordinal);
        Assert.Equal(5, Check(File.ReadAllText(early)).Code);
        Check(File.ReadAllText(early), "--key", key).Good();

        Check("nonsense\n").Refused(3);
        Check(inclusion.Replace("index 1\n", "index 2\n", StringComparison.Ordinal)).Refused(4);
        Check(inclusion, "--key", "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW").Refused(5);
        Check(inclusion, "--key", "nonsense").Refused(1);
        Eventdock.Run(Eventdock.Binary, ["ledger", "check-proof", "/no/such/file"]).Refused(1);
    }

    [Fact]
    public void A_ledger_that_root_rewrote_cannot_show_that_it_only_added_to_a_checkpoint_that_was_kept()
    {
        using var eventdock = new Installation();
        eventdock.Import();
        var key = eventdock.Out("ledger", "key");
        var held = eventdock.Write("held", eventdock.Run("ledger", "checkpoint").Good().Out);
        Eventdock.Psql(eventdock.Out("db", "url"), "update eventdock.leaves set line = replace(line, 'tagged', 'tugged') where line like '%tagged%'");
        Eventdock.Psql(eventdock.Out("db", "url"), "update eventdock.leaves set hash = sha256('\\x00'::bytea || convert_to(line, 'UTF8'))");
        Assert.Contains("rewritten", eventdock.Refused(6, "ledger", "checkpoint"), StringComparison.Ordinal);

        // Root wipes whatever remembers, and signs anew.
        Eventdock.Psql(eventdock.Out("db", "url"), "truncate eventdock.checkpoints");
        File.Delete(Path.Combine(eventdock.Root, "signing", "checkpoint"));
        eventdock.Run("ledger", "checkpoint").Good();
        Assert.Contains("rewritten", eventdock.Refused(6, "ledger", "consistency", held), StringComparison.Ordinal);
        var lie = eventdock.Write("lie", eventdock.Run("ledger", "consistency", "4").Good().Out);
        eventdock.Run("ledger", "check-proof", "--key", key, lie).Good();
        eventdock.Refused(4, "ledger", "check-proof", "--key", key, "--old", held, lie);
    }

    [Fact]
    public void A_command_anchors_when_its_own_work_is_done_and_a_keeper_that_fails_is_a_warning()
    {
        using var eventdock = new Installation();
        eventdock.Import();
        var notes = Path.Combine(eventdock.Place, "notes");
        File.WriteAllText(eventdock.Config, $$"""{"anchor": [{"file": "{{notes}}"}], "anchor-events": 2}""");
        eventdock.Run("images").Good();
        Assert.Equal([4], Sizes());
        eventdock.Run("images").Good();
        eventdock.Run("ledger", "anchor", "--due").Good();
        Assert.Equal([4], Sizes());
        eventdock.Import("second");
        Assert.Equal(2, Sizes().Length);

        File.WriteAllText(eventdock.Config, $$"""{"anchor": [{"command": ["/bin/false"]}, {"file": "{{notes}}"}], "anchor-events": 1}""");
        eventdock.Run("tag", "second", "third").Done();
        var warned = eventdock.Run("tag", "second", "fourth").Done().Error + eventdock.Run("tag", "second", "fifth").Done().Error;
        Assert.Equal("", warned);
        var anchored = eventdock.Run("ledger", "anchor");
        Assert.Equal(1, anchored.Code);
        Assert.Equal("", anchored.Out);
        Assert.Contains("not anchored at /bin/false: exit code 1", anchored.Error, StringComparison.Ordinal);
        Assert.Contains($"anchored up to {Sizes()[^1]}: {notes}", anchored.Error, StringComparison.Ordinal);

        File.WriteAllText(eventdock.Config, "{}");
        eventdock.Run("ledger", "anchor", "--due").Good();
        eventdock.Refused(1, "ledger", "anchor");

        long[] Sizes() => File.ReadAllText(notes).Split("\n\n").Select(part => part.Split('\n')).Where(part => part.Length == 3)
            .Select(part => long.Parse(part[1], CultureInfo.InvariantCulture)).ToArray();
    }
}
