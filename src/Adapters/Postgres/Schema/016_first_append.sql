-- As before; a kind of guard that is not asked for is not planned.
create or replace function eventdock.check_guards(kinds text[], keys text[], excepts text[]) returns void language plpgsql as $$
declare
    bad text;
begin
    -- The stronger lock first, and rows in the order of their keys: two appends then wait for each other in one direction.
    if 'image-unused' = any(kinds) or 'image-untagged' = any(kinds) then
        perform from eventdock.view_images where valid_to is null and key in (
            select k from unnest(kinds, keys) g(kind, k) where kind in ('image-unused', 'image-untagged'))
            order by key for update;
    end if;
    if 'image-present' = any(kinds) then
        perform from eventdock.view_images where valid_to is null and key in (
            select k from unnest(kinds, keys) g(kind, k) where kind = 'image-present')
            order by key for share;
    end if;
    if 'layer-unused' = any(kinds) then
        perform from eventdock.view_layers where valid_to is null and key in (
            select k from unnest(kinds, keys) g(kind, k) where kind = 'layer-unused')
            order by key for update;
    end if;
    if 'layer-present' = any(kinds) then
        perform from eventdock.view_layers where valid_to is null and key in (
            select k from unnest(kinds, keys) g(kind, k) where kind = 'layer-present')
            order by key for share;
    end if;

    -- Each statement from here on sees what was committed before it: what the locks above have waited for included.
    if 'image-present' = any(kinds) then
        select k into bad from unnest(kinds, keys) g(kind, k)
            where kind = 'image-present'
              and not exists (select from eventdock.view_images v where v.key = k and v.valid_to is null) limit 1;
        if bad is not null then
            raise exception using errcode = 'ED001', message = bad;
        end if;
    end if;

    if 'layer-present' = any(kinds) then
        select k into bad from unnest(kinds, keys) g(kind, k)
            where kind = 'layer-present'
              and not exists (select from eventdock.view_layers v where v.key = k and v.valid_to is null) limit 1;
        if bad is not null then
            raise exception using errcode = 'ED002', message = bad;
        end if;
    end if;

    if 'image-unused' = any(kinds) then
        select jsonb_build_array(k, c.key, c.row->>'Name', c.row->>'State')::text into bad
            from unnest(kinds, keys) g(kind, k)
            join eventdock.view_containers c on c.valid_to is null and c.row->>'ImageId' = k
            where kind = 'image-unused' order by c.row->>'State' = 'running' desc, c.key limit 1;
        if bad is not null then
            raise exception using errcode = 'ED003', message = bad;
        end if;
    end if;

    if 'image-untagged' = any(kinds) then
        select 'image-' || k into bad from unnest(kinds, keys, excepts) g(kind, k, except_tags)
            join eventdock.view_tags t on t.valid_to is null and t.row->>'Image' = k
            where kind = 'image-untagged' and not except_tags::jsonb ? t.key limit 1;
        if bad is not null then
            raise exception using errcode = 'ED004', message = bad;
        end if;
    end if;

    if 'layer-unused' = any(kinds) then
        select 'layer-' || k into bad from unnest(kinds, keys, excepts) g(kind, k, except_image)
            where kind = 'layer-unused' and eventdock.layer_used(k, except_image) limit 1;
        if bad is not null then
            raise exception using errcode = 'ED004', message = bad;
        end if;
    end if;
end
$$;

-- As before, and quicker where it is a connection's first: a statement is planned when it is first met, which takes longer than carrying
-- it out, so what there is nothing to do for is not met. Hence also [1] is not null: an operator would have to be looked up.
-- One append: one statement, one transaction, one round trip. Whatever can be computed before
-- the head's lock comes in as an argument. All events of the append stand in the arrays of_stream … data_salts, in the order of their positions.
create or replace function eventdock.append(
    append_id uuid, stream_names text[], expected bigint[], added bigint[],
    of_stream text[], versions bigint[], ids uuid[], types text[], dotnet text[], datas jsonb[], headers jsonb[],
    occurred timestamptz[], leaf_begins text[], leaf_ends text[], header_salts bytea[], data_salts bytea[], correlation text,
    guard_kinds text[], guard_keys text[], guard_excepts text[], needed_views text[],
    changed_views text[], closed_views text[], closed_keys text[], closed_events bigint[],
    opened_views text[], opened_keys text[], opened_events bigint[], opened_until bigint[], opened_rows jsonb[],
    stopped_views text[], stopped_events bigint[], stopped_reasons text[],
    path_layers text[], path_versions bigint[], path_kinds text[], paths bytea[], strangers bigint[], folds text,
    out first_position bigint, out last_position bigint) language plpgsql as $$
declare
    base bigint;
    moment timestamptz;
    link bytea;
    filled text;
    top bigint;
    halted text[];
    unmet bool;
    moved bigint := 0;
    lost text;
    stamp text;
    line text;
    places bigint[] := '{}';
    lines text[] := '{}';
    hashes bytea[] := '{}';
    links bytea[] := '{}';
    changed text;
    done bool;
    sequence bigint;
begin
    -- A rebuild that swaps the views takes this lock exclusively; taken first, so that it never waits for us in a circle.
    lock table eventdock.head in row exclusive mode;

    if guard_kinds[1] is not null then
        -- Guards ask views. An append without them meets a view that has stopped below.
        perform eventdock.check_views(needed_views);
        perform eventdock.check_guards(guard_kinds, guard_keys, guard_excepts);
    end if;
    if strangers[1] is not null then
        perform eventdock.meet_strangers(strangers);
    end if;

    -- From the versions at which they are expected to the next. The names come sorted, so that two appends wait for each other in
    -- one direction. Few are moved one by one: a statement over arrays takes several times as long to plan.
    if cardinality(stream_names) < 4 then
        for i in 1 .. cardinality(stream_names) loop
            if expected[i] > 0 then
                update eventdock.mt_streams set version = expected[i] + added[i], timestamp = clock_timestamp()
                    where id = stream_names[i] and version = expected[i];
            else
                insert into eventdock.mt_streams (id, version, timestamp, created, is_archived)
                    values (stream_names[i], added[i], clock_timestamp(), clock_timestamp(), false) on conflict do nothing;
            end if;
            if found then
                moved := moved + 1;
            elsif expected[i] = 0 then
                moved := moved + eventdock.claim_streams(stream_names[i:i], expected[i:i], added[i:i]);
            end if;
        end loop;
    else
        moved := eventdock.claim_streams(stream_names, expected, added);
    end if;
    if moved <> cardinality(stream_names) then
        if exists (select from eventdock.head h, eventdock.unmet_strangers(h.position)) then
            raise exception using errcode = 'ED005', message = 'foreign events';
        end if;
        select n into lost from unnest(stream_names, expected, added) x(n, e, a)
            left join eventdock.mt_streams m on m.id = n
            where m.version is distinct from e + a or m.xmin <> pg_current_xact_id()::xid limit 1;
        raise exception using errcode = 'ED004', message = coalesce(lost, stream_names[1]);
    end if;

    if paths[1] is not null then
        insert into eventdock.layer_paths (layer, version, kind, path)
            select * from unnest(path_layers, path_versions, path_kinds, paths);
    end if;

    select position, recorded, chain, views into base, moment, link, filled from eventdock.head for update;
    -- The rows were folded by the program that appends, beforehand: into views that another's folds fill they must not go.
    if filled <> folds then
        raise exception using errcode = 'ED008', message = jsonb_build_array(filled, base)::text;
    end if;
    moment := greatest(moment, clock_timestamp());
    -- A statement of its own: what was committed while this one waited for the lock is seen from here on.
    select (select seq_id from eventdock.mt_events order by seq_id desc limit 1), (select array_agg(view) from eventdock.view_stops),
        exists (select from eventdock.foreign_events where not recorded)
        into top, halted, unmet;
    -- The append that records some of them goes on with others still unrecorded.
    if (top > base or unmet) and strangers[1] is null and exists (select from eventdock.unmet_strangers(base)) then
        raise exception using errcode = 'ED005', message = 'foreign events';
    end if;
    if halted is not null then
        perform eventdock.check_views(needed_views);
    end if;

    stamp := ',"recorded":"' || to_char(moment at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') || '"';
    last_position := base;
    for i in 1 .. cardinality(ids) loop
        last_position := last_position + 1;
        if top > base then
            while exists (select from eventdock.foreign_events f where f.position = last_position) loop
                last_position := last_position + 1;
            end loop;
        end if;
        line := leaf_begins[i] || last_position || stamp || leaf_ends[i];
        places[i] := last_position;
        lines[i] := line;
        hashes[i] := sha256('\x00'::bytea || convert_to(line, 'UTF8'));
        link := sha256('\x02'::bytea || link || hashes[i]);
        links[i] := link;
        if cardinality(ids) < 4 then
            insert into eventdock.mt_events
                    (seq_id, id, stream_id, version, data, type, timestamp, mt_dotnet_type, correlation_id, headers, is_archived)
                values (last_position, ids[i], of_stream[i], versions[i], datas[i], types[i], moment, dotnet[i], correlation, headers[i], false);
            insert into eventdock.leaves (position, recorded, late, line, hash, chain)
                values (last_position, moment, tstzrange(least(occurred[i], moment), moment), line, hashes[i], link);
            insert into eventdock.salts (position, headers, data) values (last_position, header_salts[i], data_salts[i]);
        end if;
    end loop;
    first_position := coalesce(places[1], base + 1);

    if cardinality(places) > 3 then
        insert into eventdock.mt_events
                (seq_id, id, stream_id, version, data, type, timestamp, mt_dotnet_type, correlation_id, headers, is_archived)
            select p, i, s, v, d, t, moment, dt, correlation, h, false
            from unnest(places, ids, of_stream, versions, datas, types, dotnet, headers) e(p, i, s, v, d, t, dt, h);
        insert into eventdock.leaves (position, recorded, late, line, hash, chain)
            select p, moment, tstzrange(least(o, moment), moment), l, h, c
            from unnest(places, occurred, lines, hashes, links) l(p, o, l, h, c);
        insert into eventdock.salts (position, headers, data)
            select * from unnest(places, header_salts, data_salts);
    end if;
    if places[1] is not null then
        insert into eventdock.appends (id, first_position, last_position) values (append_id, first_position, last_position);
    end if;

    if stopped_views[1] is not null then
        insert into eventdock.view_stops (view, position, type, reason)
            select v, places[e], types[e], r from unnest(stopped_views, stopped_events, stopped_reasons) s(v, e, r)
            on conflict do nothing;
    end if;
    foreach changed in array changed_views loop
        -- What came after the place where a view has stopped is not folded into it: nothing is skipped.
        continue when changed = any(halted);
        case changed
            when 'containers' then done := eventdock.write_containers(places, closed_views, closed_keys, closed_events,
                opened_views, opened_keys, opened_events, opened_until, opened_rows);
            when 'images' then done := eventdock.write_images(places, closed_views, closed_keys, closed_events,
                opened_views, opened_keys, opened_events, opened_until, opened_rows);
            when 'tags' then done := eventdock.write_tags(places, closed_views, closed_keys, closed_events,
                opened_views, opened_keys, opened_events, opened_until, opened_rows);
            when 'layers' then done := eventdock.write_layers(places, closed_views, closed_keys, closed_events,
                opened_views, opened_keys, opened_events, opened_until, opened_rows);
            else execute format('select eventdock.%I($1, $2, $3, $4, $5, $6, $7, $8, $9)', 'write_' || changed)
                using places, closed_views, closed_keys, closed_events,
                    opened_views, opened_keys, opened_events, opened_until, opened_rows;
        end case;
    end loop;

    update eventdock.head set position = last_position, recorded = moment, chain = link;
    -- Readers of Marten's compare their place with the sequence, so it must not lag behind any event there is.
    sequence := setval('eventdock.mt_events_sequence', greatest(last_position, top));
end
$$;
