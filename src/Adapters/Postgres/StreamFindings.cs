namespace EventDock.Adapters.Postgres;

using EventDock.Domain.Ledger;
using Npgsql;

/// <summary>What does not fit together beside events and leaves: streams, redactions, head, sequence.</summary>
internal static class StreamFindings
{
    /// <summary>Stands for the id of a foreign event that an import has left out: an export does not hold it.</summary>
    public static readonly Guid NotHere = Guid.Empty;

    /// <summary>What the events say is gone: a stranger's, which has no leaf, says nothing.</summary>
    public const string Redacted =
        """
        select substr(e.stream_id, length('redaction-') + 1)::bigint as position,
            min(e.seq_id) filter (where e.data->'Parts' ? 'headers') as headers,
            min(e.seq_id) filter (where e.data->'Parts' ? 'data') as data
        from eventdock.mt_events e
        where e.type = 'redacted' and e.stream_id ^@ 'redaction-' and e.stream_id ~ '^redaction-\d{1,18}$'
            and exists (select from eventdock.leaves l where l.position = e.seq_id)
        group by e.stream_id
        """;

    public static async Task<Seq<Finding>> ReadAsync(NpgsqlConnection connection, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand(
            $$"""
            select coalesce(e.last, h.position), 'mt_streams.version'
            from eventdock.mt_streams s
            full join (select stream_id, max(version) as version, max(seq_id) as last from (
                    select stream_id, version, seq_id from eventdock.mt_events
                    union all select stream_id, version, seq_id from eventdock.sealed) own group by stream_id) e
                on e.stream_id = s.id
            cross join eventdock.head h
            where s.version is distinct from e.version
            union all
            select e.last, 'mt_streams.' || case when s.type is not null then 'type'
                when s.tenant_id is distinct from '*DEFAULT*' then 'tenant_id' else 'is_archived' end
            from eventdock.mt_streams s
            join lateral (select max(seq_id) as last from eventdock.mt_events where stream_id = s.id) e on true
            where (s.type is not null or s.tenant_id is distinct from '*DEFAULT*' or s.is_archived is distinct from false)
                and not exists (
                    select from eventdock.foreign_events f join eventdock.mt_events o on o.seq_id = f.position where o.stream_id = s.id)
            union all
            select coalesce(r.position, t.position),
                case when r.headers is distinct from t.headers or r.data is distinct from t.data then 'redactions' else 'salts' end
            from eventdock.redactions r
            full join ({{Redacted}}) t on t.position = r.position
            left join (select position, headers, data from eventdock.salts where headers is null or data is null) s
                on s.position = coalesce(r.position, t.position)
            where r.headers is distinct from t.headers or r.data is distinct from t.data
                or (not exists (select from eventdock.sealed d where d.seq_id = coalesce(r.position, t.position))
                    and (s.position is null
                        or (r.headers is null) <> (s.headers is not null) or (r.data is null) <> (s.data is not null)))
            union all
            select coalesce(t.seq_id, s.first), 'segments'
            from eventdock.segments s
            left join lateral (
                select e.seq_id, e.data from eventdock.mt_events e
                where e.stream_id = 'ledger-segments' and e.type in ('segment_sealed', 'segment_rewritten') and e.data->>'First' = s.first::text
                order by e.version desc limit 1) t on true
            left join lateral (
                select e.type = 'segment_dropped' as dropped from eventdock.mt_events e
                where e.stream_id = 'ledger-segments' and e.type in ('segment_sealed', 'segment_dropped') and e.data->>'First' = s.first::text
                order by e.version desc limit 1) d on true
            where t.data->>'Last' is distinct from s.last::text or t.data->>'File' is distinct from s.file
                or t.data->>'Bytes' is distinct from s.bytes::text or t.data->>'Digest' is distinct from s.digest
                or s.dropped is distinct from d.dropped
            union all
            select h.position, 'mt_events_sequence' from eventdock.head h, eventdock.mt_events_sequence q
            where q.last_value < h.position
            union all
            select h.position, 'head.position' from eventdock.head h
            where exists (select from eventdock.leaves l where l.position > h.position)
            union all
            select h.position, 'head.recorded' from eventdock.head h
            join eventdock.leaves l on l.position = h.position where l.recorded <> h.recorded
            """, connection);
        await using var reader = await command.ExecuteReaderAsync(cancel);
        var found = new List<Finding>();
        while (await reader.ReadAsync(cancel))
        {
            found.Add(new Finding.ColumnChanged(reader.GetInt64(0), reader.GetString(1)));
        }

        return found.ToSeq();
    }
}
