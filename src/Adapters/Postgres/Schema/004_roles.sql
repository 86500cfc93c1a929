-- The engine's role, where there is one (the private cluster makes it; on another server the migrating user is the engine,
-- and owns everything). Events can be added and read, and nothing else; what an append writes beside them likewise.
do $$
declare
    view text;
begin
    if not exists (select from pg_roles where rolname = 'eventdock_engine') or current_user = 'eventdock_engine' then
        return;
    end if;

    grant usage on schema eventdock to eventdock_engine;
    -- What a rebuild makes and moves, it must own, and be allowed to make.
    grant create on schema eventdock to eventdock_engine;
    alter schema eventdock_fresh owner to eventdock_engine;

    grant select, insert on eventdock.mt_events to eventdock_engine;
    grant select, insert on eventdock.mt_streams to eventdock_engine;
    grant update (version, timestamp) on eventdock.mt_streams to eventdock_engine;
    grant usage, select, update on eventdock.mt_events_sequence to eventdock_engine;
    grant select on eventdock.mt_event_progression to eventdock_engine;
    grant select, update on eventdock.head to eventdock_engine;
    grant select, insert on eventdock.leaves to eventdock_engine;
    grant insert on eventdock.salts to eventdock_engine;
    grant select, insert on eventdock.layer_paths to eventdock_engine;
    grant select on eventdock.migrations to eventdock_engine;
    grant select, insert, update on eventdock.view_versions to eventdock_engine;

    foreach view in array array['containers', 'images', 'tags', 'layers', 'build_steps', 'root'] loop
        execute format('alter table eventdock.%I owner to eventdock_engine', 'view_' || view);
    end loop;
end
$$;
