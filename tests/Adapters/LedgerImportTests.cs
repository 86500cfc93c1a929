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

/// <summary>An export in an empty ledger is the ledger that it is of; and what is no whole export leaves it empty.</summary>
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
        var origin = await FilledAsync();
        var lines = await ExportedAsync(origin);
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
        Assert.Equal(lines, await ExportedAsync(copy));
    }

    [Fact]
    public async Task An_imported_ledger_goes_on()
    {
        var copy = await fixture.NewAsync();
        var imported = Must(await ImportedAsync(copy, Bytes(await ExportedAsync(await FilledAsync()))));
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
        Must(await ImportedAsync(copy, Bytes(await ExportedAsync(await FilledAsync()))));
        var position = await copy.AskOneAsync<long>("select min(position) from eventdock.foreign_events");
        await ForeignAsync(copy, "order-9", 1, position);
        Assert.Equal(
            (Verdict.Stranger, position), Assert.Single((await VerifiedAsync(copy)).Findings.Map(f => (f.Verdict, f.Position))));
    }

    [Fact]
    public async Task A_part_can_be_imported_that_begins_at_the_first_event_and_no_other()
    {
        var origin = await FilledAsync();
        var copy = await fixture.NewAsync();
        Assert.Contains("from position 1 on", Reason(await ImportedAsync(copy, Bytes(await ExportedAsync(origin, 2, None)))), StringComparison.Ordinal);
        Assert.Contains("from position 1 on", Reason(await ImportedAsync(copy, Bytes(await ExportedAsync(origin, 1, None, skip: 3)))), StringComparison.Ordinal);
        Assert.Contains("no Redacted in it", Reason(await ImportedAsync(copy, Bytes(await ExportedAsync(origin, 1, 12)))), StringComparison.Ordinal);
        await EmptyAsync(copy);

        // Another ledger of the same name: what this root has signed is not of it.
        File.Delete(Path.Combine(root, "signing", "checkpoint"));
        var whole = Bytes(await ExportedAsync(await FilledAsync(redacted: false), 1, 12));
        Assert.Equal(12, Must(await ImportedAsync(copy, whole)).Position);
        Assert.Empty((await VerifiedAsync(copy)).Findings);
    }

    [Fact]
    public async Task A_ledger_that_holds_an_event_takes_no_import()
    {
        var origin = await FilledAsync();
        var lines = Bytes(await ExportedAsync(origin));
        var before = await origin.AskOneAsync<long>("select position from eventdock.head");
        Assert.Equal(before, Assert.IsType<DomainError.LedgerHoldsEvents>(Left(await ImportedAsync(origin, lines))).Position);
        var strange = await fixture.NewAsync();
        await ForeignAsync(strange, "order-1", 1, 7);
        Assert.Equal(7, Assert.IsType<DomainError.LedgerHoldsEvents>(Left(await ImportedAsync(strange, lines))).Position);
    }

    [Fact]
    public async Task The_checkpoint_is_kept_under_the_key_that_was_trusted_for_it_and_refused_under_another()
    {
        var lines = Bytes(await ExportedAsync(await FilledAsync()));
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
        var export = Bytes(await ExportedAsync(origin));
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

    [Fact]
    public async Task An_import_that_is_called_off_or_whose_source_fails_leaves_the_ledger_empty()
    {
        var lines = Bytes(await ExportedAsync(await FilledAsync()));
        var copy = await fixture.NewAsync();
        using var called = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => ImportedAsync(copy, new Failing(lines, called.Cancel), null, called.Token));
        await EmptyAsync(copy);
        var failed = await ImportedAsync(copy, new Failing(lines, () => throw new IOException("the disk is gone")), null, NoCancel);
        Assert.Equal("the disk is gone", Assert.IsType<DomainError.FileFailed>(Left(failed)).Reason);
        await EmptyAsync(copy);
        Must(await ImportedAsync(copy, lines));
    }

    [Theory]
    [InlineData("cut within a line")]
    [InlineData("cut behind a line")]
    [InlineData("cut before the last line")]
    [InlineData("nothing")]
    [InlineData("garbage")]
    [InlineData("events swapped")]
    [InlineData("lines swapped")]
    [InlineData("event left out")]
    [InlineData("event left out and said to be foreign")]
    [InlineData("salt changed")]
    [InlineData("data changed")]
    [InlineData("headers redacted")]
    [InlineData("data redacted besides")]
    [InlineData("line changed")]
    [InlineData("chain changed")]
    [InlineData("root changed")]
    [InlineData("longer")]
    [InlineData("huge line")]
    [InlineData("type unknown")]
    public async Task What_is_no_whole_export_leaves_the_ledger_empty(string fault)
    {
        var copy = await fixture.NewAsync();
        var lines = await ExportedAsync(await FilledAsync());
        var bad = Faulty(fault, lines);
        Assert.NotEmpty(Assert.IsType<DomainError.BadExport>(Left(await ImportedAsync(copy, bad))).Reason);
        await EmptyAsync(copy);
        Must(await ImportedAsync(copy, Bytes(lines)));
    }

    private static byte[] Faulty(string fault, string[] lines)
    {
        var changed = lines.ToList();
        switch (fault)
        {
            case "cut within a line":
                return Bytes(lines)[..(Bytes(lines[..4]).Length + 20)];
            case "cut behind a line":
                return Bytes(lines[..4]);
            case "cut before the last line":
                return Bytes(lines[..^1]);
            case "nothing":
                return [];
            case "garbage":
                return Enumerable.Range(0, 100_000).Select(n => (byte)(n * 31 % 251)).ToArray();
            case "events swapped":
                changed.InsertRange(3, lines[6..9]);
                changed.RemoveRange(9, 3);
                break;
            case "lines swapped":
                (changed[4], changed[5]) = (changed[5], changed[4]);
                break;
            case "event left out":
                changed.RemoveRange(6, 3);
                break;
            case "event left out and said to be foreign":
                changed.RemoveRange(6, 3);
                changed[^1] = changed[^1].Replace("\"foreign\":[", "\"foreign\":[3,", StringComparison.Ordinal);
                break;
            case "salt changed":
                changed[2] = changed[2].Replace("[\"data\",\"", "[\"data\",\"0", StringComparison.Ordinal).Remove(20, 1);
                break;
            case "data changed":
                changed[2] = changed[2].Replace("}]", ",\"z\":1}]", StringComparison.Ordinal);
                break;
            case "headers redacted":
                changed[4] = "[\"headers\",null,null]";
                break;
            case "data redacted besides":
                changed[11] = "[\"data\",null,null]";
                break;
            case "line changed":
                changed[3] = changed[3].Replace("\"version\":1", "\"version\":2", StringComparison.Ordinal);
                break;
            case "chain changed":
                changed[^1] = changed[^1].Replace("\"chain\":\"", "\"chain\":\"00", StringComparison.Ordinal).Remove(60, 2);
                break;
            case "root changed":
                changed[^1] = ChangedRoot(changed[^1]);
                break;
            case "longer":
                changed.Add(lines[^1]);
                break;
            case "huge line":
                changed[1] = new string(' ', (64 << 20) + 10);
                break;
            case "type unknown":
                changed[3] = changed[3].Replace("\"type\":\"", "\"type\":\"un", StringComparison.Ordinal);
                break;
        }

        Assert.NotEqual(lines, changed);
        return Bytes(changed.ToArray());
    }

    private static string ChangedRoot(string line)
    {
        var trailer = Must(ExportTrailer.Parse(Encoding.UTF8.GetBytes(line)));
        var (signed, root) = (trailer.Checkpoint, MerkleTree.Leaf("other"));
        var other = signed.Checkpoint with { Root = root };
        return (trailer with { Checkpoint = new SignedCheckpoint(other, signed.Note with { Text = other.Text }) }).ToString();
    }

    /// <summary>Containers, tags, layers, two foreign events, and redactions of three events.</summary>
    private async Task<TestLedger> FilledAsync(bool redacted = true)
    {
        var ledger = await fixture.NewAsync();
        var open = await ledger.OpenAsync(ledger.Owner);
        await AddAsync(open, Root("theroot"));
        await AddAsync(open, One(Streams.Layer("thin"), 0, new LayerCreated("thin", "thin", null, null, null, 0)));
        await AddAsync(open, One(Streams.Layer("thin"), 1, new LayerWritten(
            "thin", "exit", 1, 0, 0, 3, null, Seq1(new PathChange("A", "/secret", false, "file", 3, null, null)), null)));
        await AddAsync(open, One(Streams.Layer("thin"), 2, new LayerRemoved("thin")));
        await ForeignAsync(ledger, Streams.Layer("thin"), 4, 5);
        await ForeignAsync(ledger, "order-1", 1, 6);
        foreach (var append in History(Enumerable.Range(0, 60).Select(n => n * 7919 % 1000)))
        {
            await AddAsync(open, append);
        }

        foreach (var (position, parts) in new[] { (2L, EventParts.Data), (3L, EventParts.Both), (4L, EventParts.Headers) }.Where(_ => redacted))
        {
            Must(await Redact.Run(
                open, new RedactRequest(Seq1(position), parts, "a password"), () => TestLedger.Start, _ => { }, NoCancel).ToEither());
        }

        await open.Care.Close();
        return ledger;
    }

    private static async Task AddAsync(OpenLedger open, Append append) => Must(await open.Store.Append(append, NoCancel).ToEither());

    private static Task ForeignAsync(TestLedger ledger, string stream, long version, long position) => ledger.AskAsync(
        $"""
        insert into eventdock.mt_streams (id, version) values ('{stream}', {version}) on conflict do nothing;
        insert into eventdock.mt_events (seq_id, id, stream_id, version, data, type, mt_dotnet_type)
            values ({position}, gen_random_uuid(), '{stream}', {version}, '{"{}"}', 'order_placed', 'Shop.OrderPlaced, Shop');
        """);

    /// <summary>Gives all but the end, and then what happens happens.</summary>
    private sealed class Failing(byte[] bytes, Action happens) : MemoryStream(bytes, 0, bytes.Length - 100)
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancel = default)
        {
            var read = await base.ReadAsync(buffer, cancel);
            if (read == 0)
            {
                happens();
                cancel.ThrowIfCancellationRequested();
            }

            return read;
        }
    }

    private static Task<Either<DomainError, Imported>> ImportedAsync(TestLedger ledger, byte[] export, VerifierKey? key = null) =>
        ImportedAsync(ledger, new MemoryStream(export), key, NoCancel);

    private static async Task<Either<DomainError, Imported>> ImportedAsync(
        TestLedger ledger, Stream export, VerifierKey? key, CancellationToken cancel)
    {
        var open = await ledger.OpenAsync(ledger.Owner);
        var alone = new StoreLock((_, _) => RightAsync<DomainError, IDisposable>(new MemoryStream()));
        var imported = await ImportLedger.Run(
            new ImportPorts(open, SigningAdapter.Check, alone), export, key is null ? None : Some(key), _ => { }, cancel).ToEither();
        await open.Care.Close();
        return imported;
    }

    private async Task<string[]> ExportedAsync(TestLedger ledger, long first = 1, Option<long> last = default, int skip = 0)
    {
        var open = await ledger.OpenAsync(ledger.Owner);
        var lines = new List<string>();
        var ports = new ProofPorts(
            open, SigningAdapter.Create(root, None), CheckpointFilesAdapter.Create(root), LedgerConfig.Empty,
            (_, _, _) => RightAsync<DomainError, Unit>(unit), () => TestLedger.Start);
        Must(await Export.Run(ports, first, last, Taken, NoCancel).ToEither());
        await open.Care.Close();
        return lines.Skip(skip).ToArray();

        Unit Taken(string line)
        {
            lines.Add(line);
            return unit;
        }
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

    private static async Task EmptyAsync(TestLedger ledger)
    {
        foreach (var table in new[] { "mt_events", "mt_streams", "leaves", "salts", "layer_paths", "redactions", "foreign_events", "checkpoints" })
        {
            Assert.Equal(0L, await ledger.AskOneAsync<long>($"select count(*) from eventdock.{table}"));
        }

        Assert.Equal([[0L]], await ledger.AskAsync("select position from eventdock.head"));
    }

    private static string Cast(string query) => $"select row_to_json(q)::text from ({query}) q";

    private static string Text(List<object?[]> rows) => string.Join('\n', rows.Select(row => string.Join(' ', row)));

    private static byte[] Bytes(string[] lines) => Encoding.UTF8.GetBytes(string.Concat(lines.Select(line => line + "\n")));

    private static string Reason<T>(Either<DomainError, T> result) => Assert.IsType<DomainError.BadExport>(Left(result)).Reason;

    private static DomainError Left<T>(Either<DomainError, T> result) =>
        result.Match(Right: r => throw new InvalidOperationException($"{r}"), Left: e => e);
}
