namespace EventDock.Tests.Adapters;

using EventDock.Domain.Kernel;
using EventDock.Domain.Layers;
using EventDock.Domain.Ledger;
using EventDock.Projections;
using Npgsql;
using static EventDock.Tests.Adapters.LedgerFacts;
using static EventDock.Tests.Adapters.LedgerFixture;

/// <summary>What another program puts into the tables, as a Marten application would: known, passed over, and in nobody's way.</summary>
[Collection(LedgerTests.Name)]
public sealed class LedgerStrangerTests(LedgerFixture fixture)
{
    private static readonly CancellationToken NoCancel = CancellationToken.None;

    [Fact]
    public async Task A_strangers_event_is_passed_over_and_recorded_by_the_next_append()
    {
        var (ledger, open) = await NewAsync();
        var (theirs, position) = await ForeignAsync(ledger, "order-1", 1, "nextval('eventdock.mt_events_sequence')");
        Assert.Equal(2L, position);

        // 2 is theirs, 3 says so.
        Assert.Equal(new Appended(4, 4), await AddAsync(open, Streams.Layer("b"), 0, Layer("b")));
        Assert.Equal([new ForeignEventFound(2, $"{theirs:D}", "order-1", 1, "order_placed")], await FoundAsync(open));
        Assert.Equal(new Appended(5, 5), await AddAsync(open, Streams.Layer("b"), 1, new LayerRemoved("b")));
        await ContiguousAsync(ledger, open, 1);
        await open.Care.Close();
    }

    [Fact]
    public async Task Several_and_some_far_ahead_or_before_the_first_are_each_recorded_and_passed_over_when_their_turn_comes()
    {
        var (ledger, open) = await NewAsync();
        foreach (var seq in new[] { "2", "3", "5", "9", "1000", "9223372036854775807", "-5", "0" })
        {
            await ForeignAsync(ledger, $"order-{seq}", 1, seq);
        }

        for (var i = 0; i < 12; i++)
        {
            await AddAsync(open, Streams.Layer($"l{i}"), 0, Layer($"l{i}"));
        }

        Assert.Equal(
            [-5, 0, 2, 3, 5, 9, 1000, long.MaxValue], (await FoundAsync(open)).Select(f => f.Position.Value).Order());
        await ContiguousAsync(ledger, open, 4);
        Assert.Equal(long.MaxValue, await ledger.AskOneAsync<long>("select last_value from eventdock.mt_events_sequence"));
        await open.Care.Close();
    }

    [Fact]
    public async Task More_than_are_recorded_at_once_are_recorded_all_the_same()
    {
        var (ledger, open) = await NewAsync();
        await ledger.AskAsync(
            """
            insert into eventdock.mt_streams (id, version) values ('order-1', 2500);
            insert into eventdock.mt_events (seq_id, id, stream_id, version, data, type, mt_dotnet_type)
                select nextval('eventdock.mt_events_sequence'), gen_random_uuid(), 'order-1', n, '{}', 'order_placed', 'Theirs, Their.Assembly'
                from generate_series(1, 2500) n
            """);
        await AddAsync(open, Streams.Layer("b"), 0, Layer("b"));
        Assert.Equal(2500, (await FoundAsync(open)).Count);
        await ContiguousAsync(ledger, open, 2500);
        await open.Care.Close();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_stream_of_ours_with_a_strangers_event_in_it_goes_on_and_does_not_show_it(bool countedInTheStream)
    {
        var (ledger, open) = await NewAsync();
        await ForeignAsync(ledger, Streams.Layer("a"), 2, "nextval('eventdock.mt_events_sequence')", countedInTheStream);

        // Decided upon what was read before: one conflict at most, and the next reading sees it.
        var past = Must(await open.Store.Past(Streams.Layer("a"), NoCancel).ToEither());
        Assert.Equal((1, 2L), (past.Events.Count, past.Version));
        await AddAsync(open, Streams.Layer("a"), past.Version, new LayerRemoved("a"));
        Assert.Equal(
            Seq(1L, 3L), Must(await open.Store.Past(Streams.Layer("a"), NoCancel).ToEither()).Events.Map(e => e.Version));
        Assert.True(Must(await open.Views.Layers.All(None, NoCancel).ToEither()).IsEmpty);
        await ContiguousAsync(ledger, open, 1);
        await open.Care.Close();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_command_that_had_not_seen_it_meets_a_conflict_and_succeeds_when_it_decides_again(bool countedInTheStream)
    {
        var (ledger, open) = await NewAsync();
        await ForeignAsync(ledger, Streams.Layer("a"), 2, "nextval('eventdock.mt_events_sequence')", countedInTheStream);
        Assert.Equal(
            new DomainError.Conflict(Streams.Layer("a")),
            (await open.Store.Append(One(Streams.Layer("a"), 1, new LayerRemoved("a")), NoCancel).ToEither()).Match(Right: _ => null!, Left: e => e));
        var version = Must(await open.Store.Past(Streams.Layer("a"), NoCancel).ToEither()).Version;
        await AddAsync(open, Streams.Layer("a"), version, new LayerRemoved("a"));
        await ContiguousAsync(ledger, open, 1);
        await open.Care.Close();
    }

    [Fact]
    public async Task One_in_the_stream_in_which_strangers_are_recorded_is_recorded_there_too()
    {
        var (ledger, open) = await NewAsync();
        await ForeignAsync(ledger, Streams.Strangers, 1, "nextval('eventdock.mt_events_sequence')");
        await ForeignAsync(ledger, Streams.Strangers, 2, "nextval('eventdock.mt_events_sequence')", counted: false);
        await AddAsync(open, Streams.Layer("b"), 0, Layer("b"));
        Assert.Equal(2, (await FoundAsync(open)).Count);
        await ContiguousAsync(ledger, open, 2);
        await open.Care.Close();
    }

    [Fact]
    public async Task A_stream_that_stands_without_an_event_is_begun()
    {
        var (ledger, open) = await NewAsync();
        await ledger.AskAsync($"insert into eventdock.mt_streams (id, version) values ('{Streams.Layer("b")}', 0), ('{Streams.Layer("c")}', 7)");
        foreach (var name in new[] { "b", "c" })
        {
            await AddAsync(open, Streams.Layer(name), 0, Layer(name));
            Assert.Equal(1L, Must(await open.Store.Past(Streams.Layer(name), NoCancel).ToEither()).Version);
        }

        await open.Care.Close();
    }

    [Fact]
    public async Task One_that_commits_between_our_look_and_our_insert_is_met_too()
    {
        var (ledger, open) = await NewAsync();
        await using var source = NpgsqlDataSource.Create(ConnectionString(ledger.Owner));
        await using var connection = await source.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using (var insert = new NpgsqlCommand(ForeignSql("order-1", 1, Guid.NewGuid(), "nextval('eventdock.mt_events_sequence')", true), connection))
        {
            await insert.ExecuteNonQueryAsync();
        }

        var append = Task.Run(() => open.Store.Append(One(Streams.Layer("b"), 0, Layer("b")), NoCancel).ToEither());
        while (await ledger.AskOneAsync<long>("select count(*) from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database() and query like 'select%eventdock.append%'") == 0)
        {
            await Task.Delay(10);
        }

        await transaction.CommitAsync();
        Assert.Equal(new Appended(4, 4), Must(await append));
        Assert.Single(await FoundAsync(open));
        await ContiguousAsync(ledger, open, 1);
        await open.Care.Close();
    }

    [Fact]
    public async Task Writers_and_a_stranger_at_once_leave_every_event_there_and_every_stranger_known()
    {
        var (ledger, open) = await NewAsync();
        var writers = Enumerable.Range(0, 3).Select(async writer =>
        {
            var own = await ledger.OpenAsync();
            for (var i = 0; i < 25; i++)
            {
                await AddAsync(own, Streams.Layer($"{writer}/{i}"), 0, Layer($"{writer}/{i}"));
            }

            await own.Care.Close();
        });
        var stranger = Task.Run(async () =>
        {
            var done = 0;
            for (var i = 0; i < 40; i++)
            {
                try
                {
                    await ForeignAsync(ledger, $"order-{i}", 1, "nextval('eventdock.mt_events_sequence')");
                    done++;
                }
                catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UniqueViolation)
                {
                    // The place it was given has been taken meanwhile: a Marten would be refused likewise.
                }
            }

            return done;
        });
        await Task.WhenAll(writers);
        var strangers = await stranger;
        await AddAsync(open, Streams.Layer("last"), 0, Layer("last"));
        Assert.Equal(strangers, (await FoundAsync(open)).Count);
        Assert.Equal(77, Must(await open.Views.Layers.All(None, NoCancel).ToEither()).Count);
        await ContiguousAsync(ledger, open, strangers);
        await open.Care.Close();
    }

    private async Task<(TestLedger Ledger, OpenLedger Open)> NewAsync()
    {
        var ledger = await fixture.NewAsync();
        var open = await ledger.OpenAsync();
        await AddAsync(open, Streams.Layer("a"), 0, Layer("a"));
        return (ledger, open);
    }

    private static async Task<Appended> AddAsync(OpenLedger open, string stream, long expected, DockEvent happened) =>
        Must(await open.Store.Append(One(stream, expected, happened), NoCancel).ToEither());

    private static string ForeignSql(string stream, long version, Guid id, string seq, bool counted) =>
        $"""
        insert into eventdock.mt_streams (id, version) values ('{stream}', {version})
            on conflict (id) do update set version = {(counted ? "excluded" : "mt_streams")}.version;
        insert into eventdock.mt_events (seq_id, id, stream_id, version, data, type, mt_dotnet_type)
            values ({seq}, '{id:D}', '{stream}', {version}, '{"{}"}', 'order_placed', 'Theirs, Their.Assembly')
        """;

    private static async Task<(Guid Id, long Position)> ForeignAsync(
        TestLedger ledger, string stream, long version, string seq, bool counted = true)
    {
        var id = Guid.NewGuid();
        await ledger.AskAsync(ForeignSql(stream, version, id, seq, counted));
        return (id, await ledger.AskOneAsync<long>($"select seq_id from eventdock.mt_events where id = '{id:D}'"));
    }

    private static async Task<List<ForeignEventFound>> FoundAsync(OpenLedger open) =>
        Must(await open.Store.Read(Streams.Strangers, NoCancel).ToEither()).Map(e => (ForeignEventFound)e.Event).ToList();

    /// <summary>Every position up to the head is taken; those without a leaf are known strangers; chain and views are whole without them.</summary>
    private static async Task ContiguousAsync(TestLedger ledger, OpenLedger open, int strangersUpToHead)
    {
        Assert.True(await ledger.AskOneAsync<bool>(
            "select (select count(*) from eventdock.mt_events, eventdock.head where seq_id between 1 and position) = position from eventdock.head"));
        Assert.Equal(
            (long)strangersUpToHead, await ledger.AskOneAsync<long>(
                "select count(*) from eventdock.mt_events e, eventdock.head h where seq_id between 1 and h.position and not exists (select from eventdock.leaves l where l.position = e.seq_id)"));
        Assert.True(await ledger.AskOneAsync<bool>(
            "select (select last_value from eventdock.mt_events_sequence) >= (select max(seq_id) from eventdock.mt_events)"));
        Assert.Equal(await LedgerChainTests.RecomputedAsync(ledger), await ledger.AskOneAsync<byte[]>("select chain from eventdock.head"));
        var seen = 0;
        Must(await open.Log.Read(
            new LogQuery(Seq<string>(), Seq<string>(), Seq<string>(), null, null, null, null, null), _ => { seen++; return unit; }, NoCancel).ToEither());
        Assert.Equal((int)await ledger.AskOneAsync<long>("select count(*) from eventdock.leaves"), seen);
        const string Rows = "select string_agg(key || valid_from || coalesce(valid_to::text, '-') || row, ',' order by key, valid_from) from eventdock.view_layers";
        var kept = await ledger.AskOneAsync<string>(Rows);
        Must(await open.Care.Views.Rebuild(Seq<string>(), _ => { }, NoCancel).ToEither());
        Assert.Equal(kept, await ledger.AskOneAsync<string>(Rows));
    }
}
