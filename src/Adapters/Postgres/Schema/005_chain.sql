-- Nobody appends meanwhile, and the lock comes first, as it does in an append: so neither waits for the other in a circle.
lock table eventdock.head in access exclusive mode;

-- The hash chain over the leaves, in the order of their positions: chain_n = SHA-256(0x02 ‖ chain_before ‖ leafhash_n), and
-- 32 zero bytes before the first. The head keeps the last one, so that an append reads no leaf.
alter table eventdock.leaves add column chain bytea;
alter table eventdock.head add column chain bytea not null default decode(repeat('00', 32), 'hex');

do $$
declare
    leaf record;
    link bytea := decode(repeat('00', 32), 'hex');
    positions bigint[] := '{}';
    links bytea[] := '{}';
begin
    for leaf in select position, hash from eventdock.leaves order by position loop
        link := sha256('\x02'::bytea || link || leaf.hash);
        positions := positions || leaf.position;
        links := links || link;
        if cardinality(positions) = 5000 then
            update eventdock.leaves l set chain = c from unnest(positions, links) x(p, c) where l.position = p;
            positions := '{}';
            links := '{}';
        end if;
    end loop;
    update eventdock.leaves l set chain = c from unnest(positions, links) x(p, c) where l.position = p;
    update eventdock.head set chain = link;
end
$$;

alter table eventdock.leaves alter column chain set not null;

-- Every append has an id, made before its first try. The same id a second time is refused by the key: what the first has
-- appended stands here, and is the answer to the second.
create table eventdock.appends (
    id uuid constraint appends_pkey primary key,
    first_position bigint not null,
    last_position bigint not null
);

-- Events that somebody else than EventDock has put into mt_events, once they were found. They have no leaf; what says so to an
-- auditor is the ForeignEventFound of each, this table only lets readers leave them out quickly.
create table eventdock.foreign_events (
    position bigint primary key,
    id uuid not null,
    -- Its ForeignEventFound is in the ledger.
    recorded bool not null default false
);
create index foreign_events_unrecorded on eventdock.foreign_events (position) where not recorded;

-- A view that could not be folded beyond the position before this one; its rows stand as they were then, until a rebuild.
create table eventdock.view_stops (
    view text constraint view_stops_pkey primary key,
    position bigint not null,
    type text not null,
    reason text not null
);

do $$
begin
    if not exists (select from pg_roles where rolname = 'eventdock_engine') or current_user = 'eventdock_engine' then
        return;
    end if;

    grant select, insert on eventdock.appends to eventdock_engine;
    grant select, insert on eventdock.foreign_events to eventdock_engine;
    grant update (recorded) on eventdock.foreign_events to eventdock_engine;
    grant select, insert, update, delete on eventdock.view_stops to eventdock_engine;
end
$$;
