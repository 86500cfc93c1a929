-- Checkpoints that have been signed, for verify to compare with and for the next one to go on from: nodes holds the complete
-- subtrees of its tree, the largest first, 32 bytes each. Whoever can write here can lie here: docs/verify.md.
create table eventdock.checkpoints (
    size bigint not null,
    signer text not null,
    root bytea not null,
    nodes bytea not null,
    note text not null,
    made timestamptz not null default clock_timestamp(),
    primary key (signer, size)
);

-- Who was handed which checkpoint.
create table eventdock.anchors (
    id bigint generated always as identity primary key,
    target text not null,
    size bigint not null,
    root bytea not null,
    anchored timestamptz not null default clock_timestamp()
);

do $$
begin
    if exists (select from pg_roles where rolname = 'eventdock_engine') and current_user <> 'eventdock_engine' then
        grant select, insert on eventdock.checkpoints, eventdock.anchors to eventdock_engine;
    end if;
end
$$;
