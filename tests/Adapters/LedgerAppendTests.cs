namespace EventDock.Tests.Adapters;

using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using EventDock.Domain.Containers;
using EventDock.Domain.Images;
using EventDock.Domain.Kernel;
using EventDock.Domain.Layers;
using EventDock.Projections;
using Npgsql;
using static EventDock.Tests.Adapters.LedgerFacts;
using static EventDock.Tests.Adapters.LedgerFixture;

[Collection(LedgerTests.Name)]
public sealed class LedgerAppendTests(LedgerFixture fixture)
{
    private static readonly CancellationToken NoCancel = CancellationToken.None;

    [Fact]
    public async Task Two_streams_read_together_are_what_they_are_each_by_itself()
    {
        var ledger = await fixture.NewAsync();
        var open = Must(await EventDock.Adapters.Postgres.PostgresLedger.OpenServer(ledger.Engine, TestLedger.NewOrigin(), NoCancel).ToEither());
        var (one, other) = (Container("a"), Container("b"));
        Must(await open.Store.Append(
            One(Streams.Container(one.Value), 0, Created(one, "a", Hex("i")), new ContainerStartRequested(one)), NoCancel).ToEither());
        Must(await open.Store.Append(One(Streams.Container(other.Value), 0, Created(other, "b", Hex("i"))), NoCancel).ToEither());

        var both = Must(await open.Store.Pasts(Streams.Container(other.Value), Streams.Container(one.Value), NoCancel).ToEither());
        var none = Must(await open.Store.Pasts(Streams.Layer("none"), Streams.Container(one.Value), NoCancel).ToEither());

        Assert.Equal((1L, 2L), (both.First.Version, both.Second.Version));
        Assert.Equal(Seq1(3L), both.First.Events.Map(e => e.Position));
        Assert.Equal(Seq(1L, 2L), both.Second.Events.Map(e => e.Position));
        Assert.Equal((0L, true, 2L), (none.First.Version, none.First.Events.IsEmpty, none.Second.Version));
        await open.Care.Close();
    }

    [Fact]
    public async Task What_was_appended_reads_back_with_its_origin_and_both_times()
    {
        var ledger = await fixture.NewAsync();
        var origin = TestLedger.NewOrigin();
        var open = Must(await EventDock.Adapters.Postgres.PostgresLedger.OpenServer(ledger.Engine, origin, NoCancel).ToEither());
        var id = Container("a");
        var stream = Streams.Container(id.Value);

        var appended = Must(await open.Store.Append(One(stream, 0, Created(id, "a", Hex("i")), new ContainerStartRequested(id)), NoCancel).ToEither());
        var read = Must(await open.Store.Read(stream, NoCancel).ToEither());

        Assert.Equal((1L, 2L), (appended.First, appended.Last));
        Assert.Equal(Seq(1L, 2L), read.Map(e => e.Position));
        Assert.Equal(Seq(1L, 2L), read.Map(e => e.Version));
        Assert.Equal(Seq(Start, Start.AddSeconds(1)), read.Map(e => e.Occurred));
        Assert.All(read, e => Assert.Equal(origin with { Schema = 1 }, e.Origin));
        Assert.All(read, e => Assert.True(DateTimeOffset.UtcNow - e.At < TimeSpan.FromMinutes(1)));
        // A NUL and half of a surrogate pair are what Postgres cannot hold: they come back replaced.
        Assert.Equal(Seq("cat", "server.js", "\u2400", "\ufffd"), ((ContainerCreated)read[0].Event).Settings.Command);
        await open.Care.Close();
    }

    [Fact]
    public async Task Positions_are_contiguous_and_times_never_run_backwards_under_eight_writers_who_conflict()
    {
        var ledger = await fixture.NewAsync();
        var (lost, read) = (0, 0);
        var all = new TaskCompletionSource();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(async writer =>
        {
            var open = await ledger.OpenAsync();
            var random = new Random(writer);
            var met = false;
            for (var i = 0; i < 40; i++)
            {
                var key = Hex($"shared{(i == 0 ? 0 : random.Next(4))}");
                var result = await open.Retries.OnConflict(
                    () => from past in open.Store.Read(Streams.Layer(key), NoCancel)
                          from together in Meet().ToAsync()
                          from done in open.Store.Append(
                              One(Streams.Layer(key), past.Count, Written(key), Written(key)), NoCancel).MapLeft(e => { Interlocked.Increment(ref lost); return e; })
                          select done,
                    NoCancel).ToEither();
                var appended = Must(result);
                Assert.Equal(appended.First + 1, appended.Last);
            }

            await open.Care.Close();

            // All have read the same before the first of them appends: seven have to read again.
            async Task<Either<DomainError, Unit>> Meet()
            {
                if (!met)
                {
                    met = true;
                    if (Interlocked.Increment(ref read) == 8)
                    {
                        all.SetResult();
                    }

                    await all.Task.WaitAsync(TimeSpan.FromSeconds(60));
                }

                return unit;
            }
        }));

        Assert.InRange(lost, 7, int.MaxValue);
        Assert.Equal(640L, await ledger.AskOneAsync<long>("select position from eventdock.head"));
        Assert.Equal(0L, await ledger.AskOneAsync<long>(
            "select count(*) from (select seq_id, row_number() over (order by seq_id) as n from eventdock.mt_events) e where seq_id <> n"));
        Assert.Equal(0L, await ledger.AskOneAsync<long>(
            "select count(*) from (select timestamp < lag(timestamp) over (order by seq_id) as back from eventdock.mt_events) e where back"));
        Assert.Equal(0L, await ledger.AskOneAsync<long>(
            "select count(*) from (select version, row_number() over (partition by stream_id order by seq_id) as n from eventdock.mt_events) e where version <> n"));
        Assert.Equal(0L, await ledger.AskOneAsync<long>(
            "select count(*) from eventdock.mt_streams s where version <> (select max(version) from eventdock.mt_events where stream_id = s.id)"));
    }

    [Fact]
    public async Task A_stream_that_is_not_at_the_expected_version_is_a_conflict_on_that_stream_and_nothing_is_added()
    {
        var ledger = await fixture.NewAsync();
        var open = await ledger.OpenAsync();
        var (a, b) = (Hex("a"), Hex("b"));
        Must(await open.Store.Append(One(Streams.Layer(a), 0, Layer(a)), NoCancel).ToEither());

        foreach (var expected in new[] { 0L, 2L })
        {
            var both = One(Streams.Layer(b), 0, Layer(b)).And(One(Streams.Layer(a), expected, new LayerRemoved(a)));
            Assert.Equal(new DomainError.Conflict(Streams.Layer(a)), Refusal(await open.Store.Append(both, NoCancel).ToEither()));
        }

        var ghost = One(Streams.Layer(b), 3, new LayerRemoved(b));
        Assert.Equal(new DomainError.Conflict(Streams.Layer(b)), Refusal(await open.Store.Append(ghost, NoCancel).ToEither()));
        Assert.Equal(1L, await ledger.AskOneAsync<long>("select count(*) from eventdock.mt_events"));
        Assert.Equal(1L, await ledger.AskOneAsync<long>("select count(*) from eventdock.mt_streams"));
        Assert.Equal(1L, Must(await open.Log.Head(NoCancel).ToEither()));
        await open.Care.Close();
    }

    [Fact]
    public async Task A_taken_name_is_refused_with_its_holder_and_is_free_again_after_the_removal()
    {
        var ledger = await fixture.NewAsync();
        var open = await ledger.OpenAsync();
        var (a, b) = (Container("a"), Container("b"));
        Must(await open.Store.Append(One(Streams.Container(a.Value), 0, Created(a, "same", Hex("i"))), NoCancel).ToEither());

        var second = One(Streams.Container(b.Value), 0, Created(b, "same", Hex("i")));
        Assert.Equal(new DomainError.NameTaken("same", a.Value), Refusal(await open.Store.Append(second, NoCancel).ToEither()));
        // Removed and taken over in one append.
        Must(await open.Store.Append(One(Streams.Container(a.Value), 1, new ContainerRemoved(a)).And(second), NoCancel).ToEither());
        Assert.Equal(Some(b), Must(await open.Views.ContainerNamed("same", NoCancel).ToEither()).Map(c => c.Id));
        await open.Care.Close();
    }

    [Fact]
    public async Task Every_leaf_is_what_csharp_computes_from_the_stored_rows()
    {
        var ledger = await fixture.NewAsync();
        var open = await ledger.OpenAsync();
        foreach (var append in History(Enumerable.Range(0, 60).Select(i => i * 7 + (i * i))))
        {
            Must(await open.Store.Append(append, NoCancel).ToEither());
        }

        await open.Care.Close();
        var rows = await ledger.AskAsync(
            """
            select e.seq_id, e.id, e.stream_id, e.version, e.type, e.data::text, e.headers::text, e.timestamp, e.correlation_id,
                   l.line, l.hash, s.headers, s.data
            from eventdock.mt_events e join eventdock.leaves l on l.position = e.seq_id join eventdock.salts s on s.position = e.seq_id
            """);
        Assert.True(rows.Count > 60);
        foreach (var row in rows)
        {
            var headers = JsonDocument.Parse((string)row[6]!).RootElement;
            var line = new StringBuilder("{")
                .Append($"\"correlation\":{JsonSerializer.Serialize((string)row[8]!)}")
                .Append($",\"data\":\"{Salted((byte[])row[12]!, (string)row[5]!)}\"")
                .Append($",\"headers\":\"{Salted((byte[])row[11]!, (string)row[6]!)}\"")
                .Append($",\"id\":\"{(Guid)row[1]!:D}\"")
                .Append($",\"occurred\":\"{headers.GetProperty("Occurred").GetString()}\"")
                .Append($",\"position\":{row[0]}")
                .Append($",\"recorded\":\"{Rfc3339.Micros(new DateTimeOffset((DateTime)row[7]!))}\"")
                .Append($",\"schema\":{headers.GetProperty("Schema").GetInt32()}")
                .Append($",\"stream\":\"{row[2]}\",\"type\":\"{row[4]}\",\"version\":{row[3]}")
                .Append('}').ToString();
            Assert.Equal(line, (string)row[9]!);
            Assert.Equal(line, Encoding.UTF8.GetString(Must(CanonicalJson.Of(line))));
            Assert.Equal(SHA256.HashData([0, .. Encoding.UTF8.GetBytes(line)]), (byte[])row[10]!);
            Assert.True(((byte[])row[11]!).Length >= 16 && ((byte[])row[12]!).Length >= 16);
        }

        static string Salted(byte[] salt, string json) =>
            Convert.ToHexStringLower(SHA256.HashData([.. salt, .. Must(CanonicalJson.Of(json))]));
    }

    [Fact]
    public async Task The_tables_are_as_Marten_wants_them()
    {
        var ledger = await fixture.NewAsync();
        var open = await ledger.OpenAsync();
        foreach (var append in History(Enumerable.Range(0, 30)))
        {
            Must(await open.Store.Append(append, NoCancel).ToEither());
        }

        await open.Care.Close();
        Assert.Equal(0L, await ledger.AskOneAsync<long>(
            """
            select count(*) from eventdock.mt_events where is_archived is distinct from false or bdata is not null
                or mt_dotnet_type is null or causation_id is not null or user_name is not null or tenant_id <> '*DEFAULT*'
                or correlation_id is null
            """));
        Assert.Equal(0L, await ledger.AskOneAsync<long>("select count(*) from eventdock.mt_streams where is_archived is distinct from false"));
        Assert.True(await ledger.AskOneAsync<bool>(
            "select (select last_value from eventdock.mt_events_sequence) >= (select max(seq_id) from eventdock.mt_events)"));
        var columns = await ledger.AskAsync(
            """
            select table_name, string_agg(column_name || ' ' || udt_name, ',' order by ordinal_position)
            from information_schema.columns where table_schema = 'eventdock' and table_name like 'mt\_%' and table_name <> 'mt_events_sequence'
            group by table_name order by table_name
            """);
        Assert.Equal(
            [
                "mt_event_progression: name varchar,last_seq_id int8,last_updated timestamptz",
                "mt_events: seq_id int8,id uuid,stream_id varchar,version int8,data jsonb,bdata bytea,type varchar,timestamp timestamptz,"
                    + "tenant_id varchar,mt_dotnet_type varchar,correlation_id varchar,causation_id varchar,headers jsonb,user_name varchar,is_archived bool",
                "mt_streams: id varchar,type varchar,version int8,timestamp timestamptz,created timestamptz,tenant_id varchar,is_archived bool",
            ],
            columns.Select(c => $"{c[0]}: {c[1]}"));
        var indexes = await ledger.AskAsync(
            "select indexname from pg_indexes where schemaname = 'eventdock' and tablename like 'mt\\_%' order by 1");
        Assert.Equal(
            ["pk_mt_event_progression", "pk_mt_events_stream_and_version", "pkey_mt_events_seq_id", "pkey_mt_streams_id"],
            indexes.Select(i => (string)i[0]!));
    }

    [Fact]
    public async Task The_engines_role_can_neither_change_nor_delete_what_is_recorded_nor_read_the_salts()
    {
        if (fixture.Place is null)
        {
            Console.WriteLine("skipped: the roles are the private cluster's, and EVENTDOCK_TEST_DATABASE names another server");
            return;
        }

        var ledger = await fixture.NewAsync();
        var open = await ledger.OpenAsync();
        Must(await open.Store.Append(Root("r"), NoCancel).ToEither());
        await open.Care.Close();
        await using var source = NpgsqlDataSource.Create(ConnectionString(ledger.Engine));
        foreach (var forbidden in new[]
        {
            "update eventdock.mt_events set data = '{}'", "delete from eventdock.mt_events", "truncate eventdock.mt_events cascade",
            "delete from eventdock.mt_streams", "update eventdock.mt_streams set is_archived = true", "update eventdock.leaves set hash = ''",
            "delete from eventdock.leaves", "select * from eventdock.salts", "delete from eventdock.salts", "delete from eventdock.head",
            "alter table eventdock.mt_events disable trigger all", "delete from eventdock.layer_paths", "drop function eventdock.check_views",
        })
        {
            await using var command = source.CreateCommand(forbidden);
            var thrown = await Assert.ThrowsAsync<PostgresException>(() => command.ExecuteNonQueryAsync());
            Assert.True(thrown.SqlState == PostgresErrorCodes.InsufficientPrivilege, $"{forbidden}: {thrown.MessageText}");
        }
    }

    [Fact]
    public async Task The_paths_of_a_written_layer_are_indexed_as_bytes()
    {
        var ledger = await fixture.NewAsync();
        var open = await ledger.OpenAsync();
        var id = Hex("thin");
        Must(await open.Store.Append(One(Streams.Layer(id), 0, Layer(id), new LayerWritten(
            id, "exit", 2, 0, 0, 3, null,
            Seq(new PathChange("A", "/é", false, "file", 3, null, null), new PathChange("D", "L2H/", true, "file", 0, null, null)), null)), NoCancel).ToEither());

        // They stand in the log, and a decision goes without them.
        var read = Must(await open.Store.Read(Streams.Layer(id), NoCancel).ToEither());
        Assert.True(((LayerWritten)read[1].Event).Changes.IsEmpty);
        Assert.Equal(2L, await ledger.AskOneAsync<long>("select jsonb_array_length(data->'Changes')::bigint from eventdock.mt_events where type = 'layer_written'"));
        await open.Care.Close();
        var rows = await ledger.AskAsync("select layer, version, kind, path from eventdock.layer_paths order by kind");
        Assert.Equal(2, rows.Count);
        Assert.Equal([id, 2L, "A"], rows[0][..3]);
        Assert.Equal("/é"u8.ToArray(), (byte[])rows[0][3]!);
        Assert.Equal([(byte)'/', (byte)'a', 0xff], (byte[])rows[1][3]!);
    }

    private static LayerWritten Written(string id) => new(id, "exec", 0, 0, 0, 0, null, Seq<PathChange>(), null);

    private static DomainError Refusal<T>(Either<DomainError, T> result) =>
        result.Match(Right: r => throw new InvalidOperationException($"not refused: {r}"), Left: e => e);
}
