-- The schema for those who ask and do not write: SQL views whose columns stay (docs/audit-views.md).
create schema if not exists audit;

-- A view bound to a view's table would keep a rebuild from putting another in its place. A function's body is bound when it
-- is run, and one like these is planned as if it stood in the query itself, indexes and all.
do $$
declare
    view text;
begin
    foreach view in array array['containers', 'images', 'tags', 'layers'] loop
        execute format(
            'create function eventdock.%I() returns table (key text, valid_from bigint, valid_to bigint, "row" jsonb)
                 language sql stable rows 1000
                 as ''select key, valid_from, valid_to, row from eventdock.%I''',
            'rows_of_' || view, 'view_' || view);
    end loop;
end
$$;

-- The words of a JSON array, in order; null for anything else.
create function eventdock.words(list jsonb) returns text[] language sql immutable as $$
    select case when jsonb_typeof(list) = 'array'
        then array(select w from jsonb_array_elements_text(list) with ordinality x(w, n) order by n) end
$$;

-- A stranger's event has no leaf, and whatever headers it likes: it must not keep the others from being seen.
create view audit.events as
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
    eventdock.words(e.headers->'Line') as command_line,
    case when e.headers->'Actor'->>'Uid' ~ '^\d{1,10}$' then (e.headers->'Actor'->>'Uid')::bigint end as actor_uid,
    e.headers->'Actor'->>'LoginUid' as actor_login_uid,
    e.headers->'Actor'->>'SudoUid' as actor_sudo_uid,
    e.headers->'Actor'->>'Executable' as actor_executable,
    e.headers->'Actor'->>'Terminal' as actor_terminal,
    e.headers->'Actor'->>'SshClient' as actor_ssh_client,
    e.headers->'Host'->>'HostId' as host_id,
    e.headers->'Host'->>'BootId' as host_boot_id,
    case when e.headers->'Host'->>'Pid' ~ '^\d{1,9}$' then (e.headers->'Host'->>'Pid')::bigint end as host_pid,
    case when e.headers->>'Schema' ~ '^\d{1,9}$' then (e.headers->>'Schema')::int end as schema,
    e.data,
    encode(l.hash, 'hex') as leaf_hash
from eventdock.mt_events e
left join eventdock.leaves l on l.position = e.seq_id;

create view audit.containers_history as
select
    v.valid_from,
    v.valid_to,
    f.recorded as recorded_from,
    t.recorded as recorded_to,
    v.key as id,
    v.row->>'Name' as name,
    v.row->>'Image' as image,
    v.row->>'ImageId' as image_id,
    v.row->>'State' as state,
    eventdock.words(v.row->'Settings'->'Entrypoint') as entrypoint,
    eventdock.words(v.row->'Settings'->'Command') as command,
    (v.row->>'Created')::timestamptz as created,
    (v.row->>'StartedAt')::timestamptz as started,
    (v.row->>'FinishedAt')::timestamptz as finished,
    (v.row->>'ExitCode')::int as exit_code,
    (v.row->>'OutOfMemory')::bool as out_of_memory,
    v.row->>'Error' as error,
    (v.row->>'Pid')::bigint as pid,
    v.row->>'BootId' as boot_id,
    v.row->'Settings' as settings
from eventdock.rows_of_containers() v
left join eventdock.leaves f on f.position = v.valid_from
left join eventdock.leaves t on t.position = v.valid_to;

create view audit.images_history as
select
    v.valid_from,
    v.valid_to,
    f.recorded as recorded_from,
    t.recorded as recorded_to,
    v.key as id,
    v.row->>'Origin' as origin,
    (v.row->>'Arrived')::timestamptz as arrived,
    (v.row->'Content'->>'Created')::timestamptz as created,
    v.row->'Content'->>'Author' as author,
    v.row->'Content'->>'Os' as os,
    v.row->'Content'->>'Architecture' as architecture,
    v.row->'Content'->>'Variant' as variant,
    (v.row->'Content'->>'Size')::bigint as size,
    eventdock.words(jsonb_path_query_array(v.row, '$.Content.Layers[*].Id')) as layers,
    v.row->'Content' as content
from eventdock.rows_of_images() v
left join eventdock.leaves f on f.position = v.valid_from
left join eventdock.leaves t on t.position = v.valid_to;

create view audit.tags_history as
select
    v.valid_from,
    v.valid_to,
    f.recorded as recorded_from,
    t.recorded as recorded_to,
    v.key as reference,
    v.row->>'Image' as image_id,
    (v.row->>'Since')::timestamptz as since
from eventdock.rows_of_tags() v
left join eventdock.leaves f on f.position = v.valid_from
left join eventdock.leaves t on t.position = v.valid_to;

create view audit.layers_history as
select
    v.valid_from,
    v.valid_to,
    f.recorded as recorded_from,
    t.recorded as recorded_to,
    v.key as id,
    v.row->>'Container' as container,
    v.row->>'Parent' as parent,
    v.row->>'DiffId' as diff_id,
    (v.row->>'Size')::bigint as size,
    (v.row->>'Created')::timestamptz as created,
    (v.row->>'Written')::bigint as written_paths,
    (v.row->>'WrittenBytes')::bigint as written_bytes,
    v.row->'Blob'->>'Digest' as blob_digest,
    v.row->'Blob'->>'MediaType' as blob_media_type,
    (v.row->'Blob'->>'Size')::bigint as blob_size
from eventdock.rows_of_layers() v
left join eventdock.leaves f on f.position = v.valid_from
left join eventdock.leaves t on t.position = v.valid_to;

-- As things are now: the open rows, under the names of the history's columns.
create view audit.containers as
select id, name, image, image_id, state, entrypoint, command, created, started, finished, exit_code, out_of_memory, error, pid,
    boot_id, settings, valid_from, recorded_from
from audit.containers_history where valid_to is null;

create view audit.images as
select id, origin, arrived, created, author, os, architecture, variant, size, layers, content, valid_from, recorded_from
from audit.images_history where valid_to is null;

create view audit.tags as
select reference, image_id, since, valid_from, recorded_from
from audit.tags_history where valid_to is null;

create view audit.layers as
select id, container, parent, diff_id, size, created, written_paths, written_bytes, blob_digest, blob_media_type, blob_size,
    valid_from, recorded_from
from audit.layers_history where valid_to is null;

-- Who asks, in a private cluster: a role that sees schema audit and what its views stand on, and nothing of the rest, the salts
-- above all. What it could use to write, to fill the disk or to make the engine wait is taken from everybody and given back
-- to the engine. Run again after a restore, since a dump of schemas has neither roles nor default rights.
create function eventdock.grant_audit() returns void language plpgsql as $$
declare
    wanted text;
begin
    if not exists (select from pg_roles where rolname = 'eventdock_engine')
        or not (select rolsuper from pg_roles where rolname = current_user) then
        return;
    end if;

    if not exists (select from pg_roles where rolname = 'eventdock_audit') then
        create role eventdock_audit login connection limit 20;
        alter role eventdock_audit set default_transaction_read_only = on;
        alter role eventdock_audit set idle_in_transaction_session_timeout = '1min';
    end if;

    grant usage on schema audit, eventdock to eventdock_audit;
    grant select on all tables in schema audit to eventdock_audit;
    grant select on eventdock.view_containers, eventdock.view_images, eventdock.view_tags, eventdock.view_layers to eventdock_audit;
    -- The tables that a rebuild makes.
    alter default privileges for role eventdock_engine grant select on tables to eventdock_audit;
    alter default privileges in schema eventdock_fresh grant select on tables to eventdock_audit;

    execute format('revoke temporary on database %I from public', current_database());
    execute format('grant temporary on database %I to eventdock_engine', current_database());
    for wanted in
        select oid::regprocedure::text from pg_proc
        where pronamespace = 'pg_catalog'::regnamespace
          and (proname ~ '^pg_(try_)?advisory_' or proname in ('lo_creat', 'lo_create', 'lo_from_bytea', 'pg_notify'))
    loop
        execute format('revoke execute on function %s from public', wanted);
        execute format('grant execute on function %s to eventdock_engine', wanted);
    end loop;
end
$$;

select eventdock.grant_audit();
