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

/// <summary>A ledger with all that an export can hold, exported and imported.</summary>
internal static class ImportTrial
{
    private static readonly CancellationToken NoCancel = CancellationToken.None;

    /// <summary>Containers, tags, layers, two foreign events, and redactions of three events.</summary>
    public static async Task<TestLedger> FilledAsync(LedgerFixture fixture, bool redacted = true)
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

    public static async Task AddAsync(OpenLedger open, Append append) => Must(await open.Store.Append(append, NoCancel).ToEither());

    public static Task ForeignAsync(TestLedger ledger, string stream, long version, long position) => ledger.AskAsync(
        $"""
        insert into eventdock.mt_streams (id, version) values ('{stream}', {version}) on conflict do nothing;
        insert into eventdock.mt_events (seq_id, id, stream_id, version, data, type, mt_dotnet_type)
            values ({position}, gen_random_uuid(), '{stream}', {version}, '{"{}"}', 'order_placed', 'Shop.OrderPlaced, Shop');
        """);

    public static Task<Either<DomainError, Imported>> ImportedAsync(TestLedger ledger, byte[] export, VerifierKey? key = null) =>
        ImportedAsync(ledger, new MemoryStream(export), key, NoCancel);

    public static async Task<Either<DomainError, Imported>> ImportedAsync(
        TestLedger ledger, Stream export, VerifierKey? key, CancellationToken cancel)
    {
        var open = await ledger.OpenAsync(ledger.Owner);
        var alone = new StoreLock((_, _) => RightAsync<DomainError, IDisposable>(new MemoryStream()));
        var imported = await ImportLedger.Run(
            new ImportPorts(open, SigningAdapter.Check, alone), export, key is null ? None : Some(key), _ => { }, cancel).ToEither();
        await open.Care.Close();
        return imported;
    }

    public static async Task<string[]> ExportedAsync(TestLedger ledger, string root, long first = 1, Option<long> last = default, int skip = 0)
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

    public static async Task EmptyAsync(TestLedger ledger)
    {
        foreach (var table in new[] { "mt_events", "mt_streams", "leaves", "salts", "layer_paths", "redactions", "foreign_events", "checkpoints" })
        {
            Assert.Equal(0L, await ledger.AskOneAsync<long>($"select count(*) from eventdock.{table}"));
        }

        Assert.Equal([[0L]], await ledger.AskAsync("select position from eventdock.head"));
    }

    public static byte[] Bytes(string[] lines) => Encoding.UTF8.GetBytes(string.Concat(lines.Select(line => line + "\n")));

    public static string Reason<T>(Either<DomainError, T> result) => Assert.IsType<DomainError.BadExport>(Left(result)).Reason;

    public static DomainError Left<T>(Either<DomainError, T> result) =>
        result.Match(Right: r => throw new InvalidOperationException($"{r}"), Left: e => e);
}
