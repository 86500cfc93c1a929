namespace EventDock.Tests.Adapters;

using System.IO;
using EventDock.Adapters.Postgres;
using EventDock.Adapters.Signing;
using EventDock.Domain.Kernel;
using EventDock.Domain.Ledger;
using EventDock.Engine;
using EventDock.Projections;
using static EventDock.Tests.Adapters.ImportTrial;
using static EventDock.Tests.Adapters.LedgerFacts;
using static EventDock.Tests.Adapters.LedgerFixture;

/// <summary>What verify and the proofs make of foreign events, wherever they stand and whoever says that they are known.</summary>
[Collection(LedgerTests.Name)]
public sealed class LedgerForeignTests(LedgerFixture fixture) : IDisposable
{
    private static readonly CancellationToken NoCancel = CancellationToken.None;
    private readonly string root = Directory.CreateTempSubdirectory("ed-foreign-").FullName;

    public void Dispose() => Directory.Delete(root, recursive: true);

    [Theory]
    [InlineData(100_000)]
    [InlineData(long.MaxValue)]
    public async Task Positions_between_the_head_and_a_foreign_event_far_beyond_it_are_not_missing(long far)
    {
        var ledger = await NewAsync();
        await ForeignAsync(ledger, "order-1", 1, far);
        var open = await ledger.OpenAsync(ledger.Owner);
        var before = await VerifiedAsync(open);
        Assert.Equal([(Verdict.Stranger, far)], before.Findings.Map(f => (f.Verdict, f.Position)).ToArray());
        Assert.Equal((0L, 5L), (before.Missing, before.To));

        await AddAsync(open, One(Streams.Layer("b"), 0, Layer("b")));
        var known = await VerifiedAsync(open);
        Assert.Empty(known.Findings);
        Assert.Equal((0L, 1L, 7L), (known.Missing, known.Strangers, known.To));
        await open.Care.Close();
    }

    [Fact]
    public async Task A_head_far_beyond_the_last_event_is_one_line_and_not_one_for_each_position()
    {
        var ledger = await NewAsync();
        await ledger.AskAsync("update eventdock.head set position = 4611686018427387904");
        var open = await ledger.OpenAsync(ledger.Owner);
        var verified = await VerifiedAsync(open);
        Assert.Equal(4611686018427387904L - 5, verified.Missing);
        Assert.Contains(new Finding.Missing(6, MissingPart.Both) { Last = 4611686018427387904 }, verified.Findings);
        await open.Care.Close();
    }

    [Fact]
    public async Task Foreign_events_before_the_first_position_move_no_leaf()
    {
        var ledger = await NewAsync();
        await ForeignAsync(ledger, "order-1", 1, 0);
        await ForeignAsync(ledger, "order-2", 1, -7);
        await ForeignAsync(ledger, "order-3", 1, 6);
        var open = await ledger.OpenAsync(ledger.Owner);
        await AddAsync(open, One(Streams.Layer("b"), 0, Layer("b")));
        var proof = Must(await Proofs.Inclusion(Ports(open), 10, NoCancel).ToEither());
        // The root, four layers, three that tell of strangers at -7, 0 and 6, and the new layer.
        Assert.Equal((8L, 9L), (proof.Index, proof.Signed.Checkpoint.Size));
        Assert.Empty((await VerifiedAsync(open)).Findings);
        await open.Care.Close();
    }

    [Fact]
    public async Task A_foreign_event_is_known_by_the_event_that_tells_of_it_and_not_by_a_table()
    {
        var ledger = await NewAsync();
        var open = await ledger.OpenAsync(ledger.Owner);
        await ForeignAsync(ledger, "order-1", 1, 6);
        await AddAsync(open, One(Streams.Layer("b"), 0, Layer("b")));
        Assert.Empty((await VerifiedAsync(open)).Findings);

        await ledger.AskAsync("update eventdock.foreign_events set id = gen_random_uuid()");
        Assert.Equal(
            [new Finding.ColumnChanged(6, "foreign_events")], (await VerifiedAsync(open)).Findings.ToArray());
        await ledger.AskAsync("delete from eventdock.foreign_events");
        Assert.Equal(
            [new Finding.ColumnChanged(6, "foreign_events")], (await VerifiedAsync(open)).Findings.ToArray());

        await ledger.AskAsync("insert into eventdock.foreign_events (position, id, recorded) select seq_id, id, true from eventdock.mt_events where seq_id in (2, 6)");
        Assert.Equal((Verdict.Stranger, 2L), Assert.Single((await VerifiedAsync(open)).Findings.Map(f => (f.Verdict, f.Position))));
        await open.Care.Close();
    }

    [Fact]
    public async Task A_redaction_of_what_tells_of_a_foreign_event_makes_it_no_stranger_and_no_other_known()
    {
        var ledger = await NewAsync();
        var open = await ledger.OpenAsync(ledger.Owner);
        await ForeignAsync(ledger, "order-of-somebody", 1, 6);
        await AddAsync(open, One(Streams.Layer("b"), 0, Layer("b")));
        Must(await Redact.Run(
            open, new RedactRequest(Seq1(7L), EventParts.Data, "a name"), () => TestLedger.Start, _ => { }, NoCancel).ToEither());
        Assert.Empty((await VerifiedAsync(open)).Findings);

        await ledger.AskAsync("insert into eventdock.foreign_events (position, id, recorded) select seq_id, id, true from eventdock.mt_events where seq_id = 2");
        Assert.Contains((Verdict.Stranger, 2L), (await VerifiedAsync(open)).Findings.Map(f => (f.Verdict, f.Position)));
        await open.Care.Close();
    }

    [Fact]
    public async Task An_event_before_the_first_position_that_nobody_knows_is_a_stranger()
    {
        var ledger = await NewAsync();
        await ForeignAsync(ledger, "order-1", 1, -3);
        var open = await ledger.OpenAsync(ledger.Owner);
        Assert.Equal((Verdict.Stranger, -3L), Assert.Single((await VerifiedAsync(open)).Findings.Map(f => (f.Verdict, f.Position))));
        await open.Care.Close();
    }

    [Fact]
    public async Task An_export_that_ends_before_a_foreign_event_is_told_of_is_not_imported()
    {
        var ledger = await NewAsync();
        await ForeignAsync(ledger, "order-1", 1, 6);
        var open = await ledger.OpenAsync(ledger.Owner);
        await AddAsync(open, One(Streams.Layer("b"), 0, Layer("b")));
        await open.Care.Close();
        var copy = await fixture.NewAsync();
        Assert.Contains(
            "no ForeignEventFound in it agrees",
            Reason(await ImportedAsync(copy, Bytes(await ExportedAsync(ledger, root, 1, 6)))), StringComparison.Ordinal);
        await EmptyAsync(copy);
        Must(await ImportedAsync(copy, Bytes(await ExportedAsync(ledger, root, 1, 7))));
    }

    /// <summary>Five events, at the positions 1 to 5.</summary>
    private async Task<TestLedger> NewAsync()
    {
        var ledger = await fixture.NewAsync();
        var open = await ledger.OpenAsync(ledger.Owner);
        await AddAsync(open, Root("theroot"));
        foreach (var name in new[] { "l1", "l2", "l3", "l4" })
        {
            await AddAsync(open, One(Streams.Layer(name), 0, Layer(name)));
        }

        await open.Care.Close();
        return ledger;
    }

    private ProofPorts Ports(OpenLedger open) => new(
        open, SigningAdapter.Create(root, None), CheckpointFilesAdapter.Create(root), LedgerConfig.Empty,
        (_, _, _) => RightAsync<DomainError, Unit>(unit), () => TestLedger.Start);

    private async Task<Verified> VerifiedAsync(OpenLedger open) => Must(await VerifyLedger.Run(
        new VerifyPorts(open, SigningAdapter.Create(root, None), CheckpointFilesAdapter.Create(root), 0, "theroot"),
        new VerifyRequest(1, None, None, None, false), _ => { }, NoCancel).ToEither());
}
