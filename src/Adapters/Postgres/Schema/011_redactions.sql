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

-- What is gone is null here, but for the data, which are empty.
create or replace view audit.events as
select
    e.seq_id as position,
    e.timestamp as recorded,
    case when e.headers->>'Occurred' ~ '^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{6}Z$'
        then (e.headers->>'Occurred')::timestamptz end as occurred,
    replace(initcap(replace(e.type, '_', ' ')), ' ', '') as type,
    e.stream_id::text as stream,
    e.version,
    e.id,
    e.correlation_id::text as command,
    case when r.headers is null then eventdock.words(e.headers->'Line') end as command_line,
    case when e.headers->'Actor'->>'Uid' ~ '^\d{1,10}$' then (e.headers->'Actor'->>'Uid')::bigint end as actor_uid,
    case when r.headers is null then e.headers->'Actor'->>'LoginUid' end as actor_login_uid,
    e.headers->'Actor'->>'SudoUid' as actor_sudo_uid,
    e.headers->'Actor'->>'Executable' as actor_executable,
    e.headers->'Actor'->>'Terminal' as actor_terminal,
    e.headers->'Actor'->>'SshClient' as actor_ssh_client,
    case when r.headers is null then e.headers->'Host'->>'HostId' end as host_id,
    case when r.headers is null then e.headers->'Host'->>'BootId' end as host_boot_id,
    case when e.headers->'Host'->>'Pid' ~ '^\d{1,9}$' then (e.headers->'Host'->>'Pid')::bigint end as host_pid,
    case when e.headers->>'Schema' ~ '^\d{1,9}$' then (e.headers->>'Schema')::int end as schema,
    e.data,
    encode(l.hash, 'hex') as leaf_hash,
    r.headers as headers_redacted,
    r.data as data_redacted
from eventdock.mt_events e
left join eventdock.leaves l on l.position = e.seq_id
left join eventdock.redactions r on r.position = e.seq_id;

do $$
begin
    if exists (select from pg_roles where rolname = 'eventdock_engine') and current_user <> 'eventdock_engine' then
        grant select on eventdock.redactions to eventdock_engine;
    end if;
end
$$;
