namespace EventDock.Tests.Adapters;

using System.Security.Cryptography;
using EventDock.Adapters.Postgres;
using EventDock.Domain.Kernel;
using static EventDock.Tests.Adapters.LedgerFacts;
using static EventDock.Tests.Adapters.LedgerFixture;

/// <summary>The hash chain over the leaves.</summary>
[Collection(LedgerTests.Name)]
public sealed class LedgerChainTests(LedgerFixture fixture)
{
    private static readonly CancellationToken NoCancel = CancellationToken.None;

    /// <summary>The chain as anybody recomputes it from the leaves' lines; gives the last link.</summary>
    internal static async Task<byte[]> RecomputedAsync(TestLedger ledger)
    {
        var link = new byte[32];
        foreach (var row in await ledger.AskAsync("select position, line, hash, chain from eventdock.leaves order by position"))
        {
            var hash = SHA256.HashData([0, .. System.Text.Encoding.UTF8.GetBytes((string)row[1]!)]);
            link = SHA256.HashData([2, .. link, .. hash]);
            Assert.True(hash.AsSpan().SequenceEqual((byte[])row[2]!), $"the leaf at {row[0]}");
            Assert.True(link.AsSpan().SequenceEqual((byte[])row[3]!), $"the link at {row[0]}");
        }

        return link;
    }

    [Fact]
    public async Task Each_link_is_the_hash_of_the_one_before_and_the_leaf_and_the_head_holds_the_last()
    {
        var ledger = await fixture.NewAsync();
        var open = await ledger.OpenAsync();
        Assert.Equal(new byte[32], await ledger.AskOneAsync<byte[]>("select chain from eventdock.head"));
        foreach (var append in History(Enumerable.Range(0, 40).Select(i => i * 11)))
        {
            Must(await open.Store.Append(append, NoCancel).ToEither());
        }

        await open.Care.Close();
        Assert.Equal(await RecomputedAsync(ledger), await ledger.AskOneAsync<byte[]>("select chain from eventdock.head"));
    }

    [Fact]
    public async Task A_ledger_of_the_first_version_gets_its_chain_when_it_is_opened()
    {
        var ledger = await fixture.NewAsync();
        await ledger.AskAsync("drop schema eventdock cascade; drop schema eventdock_fresh cascade; create schema eventdock");
        await ledger.AskAsync(
            "create table eventdock.migrations (version int primary key, name text not null, applied timestamptz not null default clock_timestamp())");
        foreach (var script in new[] { "001_ledger", "002_views", "003_append", "004_roles" })
        {
            using var text = new System.IO.StreamReader(typeof(PostgresLedger).Assembly.GetManifestResourceStream($"schema/{script}.sql")!);
            await ledger.AskAsync(await text.ReadToEndAsync());
        }

        await ledger.AskAsync(
            """
            insert into eventdock.migrations (version, name) values (1, '001_ledger'), (2, '002_views'), (3, '003_append'), (4, '004_roles');
            insert into eventdock.leaves (position, recorded, late, line, hash)
                select n, now(), tstzrange(now(), now()), 'line ' || n, sha256('\x00'::bytea || convert_to('line ' || n, 'UTF8'))
                from generate_series(1, 12345) n order by random();
            update eventdock.head set position = 12345, recorded = now();
            """);
        var open = await ledger.OpenAsync(ledger.Owner);
        await open.Care.Close();
        Assert.Equal(await RecomputedAsync(ledger), await ledger.AskOneAsync<byte[]>("select chain from eventdock.head"));

        var engine = await ledger.OpenAsync();
        Assert.Equal(12346L, Must(await engine.Store.Append(One(Streams.Layer("x"), 0, Layer("x")), NoCancel).ToEither()).Last);
        await engine.Care.Close();
        Assert.Equal(await RecomputedAsync(ledger), await ledger.AskOneAsync<byte[]>("select chain from eventdock.head"));
    }
}
