namespace EventDock.Tests.Adapters;

using System.IO;
using System.Text;
using EventDock.Adapters.Signing;
using EventDock.Domain.Kernel;
using EventDock.Domain.Ledger;
using EventDock.Domain.Roots;
using EventDock.Engine;
using EventDock.Projections;
using static EventDock.Tests.Adapters.LedgerFacts;
using static EventDock.Tests.Adapters.LedgerFixture;

/// <summary>Checkpoints, proofs and anchors over a ledger in Postgres, and over one that somebody with all rights has changed.</summary>
[Collection(LedgerTests.Name)]
public sealed class LedgerProofTests(LedgerFixture fixture) : IDisposable
{
    private static readonly CancellationToken NoCancel = CancellationToken.None;
    private readonly string root = Directory.CreateTempSubdirectory("ed-proof-").FullName;
    private readonly List<(AnchorTarget Target, string Note)> handed = [];

    public void Dispose() => Directory.Delete(root, recursive: true);

    [Fact]
    public async Task The_tree_is_that_of_the_leaf_lines_and_every_proof_of_it_holds()
    {
        var (ledger, ports) = await NewAsync(20);
        var lines = (await ledger.AskAsync("select line from eventdock.leaves order by position")).Select(r => (string)r[0]!).ToArray();
        var signed = Must(await Checkpoints.Make(ports, true, NoCancel).ToEither());
        Assert.Equal((21L, MerkleTree.Root(lines.Select(MerkleTree.Leaf))), (signed.Checkpoint.Size, signed.Checkpoint.Root));
        var key = Must(await ports.Key(NoCancel).ToEither());
        Assert.Equal("eventdock/theroot", key.Name);

        for (var position = 1; position <= 21; position++)
        {
            var proof = Must(await Proofs.Inclusion(ports, position, NoCancel).ToEither());
            Assert.Equal(lines[position - 1], proof.Line);
            Must(Check(proof.ToString(), key));
            var consistency = Must(await Proofs.Consistency(ports, new ProofEnd(position, None), None, NoCancel).ToEither());
            Must(Check(consistency.ToString(), key));
        }

        var inner = Must(await Proofs.Consistency(ports, new ProofEnd(4, None), Some(new ProofEnd(11, None)), NoCancel).ToEither());
        Assert.Equal(11, inner.Signed.Checkpoint.Size);
        Must(Check(inner.ToString(), key));
    }

    [Fact]
    public async Task A_checkpoint_goes_on_from_the_last_one_and_is_the_one_that_counting_anew_gives()
    {
        var (ledger, ports) = await NewAsync(7);
        var first = Must(await Checkpoints.Make(ports, false, NoCancel).ToEither());
        await AppendAsync(ports.Ledger, 8, 6);
        // What the old leaves hash to no longer matters to a checkpoint that goes on.
        var grown = Must(await Checkpoints.Make(ports, false, NoCancel).ToEither());
        await ledger.AskAsync("delete from eventdock.checkpoints");
        File.Delete(Path.Combine(root, "signing", "checkpoint"));
        var anew = Must(await Checkpoints.Make(ports, true, NoCancel).ToEither());
        Assert.Equal((8L, 14L), (first.Checkpoint.Size, grown.Checkpoint.Size));
        Assert.Equal(anew.ToString(), grown.ToString());
        Assert.Equal(anew.ToString(), Must(await Checkpoints.Make(ports, false, NoCancel).ToEither()).ToString());
        Assert.Equal(1L, await ledger.AskOneAsync<long>("select count(*) from eventdock.checkpoints"));
    }

    [Fact]
    public async Task A_ledger_that_was_rewritten_signs_nothing_that_contradicts_what_it_signed_before()
    {
        var (ledger, ports) = await NewAsync(9);
        var held = Must(await Checkpoints.Make(ports, true, NoCancel).ToEither());
        await AppendAsync(ports.Ledger, 10, 3);
        await ledger.AskAsync("update eventdock.leaves set line = replace(line, 'layer_created', 'layer_removed')");
        await ledger.AskAsync("update eventdock.leaves set hash = sha256('\\x00'::bytea || convert_to(line, 'UTF8'))");

        var error = Assert.IsType<DomainError.LedgerRewritten>(Left(await Checkpoints.Make(ports, true, NoCancel).ToEither()));
        Assert.Equal((10L, held.Checkpoint.Root.ToString()), (error.Size, error.Signed));
        // The ledger's own record of it gone as well: the disk still knows.
        await ledger.AskAsync("delete from eventdock.checkpoints");
        Assert.IsType<DomainError.LedgerRewritten>(Left(await Checkpoints.Make(ports, false, NoCancel).ToEither()));
        // The disk's, too: then only who holds the old checkpoint can tell, and that it can.
        File.Delete(Path.Combine(root, "signing", "checkpoint"));
        Must(await Checkpoints.Make(ports, true, NoCancel).ToEither());
        Assert.IsType<DomainError.LedgerRewritten>(
            Left(await Proofs.Consistency(ports, new ProofEnd(10, Some(held)), None, NoCancel).ToEither()));
        var own = Must(await Proofs.Consistency(ports, new ProofEnd(10, None), None, NoCancel).ToEither());
        var key = Must(await ports.Key(NoCancel).ToEither());
        Assert.IsType<DomainError.ProofFails>(Left(Check(own.ToString(), key, held.Checkpoint)));
    }

    [Fact]
    public async Task A_ledger_that_lost_its_end_or_a_leaf_makes_no_checkpoint_and_no_proof()
    {
        var (ledger, ports) = await NewAsync(9);
        var held = Must(await Checkpoints.Make(ports, true, NoCancel).ToEither());
        await ledger.AskAsync("delete from eventdock.leaves where position = 10");
        await ledger.AskAsync("update eventdock.head set position = 9");
        Assert.Equal(new DomainError.LedgerCutOff(10, 9), Left(await Checkpoints.Make(ports, false, NoCancel).ToEither()));
        Assert.Equal(new DomainError.LedgerCutOff(10, 9), Left(await Proofs.Inclusion(ports, 3, NoCancel).ToEither()));
        Assert.Equal(
            new DomainError.LedgerCutOff(10, 9), Left(await Proofs.Consistency(ports, new ProofEnd(10, Some(held)), None, NoCancel).ToEither()));

        await ledger.AskAsync("update eventdock.head set position = 10");
        Assert.Equal(new DomainError.LedgerUnreadable(10, "its leaf is missing"), Left(await Checkpoints.Make(ports, true, NoCancel).ToEither()));
        await ledger.AskAsync("delete from eventdock.leaves where position = 4");
        Assert.Equal(new DomainError.LedgerUnreadable(4, "its leaf is missing"), Left(await Proofs.Inclusion(ports, 3, NoCancel).ToEither()));
        Assert.IsType<DomainError.NoSuchPosition>(Left(await Proofs.Inclusion(ports, 11, NoCancel).ToEither()));
        Assert.IsType<DomainError.NoSuchPosition>(Left(await Proofs.Inclusion(ports, 0, NoCancel).ToEither()));
        Assert.IsType<DomainError.NoSuchPosition>(
            Left(await Proofs.Consistency(ports, new ProofEnd(2, None), Some(new ProofEnd(11, None)), NoCancel).ToEither()));
    }

    [Fact]
    public async Task An_edited_event_is_no_longer_proved_by_the_checkpoint_that_had_it()
    {
        var (ledger, ports) = await NewAsync(5);
        Must(await Checkpoints.Make(ports, true, NoCancel).ToEither());
        await ledger.AskAsync("update eventdock.leaves set line = replace(line, 'layer_created', 'layer_removed') where position = 3");
        Assert.IsType<DomainError.ProofFails>(Left(await Proofs.Inclusion(ports, 3, NoCancel).ToEither()));
        Must(await Proofs.Inclusion(ports, 4, NoCancel).ToEither());
        await ledger.AskAsync("update eventdock.leaves set hash = sha256('\\x00'::bytea || convert_to(line, 'UTF8')) where position = 3");
        Assert.IsType<DomainError.LedgerRewritten>(Left(await Proofs.Inclusion(ports, 4, NoCancel).ToEither()));
    }

    [Fact]
    public async Task Anchoring_hands_one_note_to_every_target_and_records_who_has_got_it()
    {
        AnchorTarget good = new AnchorTarget.File("/good"), bad = new AnchorTarget.File("/bad");
        var (ledger, ports) = await NewAsync(3, bad, good);
        var told = new List<string>();
        Assert.Equal(1, Must(await Anchor()));
        Assert.Equal(["/bad failed 4", "/good done 4"], told);
        Assert.Equal(["/good 4"], await Anchored());
        var memory = Must(await ports.Files.Memory("eventdock/theroot", NoCancel).ToEither());
        Assert.Equal((0L, false, true), (memory.Size, memory.Done is not null, memory.Tried is not null));

        ports = ports with { Config = ports.Config with { Anchors = Seq1(good) } };
        Assert.Equal(0, Must(await Anchor()));
        Assert.Equal(["/good 4", "/good 4"], await Anchored());
        Assert.Equal(handed[0].Note, handed[1].Note);
        Assert.Equal(4, Must(await ports.Files.Memory("eventdock/theroot", NoCancel).ToEither()).Size);

        async Task<string[]> Anchored() =>
            (await ledger.AskAsync("select target || ' ' || size from eventdock.anchors order by id")).Select(r => (string)r[0]!).ToArray();

        Task<Either<DomainError, int>> Anchor() => Anchoring.Run(
            ports, false,
            (target, checkpoint, result) =>
            {
                told.Add($"{target.Name} {(result.IsRight ? "done" : "failed")} {checkpoint.Size}");
                return unit;
            },
            NoCancel).ToEither();
    }

    [Fact]
    public async Task The_lines_of_the_page_on_checking_by_hand_agree_without_this_program()
    {
        var (_, ports) = await NewAsync(12);
        File.WriteAllText(Path.Combine(root, "key"), Must(await ports.Key(NoCancel).ToEither()).Text + "\n");
        foreach (var position in new[] { 1, 7, 8, 12, 13 })
        {
            var proof = Must(await Proofs.Inclusion(ports, position, NoCancel).ToEither());
            File.WriteAllText(Path.Combine(root, "proof"), proof.ToString());
            var said = await ByHandAsync();
            Assert.Equal([proof.Line, proof.Signed.Checkpoint.Root.Base64, proof.Signed.Checkpoint.Root.Base64, "Signature Verified Successfully"], said);

            var line = proof.Line.Replace("layer", "lawyer", StringComparison.Ordinal).Replace("root", "toor", StringComparison.Ordinal);
            File.WriteAllText(Path.Combine(root, "proof"), (proof with { Line = line }).ToString());
            Assert.NotEqual(proof.Signed.Checkpoint.Root.Base64, (await ByHandAsync())[1]);
        }
    }

    [Fact]
    public async Task The_engine_s_role_can_add_checkpoints_and_anchors_and_change_none()
    {
        if (fixture.Place is null)
        {
            return;
        }

        var (ledger, ports) = await NewAsync(1);
        Must(await Checkpoints.Make(ports, true, NoCancel).ToEither());
        Assert.Equal(
            "INSERT,SELECT INSERT,SELECT",
            await ledger.AskOneAsync<string>(
                """
                select string_agg(p, ' ') from (
                    select string_agg(privilege_type, ',' order by privilege_type) p from information_schema.role_table_grants
                    where grantee = 'eventdock_engine' and table_name in ('checkpoints', 'anchors') group by table_name) t
                """));
    }

    /// <summary>What the shell lines under "By hand" in docs/verify.md print.</summary>
    private async Task<string[]> ByHandAsync([System.Runtime.CompilerServices.CallerFilePath] string here = "")
    {
        var page = File.ReadAllText(Path.Combine(Path.GetDirectoryName(here)!, "../../docs/verify.md"));
        var section = page.Split("\n## By hand\n")[1].Split("\n## ")[0];
        var lines = string.Concat(section.Split("```sh\n").Skip(1).Select(block => block.Split("```")[0]));
        using var shell = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("/bin/sh", ["-e", "-c", lines])
        {
            WorkingDirectory = root, RedirectStandardOutput = true,
        })!;
        var said = await shell.StandardOutput.ReadToEndAsync();
        await shell.WaitForExitAsync();
        Assert.Equal(0, shell.ExitCode);
        return said.TrimEnd('\n').Split('\n');
    }

    /// <summary>A ledger of one root event and so many others.</summary>
    private async Task<(TestLedger Ledger, ProofPorts Ports)> NewAsync(int events, params AnchorTarget[] targets)
    {
        var ledger = await fixture.NewAsync();
        var open = await ledger.OpenAsync();
        Must(await open.Store.Append(One(Streams.Root, 0, new RootInitialized("theroot", "host", "boot", "1")), NoCancel).ToEither());
        await AppendAsync(open, 1, events);
        var ports = new ProofPorts(
            open, SigningAdapter.Create(root, None), CheckpointFilesAdapter.Create(root),
            LedgerConfig.Empty with { Anchors = targets.ToSeq() },
            (target, note, _) =>
            {
                if (target.Name == "/bad")
                {
                    return LeftAsync<DomainError, Unit>(new DomainError.AnchorFailed(target.Name, "no"));
                }

                handed.Add((target, note));
                return RightAsync<DomainError, Unit>(unit);
            },
            () => DateTimeOffset.UtcNow);
        return (ledger, ports);
    }

    private static async Task AppendAsync(OpenLedger open, int first, int count)
    {
        for (var i = first; i < first + count; i++)
        {
            Must(await open.Store.Append(One(Streams.Layer(Hex($"layer{i}")), 0, Layer(Hex($"layer{i}"))), NoCancel).ToEither());
        }
    }

    private static Either<DomainError, Unit> Check(string text, VerifierKey key, Option<Checkpoint> held = default) =>
        ProofFile.Parse("proof", Encoding.UTF8.GetBytes(text)).Bind(f => f.Check(Some(key), held, SigningAdapter.Check));

    private static DomainError Left<T>(Either<DomainError, T> result) =>
        result.Match(Right: r => throw new Xunit.Sdk.XunitException($"done: {r}"), Left: e => e);
}
