namespace EventDock.Tests.Bench;

using System;
using System.Globalization;
using System.Linq;
using System.Threading.Tasks;
using EventDock.Domain.Kernel;
using Npgsql;
using NpgsqlTypes;

/// <summary>
/// The same rows (stream version, event, leaf with chain, row of the view, head) by the least SQL that writes them: rows are made once
/// beforehand and handed in, statements are prepared, and nothing is checked but the stream's version.
/// </summary>
internal sealed class BareWriters : IAsyncDisposable
{
    private const string One = """
        create function eventdock.bare_one(
            stream text, expected bigint, event uuid, event_type text, dotnet text, event_data jsonb, event_headers jsonb,
            occurred timestamptz, leaf_begin text, leaf_end text, correlation text, changed text, opened jsonb) returns bigint language plpgsql as $$
        declare
            place bigint; moment timestamptz; link bytea; line text; leaf bytea;
        begin
            if expected = 0 then
                insert into eventdock.mt_streams (id, version, is_archived) values (stream, 1, false);
            else
                update eventdock.mt_streams set version = expected + 1, timestamp = clock_timestamp() where id = stream and version = expected;
                if not found then raise exception 'conflict'; end if;
            end if;
            select position + 1, greatest(recorded, clock_timestamp()), chain into place, moment, link from eventdock.head for update;
            line := leaf_begin || place || ',"recorded":"' || to_char(moment at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') || '"' || leaf_end;
            leaf := sha256('\x00'::bytea || convert_to(line, 'UTF8'));
            link := sha256('\x02'::bytea || link || leaf);
            insert into eventdock.mt_events
                    (seq_id, id, stream_id, version, data, type, timestamp, mt_dotnet_type, correlation_id, headers, is_archived)
                values (place, event, stream, expected + 1, event_data, event_type, moment, dotnet, correlation, event_headers, false);
            insert into eventdock.leaves (position, recorded, late, line, hash, chain)
                values (place, moment, tstzrange(least(occurred, moment), moment), line, leaf, link);
            update eventdock.view_containers set valid_to = place where key = changed and valid_to is null;
            insert into eventdock.view_containers (key, valid_from, row) values (changed, place, opened);
            update eventdock.head set position = place, recorded = moment, chain = link;
            return place;
        end
        $$
        """;

    private const string Many = """
        create function eventdock.bare_many(
            stream text, expected bigint, events uuid[], types text[], dotnet text[], datas jsonb[], headers jsonb[],
            occurred timestamptz[], leaf_begins text[], leaf_ends text[], correlation text, changed text, opened jsonb[]) returns bigint language plpgsql as $$
        declare
            base bigint; moment timestamptz; link bytea; stamp text; line text; count int := cardinality(events);
            lines text[]; leafs bytea[]; links bytea[];
        begin
            if expected = 0 then
                insert into eventdock.mt_streams (id, version, is_archived) values (stream, count, false);
            else
                update eventdock.mt_streams set version = expected + count, timestamp = clock_timestamp() where id = stream and version = expected;
                if not found then raise exception 'conflict'; end if;
            end if;
            select position, greatest(recorded, clock_timestamp()), chain into base, moment, link from eventdock.head for update;
            stamp := ',"recorded":"' || to_char(moment at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') || '"';
            for i in 1 .. count loop
                line := leaf_begins[i] || base + i || stamp || leaf_ends[i];
                lines[i] := line;
                leafs[i] := sha256('\x00'::bytea || convert_to(line, 'UTF8'));
                link := sha256('\x02'::bytea || link || leafs[i]);
                links[i] := link;
            end loop;
            insert into eventdock.mt_events
                    (seq_id, id, stream_id, version, data, type, timestamp, mt_dotnet_type, correlation_id, headers, is_archived)
                select base + n, e, stream, expected + n, d, t, moment, dt, correlation, h, false
                from unnest(events, types, dotnet, datas, headers) with ordinality x(e, t, dt, d, h, n);
            insert into eventdock.leaves (position, recorded, late, line, hash, chain)
                select base + n, moment, tstzrange(least(o, moment), moment), l, h, c
                from unnest(occurred, lines, leafs, links) with ordinality x(o, l, h, c, n);
            update eventdock.view_containers set valid_to = base + 1 where key = changed and valid_to is null;
            insert into eventdock.view_containers (key, valid_from, valid_to, row)
                select changed, base + n, case when n < count then base + n + 1 end, r from unnest(opened) with ordinality x(r, n);
            update eventdock.head set position = base + count, recorded = moment, chain = link;
            return base + count;
        end
        $$
        """;

    private readonly NpgsqlConnection[] connections;
    private readonly NpgsqlCommand[] commands;
    private readonly long[] versions;
    private readonly int events;

    private BareWriters(NpgsqlConnection[] connections, NpgsqlCommand[] commands, int events) =>
        (this.connections, this.commands, versions, this.events) = (connections, commands, new long[connections.Length], events);

    public static async Task<BareWriters> StartAsync(BenchServer server, int writers, int events)
    {
        var engine = await server.NewLedgerAsync();
        await BenchServer.ExecuteAsync(engine, events == 1 ? One : Many);
        var connections = Enumerable.Range(0, writers).Select(_ => new NpgsqlConnection(BenchServer.Settings(engine))).ToArray();
        var commands = new NpgsqlCommand[writers];
        for (var i = 0; i < writers; i++)
        {
            await connections[i].OpenAsync();
            commands[i] = Command(connections[i], i, events);
            await commands[i].PrepareAsync();
        }

        var bare = new BareWriters(connections, commands, events);
        for (var i = 0; i < writers; i++)
        {
            await bare.AppendAsync(i);
        }

        return bare;
    }

    public async Task AppendAsync(int writer)
    {
        var command = commands[writer];
        command.Parameters[1].Value = versions[writer];
        command.Parameters[2].Value = events == 1
            ? Guid.CreateVersion7()
            : Enumerable.Range(0, events).Select(_ => Guid.CreateVersion7()).ToArray();
        await command.ExecuteNonQueryAsync();
        versions[writer] += events;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var connection in connections)
        {
            await connection.DisposeAsync();
        }
    }

    private static NpgsqlCommand Command(NpgsqlConnection connection, int writer, int events)
    {
        var origin = BenchServer.NewOrigin();
        var now = DateTimeOffset.UtcNow;
        var rows = Enumerable.Range(1, events).Select(n =>
        {
            var happened = BenchRows.Next(BenchRows.Id(writer), n);
            var kind = EventCodec.KindOf(happened);
            var digest = new string('d', 64);
            return (
                Kind: kind, Data: EventCodec.Write(happened), Headers: EventCodec.WriteHeaders(EventHeaders.Of(origin, 1, now)),
                Begin: $"{{\"correlation\":\"{origin.Command:D}\",\"data\":\"{digest}\",\"headers\":\"{digest}\",\"id\":\"{Guid.NewGuid():D}\",\"occurred\":\"{Rfc3339.Micros(now)}\",\"position\":",
                End: string.Create(CultureInfo.InvariantCulture, $",\"schema\":1,\"stream\":\"{Streams.Container(BenchRows.Id(writer).Value)}\",\"type\":\"{kind.Alias}\",\"version\":{n}}}"),
                Row: BenchRows.Row(writer, n, now));
        }).ToArray();
        var call = events == 1 ? "eventdock.bare_one" : "eventdock.bare_many";
        return new NpgsqlCommand($"select {call}($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13)", connection)
        {
            Parameters =
            {
                Value(Streams.Container(BenchRows.Id(writer).Value), NpgsqlDbType.Text),
                Value(0L, NpgsqlDbType.Bigint),
                Each(_ => Guid.NewGuid(), NpgsqlDbType.Uuid),
                Each(r => r.Kind.Alias, NpgsqlDbType.Text),
                Each(r => r.Kind.DotNetType, NpgsqlDbType.Text),
                Each(r => r.Data, NpgsqlDbType.Jsonb),
                Each(r => r.Headers, NpgsqlDbType.Jsonb),
                Each(_ => now.UtcDateTime, NpgsqlDbType.TimestampTz),
                Each(r => r.Begin, NpgsqlDbType.Text),
                Each(r => r.End, NpgsqlDbType.Text),
                Value(origin.Command.ToString("D"), NpgsqlDbType.Text),
                Value(BenchRows.Id(writer).Value, NpgsqlDbType.Text),
                Each(r => r.Row, NpgsqlDbType.Jsonb),
            },
        };

        NpgsqlParameter Each<T>(Func<(EventKind Kind, string Data, string Headers, string Begin, string End, string Row), T> of, NpgsqlDbType type) =>
            events == 1 ? Value(of(rows[0])!, type) : Value(rows.Select(of).ToArray(), NpgsqlDbType.Array | type);

        static NpgsqlParameter Value(object value, NpgsqlDbType type) => new() { Value = value, NpgsqlDbType = type };
    }
}
