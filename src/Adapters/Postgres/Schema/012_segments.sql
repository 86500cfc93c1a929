-- Ranges of positions that stand in files of the root, too. A segment's members begin at offsets, each with the event at the
-- position beside it.
create table eventdock.segments (
    first bigint constraint segments_pkey primary key,
    last bigint not null,
    file text not null,
    bytes bigint not null,
    digest text not null,
    blocks bigint[] not null,
    offsets bigint[] not null,
    dropped bool not null default false
);

-- Events whose rows have been dropped: enough of each to find it by position, stream,
-- type and command. Columns are named as those of
-- mt_events are, so that the same conditions hold for both.
create table eventdock.sealed (
    seq_id bigint constraint sealed_pkey primary key,
    stream_id text collate "C" not null,
    version bigint not null,
    type text not null,
    correlation_id text
);
create index sealed_stream on eventdock.sealed (stream_id, version);

-- The rows of a segment's events go, and with them salts and lines. Leaf hashes, links and times stay: tree, chain, proofs
-- and questions about times do without the file. Of what tells of rows that no event made, or that have lost something, the rows
-- stay: readers ask for them.
create function eventdock.drop_segment(segment bigint) returns bigint language plpgsql as $$
declare
    upto bigint;
    gone bigint;
begin
    update eventdock.segments set dropped = true where first = segment and not dropped returning last into strict upto;
    insert into eventdock.sealed (seq_id, stream_id, version, type, correlation_id)
        select e.seq_id, e.stream_id, e.version, e.type, e.correlation_id
        from eventdock.mt_events e join eventdock.leaves l on l.position = e.seq_id
        where e.seq_id between segment and upto and e.type not in ('redacted', 'foreign_event_found', 'segment_sealed', 'segment_rewritten', 'segment_dropped');
    get diagnostics gone = row_count;
    delete from eventdock.mt_events e using eventdock.sealed s where s.seq_id = e.seq_id and e.seq_id between segment and upto;
    delete from eventdock.salts t using eventdock.sealed s where s.seq_id = t.position and t.position between segment and upto;
    update eventdock.leaves l set line = '' from eventdock.sealed s where s.seq_id = l.position and l.position between segment and upto;
    return gone;
end
$$;

-- As before, but for a stream all of whose events have been dropped: that is EventDock's.
create or replace function eventdock.claim_streams(names text[], expected bigint[], added bigint[]) returns bigint language plpgsql as $$
declare
    count bigint;
    found bigint := 0;
begin
    if cardinality(names) = 1 and expected[1] > 0 then
        update eventdock.mt_streams set version = expected[1] + added[1], timestamp = clock_timestamp()
            where id = names[1] and version = expected[1];
        get diagnostics found = row_count;
        return found;
    end if;

    -- The names come sorted, so that two appends wait for each other in one direction.
    if 0 = any(expected) then
        -- A stream's row without an event in it is not EventDock's, and in nobody's way.
        insert into eventdock.mt_streams as s (id, version, timestamp, created, is_archived)
            select n, a, clock_timestamp(), clock_timestamp(), false
            from unnest(names, expected, added) x(n, e, a) where e = 0
            on conflict (id) do update set version = excluded.version, timestamp = excluded.timestamp
                where not exists (select from eventdock.mt_events m where m.stream_id = s.id)
                    and not exists (select from eventdock.sealed d where d.stream_id = s.id);
        get diagnostics found = row_count;
    end if;
    if 0 < any(expected) then
        update eventdock.mt_streams s set version = e + a, timestamp = clock_timestamp()
            from unnest(names, expected, added) x(n, e, a) where s.id = n and e > 0 and s.version = e;
        get diagnostics count = row_count;
        found := found + count;
    end if;
    return found;
end
$$;

-- As before, and of an event whose row has been dropped the paths.
create or replace function eventdock.erase(at bigint, headers_instead jsonb, data_instead jsonb) returns void language plpgsql as $$
declare
    told_at bigint;
    parts jsonb;
    of_headers bool;
    of_data bool;
begin
    select e.seq_id, e.data->'Parts' into strict told_at, parts
        from eventdock.mt_events e where e.stream_id = 'redaction-' || at and e.type = 'redacted' order by e.version desc limit 1;
    of_headers := parts ? 'headers';
    of_data := parts ? 'data';

    if of_data then
        delete from eventdock.layer_paths p using eventdock.mt_events e
            where e.seq_id = at and e.type = 'layer_written' and p.layer = substr(e.stream_id, length('layer-') + 1) and p.version = e.version;
        delete from eventdock.layer_paths p using eventdock.sealed s
            where s.seq_id = at and s.type = 'layer_written' and p.layer = substr(s.stream_id, length('layer-') + 1) and p.version = s.version;
        -- Half-built views may hold it: they are begun anew.
        delete from eventdock.view_builds;
    end if;
    update eventdock.mt_events set
        headers = case when of_headers then headers_instead else headers end,
        data = case when of_data then data_instead else data end
        where seq_id = at;
    update eventdock.salts set
        headers = case when of_headers then null else headers end,
        data = case when of_data then null else data end
        where position = at;
    insert into eventdock.redactions as r (position, headers, data)
        values (at, case when of_headers then told_at end, case when of_data then told_at end)
        on conflict (position) do update
            set headers = coalesce(r.headers, excluded.headers), data = coalesce(r.data, excluded.data);
end
$$;

-- What stands in which file, for auditors; the events themselves are there.
create view audit.segments as
select first as first_position, last as last_position, file, bytes, digest, dropped from eventdock.segments;

comment on view audit.segments is 'Ranges of positions that stand in files of the root''s directory segments';

do $$
begin
    if exists (select from pg_roles where rolname = 'eventdock_engine') and current_user <> 'eventdock_engine' then
        grant select on eventdock.segments, eventdock.sealed to eventdock_engine;
    end if;
end
$$;

select eventdock.grant_audit();
