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

-- A leaf's number is its position, less the foreign events before it, which have no leaf.
create function eventdock.leaf_number(at bigint) returns bigint language sql stable as $$
    select at - (select count(*) from eventdock.foreign_events f where f.position <= at)
$$;

create function eventdock.leaf_position(number bigint) returns bigint language plpgsql stable as $$
declare
    at bigint := number;
    stranger bigint;
begin
    for stranger in select position from eventdock.foreign_events order by position loop
        exit when stranger > at;
        at := at + 1;
    end loop;
    return at;
end
$$;

do $$
begin
    if exists (select from pg_roles where rolname = 'eventdock_engine') and current_user <> 'eventdock_engine' then
        grant select, insert on eventdock.checkpoints, eventdock.anchors to eventdock_engine;
    end if;
end
$$;
