-- Does an open image other than the excepted one, or the image of any container, hold the layer? A container's image may
-- have been removed (forced) while the container still stands on its layers: its last row is asked then.
create function eventdock.layer_used(layer text, except_image text) returns bool language sql stable as $$
    select exists (
        select from eventdock.view_images i
        where i.valid_to is null and i.key <> except_image
          and i.row->'Content'->'Layers' @> jsonb_build_array(jsonb_build_object('Id', layer)))
    or exists (
        select from eventdock.view_containers c
        cross join lateral (
            select i.row from eventdock.view_images i where i.key = c.row->>'ImageId' order by i.valid_from desc limit 1) i
        where c.valid_to is null
          and i.row->'Content'->'Layers' @> jsonb_build_array(jsonb_build_object('Id', layer)))
$$;

-- The guards, under row locks. Each refusal has its own SQLSTATE; the message is the key of what it is about.
-- A function of its own, so that an append without guards never plans it.
create function eventdock.check_guards(kinds text[], keys text[], excepts text[]) returns void language plpgsql as $$
declare
    bad text;
begin
    -- The stronger lock first, and rows in the order of their keys: two appends then wait for each other in one direction.
    perform from eventdock.view_images where valid_to is null and key in (
        select k from unnest(kinds, keys) g(kind, k) where kind in ('image-unused', 'image-untagged'))
        order by key for update;
    perform from eventdock.view_images where valid_to is null and key in (
        select k from unnest(kinds, keys) g(kind, k) where kind = 'image-present')
        order by key for share;
    perform from eventdock.view_layers where valid_to is null and key in (
        select k from unnest(kinds, keys) g(kind, k) where kind = 'layer-unused')
        order by key for update;
    perform from eventdock.view_layers where valid_to is null and key in (
        select k from unnest(kinds, keys) g(kind, k) where kind = 'layer-present')
        order by key for share;

    -- Each statement from here on sees what was committed before it: what the locks above have waited for included.
    select k into bad from unnest(kinds, keys) g(kind, k)
        where kind = 'image-present'
          and not exists (select from eventdock.view_images v where v.key = k and v.valid_to is null) limit 1;
    if bad is not null then
        raise exception using errcode = 'ED001', message = bad;
    end if;

    select k into bad from unnest(kinds, keys) g(kind, k)
        where kind = 'layer-present'
          and not exists (select from eventdock.view_layers v where v.key = k and v.valid_to is null) limit 1;
    if bad is not null then
        raise exception using errcode = 'ED002', message = bad;
    end if;

    select jsonb_build_array(k, c.key, c.row->>'Name', c.row->>'State')::text into bad
        from unnest(kinds, keys) g(kind, k)
        join eventdock.view_containers c on c.valid_to is null and c.row->>'ImageId' = k
        where kind = 'image-unused' order by c.row->>'State' = 'running' desc, c.key limit 1;
    if bad is not null then
        raise exception using errcode = 'ED003', message = bad;
    end if;

    select 'image-' || k into bad from unnest(kinds, keys, excepts) g(kind, k, except_tags)
        join eventdock.view_tags t on t.valid_to is null and t.row->>'Image' = k
        where kind = 'image-untagged' and not except_tags::jsonb ? t.key limit 1;
    if bad is not null then
        raise exception using errcode = 'ED004', message = bad;
    end if;

    select 'layer-' || k into bad from unnest(kinds, keys, excepts) g(kind, k, except_image)
        where kind = 'layer-unused' and eventdock.layer_used(k, except_image) limit 1;
    if bad is not null then
        raise exception using errcode = 'ED004', message = bad;
    end if;
end
$$;

-- Rows of one view that an append changes: each event's change closes the row's version before it and, unless it removes
-- the row, opens one of its own. So a row as of any position is the fold of the events up to it, inside an append, too.
create function eventdock.change_rows(view text, base bigint, keys text[], events bigint[], rows jsonb[])
returns void language plpgsql as $$
begin
    execute format(
        'update eventdock.%I v set valid_to = $1 + c.event
         from (select k, min(e) as event from unnest($2, $3) c(k, e) group by k) c
         where v.key = c.k and v.valid_to is null', 'view_' || view)
        using base, keys, events;
    execute format(
        'insert into eventdock.%I (key, valid_from, valid_to, row)
         select k, $1 + e, $1 + next, r
         from (select k, e, r, lead(e) over (partition by k order by e) as next from unnest($2, $3, $4) c(k, e, r)) c
         where r is not null', 'view_' || view)
        using base, keys, events, rows;
end
$$;

-- One append: one statement, one transaction, one round trip. Whatever can be computed before the head's lock comes in as
-- an argument. All events of the append stand in the arrays of_stream … data_salts, in the order of their positions.
create function eventdock.append(
    stream_names text[], expected bigint[], added bigint[],
    of_stream text[], versions bigint[], ids uuid[], types text[], dotnet text[], datas jsonb[], headers jsonb[],
    occurred timestamptz[], leaf_begins text[], leaf_ends text[], header_salts bytea[], data_salts bytea[], correlation text,
    guard_kinds text[], guard_keys text[], guard_excepts text[],
    change_views text[], change_keys text[], change_events bigint[], change_rows jsonb[],
    path_layers text[], path_versions bigint[], path_kinds text[], paths bytea[],
    out first_position bigint, out last_position bigint) language plpgsql as $$
declare
    base bigint;
    moment timestamptz;
    count bigint;
    lost text;
    changed text;
begin
    -- A rebuild that swaps the views takes this lock exclusively; taken first, so that it never waits for us in a circle.
    lock table eventdock.head in row exclusive mode;

    if guard_kinds <> '{}' then
        perform eventdock.check_guards(guard_kinds, guard_keys, guard_excepts);
    end if;

    insert into eventdock.mt_streams as s (id, version, timestamp, created, is_archived)
        select n, e + a, clock_timestamp(), clock_timestamp(), false
        from unnest(stream_names, expected, added) x(n, e, a)
        where e = 0 or exists (select from eventdock.mt_streams m where m.id = n)
        order by n
        on conflict (id) do update set version = excluded.version, timestamp = excluded.timestamp
            where s.version = (expected)[array_position(stream_names, excluded.id::text)];
    get diagnostics count = row_count;
    if count <> cardinality(stream_names) then
        select n into lost from unnest(stream_names, expected, added) x(n, e, a)
            left join eventdock.mt_streams m on m.id = n
            where m.version is distinct from e + a or m.xmin <> pg_current_xact_id()::xid limit 1;
        raise exception using errcode = 'ED004', message = coalesce(lost, stream_names[1]);
    end if;

    if paths <> '{}' then
        insert into eventdock.layer_paths (layer, version, kind, path)
            select * from unnest(path_layers, path_versions, path_kinds, paths);
    end if;

    select position, recorded into base, moment from eventdock.head for update;
    moment := greatest(moment, clock_timestamp());
    first_position := base + 1;
    last_position := base + cardinality(ids);

    insert into eventdock.mt_events
            (seq_id, id, stream_id, version, data, type, timestamp, mt_dotnet_type, correlation_id, headers, is_archived)
        select base + n, i, s, v, d, t, moment, dt, correlation, h, false
        from unnest(ids, of_stream, versions, datas, types, dotnet, headers) with ordinality e(i, s, v, d, t, dt, h, n);

    insert into eventdock.leaves (position, recorded, late, line, hash)
        select p, moment, tstzrange(least(o, moment), moment), line, sha256('\x00'::bytea || convert_to(line, 'UTF8'))
        from (
            select base + n as p, o, b || (base + n) || ',"recorded":"'
                || to_char(moment at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') || '"' || e as line
            from unnest(occurred, leaf_begins, leaf_ends) with ordinality l(o, b, e, n)) l;

    insert into eventdock.salts (position, headers, data)
        select base + n, h, d from unnest(header_salts, data_salts) with ordinality s(h, d, n);

    for changed in select distinct v from unnest(change_views) c(v) loop
        perform eventdock.change_rows(changed, base, array_agg(k), array_agg(e), array_agg(r))
            from unnest(change_views, change_keys, change_events, change_rows) c(v, k, e, r) where v = changed;
    end loop;

    update eventdock.head set position = last_position, recorded = moment;
    -- Readers of Marten's compare their place with the sequence, so it must not lag behind.
    perform setval('eventdock.mt_events_sequence', last_position);
end
$$;
