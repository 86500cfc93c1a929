-- How far each view that is being built anew has come. Its rows lie in eventdock_fresh: the closed versions in view_NAME, and
-- the open ones, until the indexes are made, in open_NAME. What stands there and what stands here is committed together.
create table eventdock.view_builds (
    name text primary key,
    version int not null,
    -- The last event that is in it.
    position bigint not null,
    -- All its rows lie in view_NAME, with their indexes.
    indexed bool not null,
    updated timestamptz not null default clock_timestamp()
);

-- A closed version is valid at valid_from … valid_to - 1. Of these positions one is divisible by the highest power of two: the
-- version's node. Those valid at a position have one of 63 nodes, which are known beforehand (the Relational Interval Tree
-- of Kriegel, Pötke and Seidl). So a plain B-tree answers what is valid at a position, made and kept at a small part of what
-- an index over ranges costs. The highest bit in which two numbers differ is the exponent of their difference as a float.
create function eventdock.lifetime_node(valid_from bigint, valid_to bigint) returns bigint
language sql immutable parallel safe as $$
    select ((valid_to - 1)
            >> (((get_byte(float8send(((valid_from - 1) # (valid_to - 1))::float8), 0) << 4)
                 | (get_byte(float8send(((valid_from - 1) # (valid_to - 1))::float8), 1) >> 4)) - 1023))
           << (((get_byte(float8send(((valid_from - 1) # (valid_to - 1))::float8), 0) << 4)
                | (get_byte(float8send(((valid_from - 1) # (valid_to - 1))::float8), 1) >> 4)) - 1023)
$$;

create or replace function eventdock.make_view_indexes(target text, view text) returns void language plpgsql as $$
declare
    name text := 'view_' || view;
begin
    execute format('alter table %I.%I add constraint %I primary key (key, valid_from)', target, name, name || '_pkey');
    execute format('create unique index %I on %I.%I (key) where valid_to is null', name || '_open', target, name);
    perform eventdock.make_as_of_index(target, view);
    if view = 'containers' then
        execute format(
            'create unique index view_containers_name on %I.%I ((row->>''Name'')) where valid_to is null', target, name);
        execute format(
            'create index view_containers_image on %I.%I ((row->>''ImageId'')) where valid_to is null', target, name);
        execute format(
            'create index view_containers_unended on %I.%I (key)
                where valid_to is null and row->>''State'' in (''starting'', ''running'')', target, name);
    elsif view = 'tags' then
        execute format('create index view_tags_image on %I.%I ((row->>''Image'')) where valid_to is null', target, name);
    elsif view = 'images' then
        execute format(
            'create index view_images_layers on %I.%I using gin ((row->''Content''->''Layers'') jsonb_path_ops)
                with (fastupdate = off) where valid_to is null', target, name);
    end if;
end
$$;

create function eventdock.make_as_of_index(target text, view text) returns void language plpgsql as $$
begin
    execute format(
        'create index %I on %I.%I (eventdock.lifetime_node(valid_from, valid_to), valid_from, valid_to) where valid_to is not null',
        'view_' || view || '_as_of', target, 'view_' || view);
end
$$;

-- Where the old tables go in the moment of the swap, until nothing stands on them any more.
create schema if not exists eventdock_old;

-- What else must be done when tables of views have been exchanged, in the same transaction: nothing, until something stands on
-- them (SQL views are bound to a table, not to its name).
create function eventdock.views_swapped() returns void language plpgsql as $$
begin
    return;
end
$$;

-- Moves the newly built tables into the place of the old ones, with the owner and the rights of those.
create function eventdock.swap_views(views text[]) returns void language plpgsql as $$
declare
    view text;
    right_of record;
begin
    foreach view in array views loop
        execute format('alter table eventdock_fresh.%I owner to %I', 'view_' || view,
            (select tableowner from pg_tables where schemaname = 'eventdock' and tablename = 'view_' || view));
        for right_of in
            select a.privilege_type, case when a.grantee = 0 then 'public' else quote_ident(pg_get_userbyid(a.grantee)) end as grantee
            from pg_class c cross join lateral aclexplode(c.relacl) a
            where c.oid = format('eventdock.%I', 'view_' || view)::regclass and a.grantee <> c.relowner
        loop
            execute format('grant %s on eventdock_fresh.%I to %s', right_of.privilege_type, 'view_' || view, right_of.grantee);
        end loop;
        execute format('alter table eventdock.%I set schema eventdock_old', 'view_' || view);
        execute format('alter table eventdock_fresh.%I set schema eventdock', 'view_' || view);
    end loop;
    perform eventdock.views_swapped();
    foreach view in array views loop
        execute format('drop table eventdock_old.%I', 'view_' || view);
    end loop;
end
$$;

do $$
declare
    view text;
begin
    foreach view in array array['containers', 'images', 'tags', 'layers', 'build_steps', 'root'] loop
        execute format('drop index eventdock.%I', 'view_' || view || '_as_of');
        perform eventdock.make_as_of_index('eventdock', view);
    end loop;
    if exists (select from pg_roles where rolname = 'eventdock_engine') and current_user <> 'eventdock_engine' then
        alter schema eventdock_old owner to eventdock_engine;
        grant select, insert, update, delete on eventdock.view_builds to eventdock_engine;
    end if;
end
$$;
