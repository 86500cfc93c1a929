-- As before, but for the two large indexes, which may be there: a rebuild makes them at the same time, on two connections.
create or replace function eventdock.make_view_indexes(target text, view text) returns void language plpgsql as $$
declare
    name text := 'view_' || view;
begin
    if to_regclass(format('%I.%I', target, name || '_pkey')) is null then
        perform eventdock.make_key_index(target, view);
    end if;
    execute format('alter table %I.%I add constraint %I primary key using index %I', target, name, name || '_pkey', name || '_pkey');
    execute format('create unique index %I on %I.%I (key) where valid_to is null', name || '_open', target, name);
    if to_regclass(format('%I.%I', target, name || '_as_of')) is null then
        perform eventdock.make_as_of_index(target, view);
    end if;
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

create function eventdock.make_key_index(target text, view text) returns void language plpgsql as $$
begin
    execute format('create unique index %I on %I.%I (key, valid_from)', 'view_' || view || '_pkey', target, 'view_' || view);
end
$$;
