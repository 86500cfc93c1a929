namespace EventDock.Tests.Adapters;

using EventDock.Domain.Ledger;

/// <summary>One change that somebody with all rights makes straight in SQL, and what verify must call it.</summary>
/// <param name="Sql">For a position and the last position.</param>
internal sealed record Tampering(string Name, Verdict Verdict, Func<long, long, string> Sql);

/// <summary>A field, a row removed, two swapped, the tail cut, a column outside the leaf: each kind in all its places.</summary>
internal static class Tamperings
{
    private const string RelaxedStreams = "alter table eventdock.mt_events drop constraint fkey_mt_events_stream_id; ";

    public static readonly Tampering[] All =
    [
        Field("data: a member added", "update eventdock.mt_events set data = data || '{\"Unheard\":1}' where seq_id = {0}"),
        Field("data: emptied", "update eventdock.mt_events set data = '{}' where seq_id = {0}"),
        Field("headers: another line", "update eventdock.mt_events set headers = jsonb_set(headers, '{Line}', '[\"true\"]') where seq_id = {0}"),
        Field("headers: another time", "update eventdock.mt_events set headers = jsonb_set(headers, '{Occurred}', '\"2020-01-01T00:00:00.000000Z\"') where seq_id = {0}"),
        Field("headers: gone", "update eventdock.mt_events set headers = null where seq_id = {0}"),
        Field("type", "update eventdock.mt_events set type = 'root_adopted', mt_dotnet_type = 'EventDock.Domain.Roots.RootAdopted, EventDock.Domain' where seq_id = {0}"),
        Field("id", "update eventdock.mt_events set id = gen_random_uuid() where seq_id = {0}"),
        Field("version", "update eventdock.mt_events set version = version + 1000 where seq_id = {0}"),
        Field("stream", RelaxedStreams + "update eventdock.mt_events set stream_id = 'container-of-nobody' where seq_id = {0}"),
        Field("time", "update eventdock.mt_events set timestamp = timestamp - interval '1 hour' where seq_id = {0}"),
        Field("correlation", "update eventdock.mt_events set correlation_id = gen_random_uuid()::text where seq_id = {0}"),
        Field("leaf: its line", "update eventdock.leaves set line = replace(line, '\"version\":', '\"version\":1') where position = {0}"),
        Field("leaf: its hash", "update eventdock.leaves set hash = sha256(hash) where position = {0}"),
        Field("leaf: its link", "update eventdock.leaves set chain = sha256(chain) where position = {0}"),
        Field("leaf: line and hash", "update eventdock.leaves set line = line || ' ', hash = sha256('\\x00'::bytea || convert_to(line || ' ', 'UTF8')) where position = {0}"),
        Field("salt of the data", "update eventdock.salts set data = sha256(data) where position = {0}"),
        Field("salt of the headers", "update eventdock.salts set headers = sha256(headers) where position = {0}"),
        Field("salts gone", "delete from eventdock.salts where position = {0}"),
        new("the event removed", Verdict.Missing, (p, _) => $"delete from eventdock.mt_events where seq_id = {p}"),
        new("the leaf removed", Verdict.Missing, (p, _) => $"delete from eventdock.leaves where position = {p}"),
        new("event, leaf and salts removed", Verdict.Missing, (p, _) =>
            $"delete from eventdock.mt_events where seq_id = {p}; delete from eventdock.leaves where position = {p}; delete from eventdock.salts where position = {p}"),
        new("two events swapped", Verdict.Reordered, (p, last) => Swap("mt_events", "seq_id", p, last)),
        new("two leaves swapped", Verdict.Reordered, (p, last) => Swap("leaves", "position", p, last)),
        new("the events of the tail removed", Verdict.Missing, (p, _) => $"delete from eventdock.mt_events where seq_id >= {p}"),
        new("the tail cut everywhere", Verdict.Truncated, (p, _) => Cut(p)),
        Column("mt_dotnet_type", "update eventdock.mt_events set mt_dotnet_type = 'Another.Type, Another' where seq_id = {0}"),
        Column("tenant_id", "update eventdock.mt_events set tenant_id = 'another' where seq_id = {0}"),
        Column("is_archived", "update eventdock.mt_events set is_archived = true where seq_id = {0}"),
        Column("is_archived: null", "update eventdock.mt_events set is_archived = null where seq_id = {0}"),
        Column("bdata", "update eventdock.mt_events set bdata = '\\x00' where seq_id = {0}"),
        Column("causation_id", "update eventdock.mt_events set causation_id = 'another' where seq_id = {0}"),
        Column("user_name", "update eventdock.mt_events set user_name = 'another' where seq_id = {0}"),
        Column("leaves.recorded", "update eventdock.leaves set recorded = recorded + interval '1 second' where position = {0}"),
        Column("leaves.late", "update eventdock.leaves set late = tstzrange(lower(late) - interval '1 day', upper(late)) where position = {0}"),
        Column("mt_streams.version", "update eventdock.mt_streams set version = version + 1 where id = (select stream_id from eventdock.mt_events where seq_id = {0})"),
        Column("mt_streams.is_archived", "update eventdock.mt_streams set is_archived = true where id = (select stream_id from eventdock.mt_events where seq_id = {0})"),
        Column("mt_streams.type", "update eventdock.mt_streams set type = 'another' where id = (select stream_id from eventdock.mt_events where seq_id = {0})"),
        Column("head.chain", "update eventdock.head set chain = sha256(chain)"),
        Column("head.recorded", "update eventdock.head set recorded = recorded + interval '1 second'"),
        Column("head.position", "update eventdock.head set position = position - 1"),
        Column("the sequence", "select setval('eventdock.mt_events_sequence', 1)"),
        new("a stranger behind the head", Verdict.Stranger, (_, last) =>
            "insert into eventdock.mt_streams (id, version) values ('order-1', 1); "
            + "insert into eventdock.mt_events (seq_id, id, stream_id, version, data, type, mt_dotnet_type) "
            + $"values ({last + 1}, gen_random_uuid(), 'order-1', 1, '{{}}', 'order_placed', 'Theirs, Theirs')"),
        new("an event listed as a known stranger", Verdict.Stranger, (p, _) =>
            $"insert into eventdock.foreign_events (position, id, recorded) select {p}, id, true from eventdock.mt_events where seq_id = {p}"),
        new("a stranger behind the head, listed as known", Verdict.Stranger, (_, last) =>
            "insert into eventdock.mt_streams (id, version) values ('order-1', 1); "
            + "insert into eventdock.mt_events (seq_id, id, stream_id, version, data, type, mt_dotnet_type) "
            + $"values ({last + 1}, gen_random_uuid(), 'order-1', 1, '{{}}', 'order_placed', 'Theirs, Theirs'); "
            + $"insert into eventdock.foreign_events (position, id, recorded) select seq_id, id, true from eventdock.mt_events where seq_id = {last + 1}"),
        new("an event taken out and listed as foreign", Verdict.Missing, (p, _) =>
            $"delete from eventdock.mt_events where seq_id = {p}; delete from eventdock.leaves where position = {p}; delete from eventdock.salts where position = {p}; "
            + $"insert into eventdock.foreign_events (position, id, recorded) values ({p}, '{Guid.Empty}', true)"),
        new("everything from here on made anew", Verdict.Rewritten, (p, _) => Rewrite(p)),
    ];

    private static Tampering Field(string name, string sql) =>
        new(name, Verdict.Edited, (p, _) => sql.Replace("{0}", $"{p}", StringComparison.Ordinal));

    private static Tampering Column(string name, string sql) =>
        new(name, Verdict.ColumnChanged, (p, _) => sql.Replace("{0}", $"{p}", StringComparison.Ordinal));

    private static string Swap(string table, string column, long a, long last)
    {
        var b = a == last ? a - 1 : a + 1 + ((a * 7) % (last - a));
        return $"update eventdock.{table} set {column} = -1 where {column} = {a}; update eventdock.{table} set {column} = {a} where {column} = {b}; "
            + $"update eventdock.{table} set {column} = {b} where {column} = -1";
    }

    /// <summary>So that nothing inside the ledger contradicts it.</summary>
    private static string Cut(long from) => $"""
        delete from eventdock.mt_events where seq_id >= {from};
        delete from eventdock.leaves where position >= {from};
        delete from eventdock.salts where position >= {from};
        delete from eventdock.mt_streams s where not exists (select from eventdock.mt_events e where e.stream_id = s.id);
        update eventdock.mt_streams s set version = (select max(version) from eventdock.mt_events e where e.stream_id = s.id);
        update eventdock.head set position = {from - 1},
            chain = coalesce((select chain from eventdock.leaves where position = {from - 1}), decode(repeat('00', 32), 'hex')),
            recorded = coalesce((select recorded from eventdock.leaves where position = {from - 1}), '-infinity');
        select setval('eventdock.mt_events_sequence', {Math.Max(1, from - 1)})
        """;

    /// <summary>The event's time is another, and leaves, links and head follow: a forger who knows how EventDock works.</summary>
    private static string Rewrite(long from) => $$"""
        update eventdock.leaves set line = replace(line, '"correlation":"', '"correlation":"0') where position = {{from}};
        update eventdock.mt_events set correlation_id = '0' || correlation_id where seq_id = {{from}};
        do $body$
        declare
            leaf record;
            link bytea := coalesce((select chain from eventdock.leaves where position = {{from}} - 1), decode(repeat('00', 32), 'hex'));
        begin
            for leaf in select position, sha256('\x00'::bytea || convert_to(line, 'UTF8')) as hash from eventdock.leaves
                where position >= {{from}} order by position loop
                link := sha256('\x02'::bytea || link || leaf.hash);
                update eventdock.leaves set hash = leaf.hash, chain = link where position = leaf.position;
            end loop;
            update eventdock.head set chain = link;
        end
        $body$
        """;
}
