namespace EventDock.Tests.Adapters;

using System.IO;
using System.Text;
using EventDock.Adapters.Signing;
using EventDock.Domain.Kernel;
using EventDock.Domain.Layers;
using EventDock.Domain.Ledger;
using EventDock.Engine;
using EventDock.Projections;
using static EventDock.Tests.Adapters.LedgerFacts;
using static EventDock.Tests.Adapters.LedgerFixture;
using static EventDock.Tests.Adapters.ImportTrial;

/// <summary>An export in an empty ledger is the ledger that it is of.</summary>
[Collection(LedgerTests.Name)]
public sealed class LedgerImportTests(LedgerFixture fixture) : IDisposable
{
    private static readonly CancellationToken NoCancel = CancellationToken.None;

    /// <summary>All that an append writes, but for its id; foreign events are left out of an export.</summary>
    private static readonly string[] Tables =
    [
        "select e.* from eventdock.mt_events e where exists (select from eventdock.leaves l where l.position = e.seq_id) order by seq_id",
        "select * from eventdock.leaves order by position",
        "select * from eventdock.salts order by position",
        "select * from eventdock.redactions order by position",
        "select * from eventdock.layer_paths order by layer, version, path",
        "select * from eventdock.head",
        "select position, recorded from eventdock.foreign_events where position between 1 and (select position from eventdock.head)",
        "select id, type, is_archived from eventdock.mt_streams where id not like 'order-%' order by id",
        "select * from eventdock.view_versions order by name",
    ];

    private readonly string root = Directory.CreateTempSubdirectory("ed-import-").FullName;

    public void Dispose() => Directory.Delete(root, recursive: true);

    [Fact]
    public async Task An_imported_ledger_has_the_rows_views_and_verdict_of_the_one_it_was_exported_from_and_exports_the_same()
    {
        var origin = await FilledAsync(fixture);
        var lines = await ExportedAsync(origin, root);
        var copy = await fixture.NewAsync();
        var imported = Must(await ImportedAsync(copy, Bytes(lines)));
        Assert.Equal(await origin.AskOneAsync<long>("select position from eventdock.head"), imported.Position);
        Assert.Equal(await origin.AskOneAsync<long>("select count(*) from eventdock.leaves"), imported.Leaves);
        foreach (var table in Tables)
        {
            Assert.Equal(Text(await origin.AskAsync(Cast(table))), Text(await copy.AskAsync(Cast(table))));
        }

        Assert.Equal(await SumsAsync(origin), await SumsAsync(copy));
        var (was, now) = (await VerifiedAsync(origin), await VerifiedAsync(copy));
        Assert.Empty(now.Findings);
        Assert.Equal((was with { Findings = Seq<Finding>() }).ToString(), (now with { Findings = Seq<Finding>() }).ToString());
        Assert.Equal((2L, 0L), (now.Strangers, now.Missing));
        Assert.Equal(lines, await ExportedAsync(copy, root));
    }

    [Fact]
    public async Task Who_comes_between_events_and_views_builds_the_views()
    {
        var origin = await FilledAsync(fixture);
        var export = new MemoryStream(Bytes(await ExportedAsync(origin, root)));
        var copy = await fixture.NewAsync();
        var open = await copy.OpenAsync(copy.Owner);
        Must(await open.Importer.Load(export, _ => Option<VerifierKey>.None, NoCancel).ToEither());
        await open.Care.Close();
        Assert.Equal([[0]], await copy.AskAsync("select distinct version from eventdock.view_versions"));
        Assert.Equal(await SumsAsync(origin), await SumsAsync(copy));
    }

    [Fact]
    public async Task An_imported_ledger_goes_on()
    {
        var copy = await fixture.NewAsync();
        var imported = Must(await ImportedAsync(copy, Bytes(await ExportedAsync(await FilledAsync(fixture), root))));
        var open = await copy.OpenAsync();
        var appended = Must(await open.Store.Append(One(Streams.Layer("later"), 0, Layer("later")), NoCancel).ToEither());
        await open.Care.Close();
        Assert.Equal(imported.Position + 1, appended.First);
        Assert.Empty((await VerifiedAsync(copy)).Findings);
    }

    [Fact]
    public async Task An_event_put_where_a_foreign_one_was_left_out_is_a_stranger()
    {
        var copy = await fixture.NewAsync();
        Must(await ImportedAsync(copy, Bytes(await ExportedAsync(await FilledAsync(fixture), root))));
        var position = await copy.AskOneAsync<long>("select min(position) from eventdock.foreign_events");
        await ForeignAsync(copy, "order-9", 1, position);
        Assert.Equal(
            (Verdict.Stranger, position), Assert.Single((await VerifiedAsync(copy)).Findings.Map(f => (f.Verdict, f.Position))));
    }

    [Fact]
    public async Task A_part_can_be_imported_that_begins_at_the_first_event_and_no_other()
    {
        var origin = await FilledAsync(fixture);
        var copy = await fixture.NewAsync();
        Assert.Contains("from position 1 on", Reason(await ImportedAsync(copy, Bytes(await ExportedAsync(origin, root, 2, None)))), StringComparison.Ordinal);
        Assert.Contains("from position 1 on", Reason(await ImportedAsync(copy, Bytes(await ExportedAsync(origin, root, 1, None, skip: 3)))), StringComparison.Ordinal);
        Assert.Contains("no Redacted in it", Reason(await ImportedAsync(copy, Bytes(await ExportedAsync(origin, root, 1, 12)))), StringComparison.Ordinal);
        await EmptyAsync(copy);

        // Another ledger of the same name: what this root has signed is not of it.
        File.Delete(Path.Combine(root, "signing", "checkpoint"));
        var whole = Bytes(await ExportedAsync(await FilledAsync(fixture, redacted: false), root, 1, 12));
        Assert.Equal(12, Must(await ImportedAsync(copy, whole)).Position);
        Assert.Empty((await VerifiedAsync(copy)).Findings);
    }

    [Fact]
    public async Task A_ledger_that_holds_an_event_takes_no_import()
    {
        var origin = await FilledAsync(fixture);
        var lines = Bytes(await ExportedAsync(origin, root));
        var before = await origin.AskOneAsync<long>("select position from eventdock.head");
        Assert.Equal(before, Assert.IsType<DomainError.LedgerHoldsEvents>(Left(await ImportedAsync(origin, lines))).Position);
        var strange = await fixture.NewAsync();
        await ForeignAsync(strange, "order-1", 1, 7);
        Assert.Equal(7, Assert.IsType<DomainError.LedgerHoldsEvents>(Left(await ImportedAsync(strange, lines))).Position);
    }

    [Fact]
    public async Task The_checkpoint_is_kept_under_the_key_that_was_trusted_for_it_and_refused_under_another()
    {
        var lines = Bytes(await ExportedAsync(await FilledAsync(fixture), root));
        var copy = await fixture.NewAsync();
        var key = Must(await SigningAdapter.Create(root, None).Key("eventdock/theroot", NoCancel).ToEither());
        var other = Must(VerifierKey.Of("eventdock/theroot", new byte[32]));
        Assert.IsType<DomainError.BadSignature>(Left(await ImportedAsync(copy, lines, other)));
        await EmptyAsync(copy);
        var imported = Must(await ImportedAsync(copy, lines, key));
        Assert.Equal([[key.Text, imported.Leaves]], await copy.AskAsync("select signer, size from eventdock.checkpoints"));
    }

    [Fact]
    public async Task An_export_of_many_megabytes_is_taken_in_several_portions()
    {
        var origin = await fixture.NewAsync();
        var open = await origin.OpenAsync(origin.Owner);
        await AddAsync(open, Root("theroot"));
        var paths = Enumerable.Range(0, 1500).Select(n => new PathChange("A", $"/a/path/of/some/length/{n}", false, "file", n, null, null)).ToArray();
        for (var n = 0; n < 60; n++)
        {
            await AddAsync(open, One(
                Streams.Layer("wide"), n, new LayerWritten("wide", "exit", paths.Length, 0, 0, 3, null, paths.ToSeq(), null)));
        }

        await open.Care.Close();
        var export = Bytes(await ExportedAsync(origin, root));
        Assert.True(export.Length > 8_000_000, $"{export.Length}");
        var copy = await fixture.NewAsync();
        Must(await ImportedAsync(copy, export));
        foreach (var table in Tables.Where(t => !t.Contains("layer_paths", StringComparison.Ordinal)))
        {
            Assert.Equal(Text(await origin.AskAsync(Cast(table))), Text(await copy.AskAsync(Cast(table))));
        }

        const string Paths = "select count(*) || md5(string_agg(version || kind || path::text, ',' order by version, path)) from eventdock.layer_paths";
        Assert.Equal(await origin.AskOneAsync<string>(Paths), await copy.AskOneAsync<string>(Paths));
        Assert.Empty((await VerifiedAsync(copy)).Findings);
    }

    private async Task<Verified> VerifiedAsync(TestLedger ledger)
    {
        var open = await ledger.OpenAsync(ledger.Owner);
        var ports = new VerifyPorts(open, SigningAdapter.Create(root, None), CheckpointFilesAdapter.Create(root), 0, null);
        var verified = Must(await VerifyLedger.Run(ports, new VerifyRequest(1, None, None, None, true), _ => { }, NoCancel).ToEither());
        await open.Care.Close();
        Assert.True(verified.Unfolded.IsNone);
        return verified;
    }

    private static async Task<Seq<ViewSum>> SumsAsync(TestLedger ledger)
    {
        var open = await ledger.OpenAsync();
        var sums = Must(await open.Care.Views.Sums(None, NoCancel).ToEither());
        await open.Care.Close();
        return sums;
    }

    private static string Cast(string query) => $"select row_to_json(q)::text from ({query}) q";

    private static string Text(List<object?[]> rows) => string.Join('\n', rows.Select(row => string.Join(' ', row)));
}
