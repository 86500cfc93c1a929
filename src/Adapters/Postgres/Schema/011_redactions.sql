-- A salt goes with the part of the event that it was hashed with.
alter table eventdock.salts alter column headers drop not null;
alter table eventdock.salts alter column data drop not null;

-- What is gone, by the position of the Redacted that tells of it. Readers ask here instead of looking for that event; to an
-- auditor the event counts, and verify compares.
create table eventdock.redactions (
    position bigint primary key,
    headers bigint,
    data bigint
);

-- Does what the last Redacted of this position says, in the transaction that appends it. What stands there instead is the
-- caller's to know. Only the owner may: the engine's role can change no event.
create function eventdock.erase(at bigint, headers_instead jsonb, data_instead jsonb) returns void language plpgsql as $$
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

do $$
begin
    if exists (select from pg_roles where rolname = 'eventdock_engine') and current_user <> 'eventdock_engine' then
        grant select on eventdock.redactions to eventdock_engine;
    end if;
end
$$;
