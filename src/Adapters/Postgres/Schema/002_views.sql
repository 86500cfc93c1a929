-- The views' tables are made in two steps and in a schema of choice: a rebuild fills them in eventdock_fresh before it makes
-- their indexes, and then moves them over, names and all.
create schema eventdock_fresh;

-- Which fold (its version) filled which view.
create table eventdock.view_versions (
    name text primary key,
    version int not null
);

create function eventdock.make_view_table(target text, view text) returns void language plpgsql as $$
begin
    execute format(
        'create table %I.%I (key text collate "C" not null, valid_from bigint not null, valid_to bigint, row jsonb not null)',
        target, 'view_' || view);
end
$$;

create function eventdock.make_view_indexes(target text, view text) returns void language plpgsql as $$
declare
    name text := 'view_' || view;
begin
    execute format('alter table %I.%I add constraint %I primary key (key, valid_from)', target, name, name || '_pkey');
    execute format('create unique index %I on %I.%I (key) where valid_to is null', name || '_open', target, name);
    execute format('create index %I on %I.%I using gist (int8range(valid_from, valid_to))', name || '_as_of', target, name);
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

select eventdock.make_view_table('eventdock', view), eventdock.make_view_indexes('eventdock', view)
from unnest(array['containers', 'images', 'tags', 'layers', 'build_steps', 'root']) view;
