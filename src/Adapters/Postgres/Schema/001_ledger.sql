-- Marten's tables exactly as Marten makes them: a column or an index too many, and it drops what it does not know.
create table eventdock.mt_streams (
    id varchar not null,
    type varchar,
    version bigint not null,
    timestamp timestamptz not null default now(),
    created timestamptz not null default now(),
    tenant_id varchar default '*DEFAULT*',
    is_archived bool default false,
    constraint pkey_mt_streams_id primary key (id)
);

create table eventdock.mt_events (
    seq_id bigint not null,
    id uuid not null,
    stream_id varchar,
    version bigint not null,
    data jsonb not null,
    bdata bytea,
    type varchar(500) not null,
    timestamp timestamptz not null default now(),
    tenant_id varchar default '*DEFAULT*',
    mt_dotnet_type varchar,
    correlation_id varchar,
    causation_id varchar,
    headers jsonb,
    user_name varchar,
    is_archived bool default false,
    constraint pkey_mt_events_seq_id primary key (seq_id),
    constraint fkey_mt_events_stream_id foreign key (stream_id) references eventdock.mt_streams (id) on delete cascade
);
create unique index pk_mt_events_stream_and_version on eventdock.mt_events (stream_id, version);

create sequence eventdock.mt_events_sequence owned by eventdock.mt_events.seq_id;

create table eventdock.mt_event_progression (
    name varchar not null,
    last_seq_id bigint,
    last_updated timestamptz default transaction_timestamp(),
    constraint pk_mt_event_progression primary key (name)
);

-- What EventDock adds stands beside them, and refers to positions without foreign keys, since sealing drops rows.

-- One row: its lock gives positions in commit order, without a gap.
create table eventdock.head (
    one bool primary key default true check (one),
    position bigint not null,
    recorded timestamptz not null
);
insert into eventdock.head (position, recorded) values (0, '-infinity');

-- The hashed leaf of each event; both times stand in the line, too, and here for the questions "what was recorded by then" and
-- "what had happened by then and was recorded only afterwards" (the range holds every moment between the two).
create table eventdock.leaves (
    position bigint primary key,
    recorded timestamptz not null,
    late tstzrange not null,
    line text not null,
    hash bytea not null
);
create index leaves_recorded on eventdock.leaves (recorded, position);
create index leaves_late on eventdock.leaves using gist (late);

-- The secrets table: whoever has a salt can test guesses of what stood in a redacted event.
create table eventdock.salts (
    position bigint primary key,
    headers bytea not null,
    data bytea not null
);

-- The paths of LayerWritten. By the version of the layer's stream, not by position: so they are written before the lock.
create table eventdock.layer_paths (
    layer text collate "C" not null,
    version bigint not null,
    kind text not null,
    path bytea not null
);
create index layer_paths_layer on eventdock.layer_paths (layer, version);
create index layer_paths_path on eventdock.layer_paths using hash (path);
