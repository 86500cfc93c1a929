-- As before, and the name that the host had for the actor: the last column, since a view's others cannot be moved.
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
    r.data as data_redacted,
    e.headers->'Actor'->>'Name' as actor_name
from eventdock.mt_events e
left join eventdock.leaves l on l.position = e.seq_id
left join eventdock.redactions r on r.position = e.seq_id;
