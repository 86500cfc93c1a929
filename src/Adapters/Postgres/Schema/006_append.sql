-- What an append changes in one view: each event's change closes the row's version before it and, unless it removes the row,
-- opens one of its own, which ends where a later event of this append changes the row again: so a row as of any position is
-- the fold of the events up to it, inside an append, too. One function a view, so that its statements are planned once.
-- A few rows are written one by one: a statement over arrays costs several times as much as one over values.
create function eventdock.make_view_writer(view text) returns void language plpgsql as $make$
begin
    execute format($write$
        create function eventdock.%1$I(
            places bigint[], closed_views text[], closed_keys text[], closed_events bigint[],
            opened_views text[], opened_keys text[], opened_events bigint[], opened_until bigint[], opened_rows jsonb[])
            returns bool language plpgsql as $body$
        begin
            if cardinality(closed_views) < 4 and cardinality(opened_views) < 4 then
                for i in 1 .. cardinality(closed_views) loop
                    if closed_views[i] = %2$L then
                        update eventdock.%3$I set valid_to = places[closed_events[i]] where key = closed_keys[i] and valid_to is null;
                    end if;
                end loop;
                for i in 1 .. cardinality(opened_views) loop
                    if opened_views[i] = %2$L then
                        insert into eventdock.%3$I (key, valid_from, valid_to, row)
                            values (opened_keys[i], places[opened_events[i]], places[opened_until[i]], opened_rows[i]);
                    end if;
                end loop;
                return true;
            end if;
            if %2$L = any(closed_views) then
                update eventdock.%3$I v set valid_to = places[e] from unnest(closed_views, closed_keys, closed_events) c(w, k, e)
                    where w = %2$L and v.key = k and v.valid_to is null;
            end if;
            if %2$L = any(opened_views) then
                insert into eventdock.%3$I (key, valid_from, valid_to, row)
                    select k, places[e], places[u], r
                    from unnest(opened_views, opened_keys, opened_events, opened_until, opened_rows) c(w, k, e, u, r) where w = %2$L;
            end if;
            return true;
        end
        $body$
        $write$, 'write_' || view, view, 'view_' || view);
end
$make$;

select eventdock.make_view_writer(view) from unnest(array['containers', 'images', 'tags', 'layers', 'build_steps', 'root']) view;

-- A command that needs a view which has stopped is refused with the place where it did.
create function eventdock.check_views(needed text[]) returns void language plpgsql as $$
declare
    stop text;
begin
    select jsonb_build_array(view, position, type, reason)::text into stop
        from eventdock.view_stops where view = any(needed) order by view limit 1;
    if stop is not null then
        raise exception using errcode = 'ED006', message = stop;
    end if;
end
$$;

-- Foreign events that no ForeignEventFound tells of: beyond the head, or before the first position, or listed before. None
-- that is not listed stands between, where every position is taken.
create function eventdock.unmet_strangers(head_position bigint) returns setof bigint language sql stable as $$
    select e.seq_id from eventdock.mt_events e where e.seq_id > head_position
        and not exists (select from eventdock.foreign_events f where f.position = e.seq_id)
    union all
    select e.seq_id from eventdock.mt_events e where e.seq_id < 1
        and not exists (select from eventdock.foreign_events f where f.position = e.seq_id)
    union all
    select f.position from eventdock.foreign_events f where not f.recorded
$$;

-- Lists all there are, since the positions to come pass over them; this append records some. The version of a stream counts
-- all that is in it.
create function eventdock.meet_strangers(strangers bigint[]) returns void language plpgsql as $$
begin
    insert into eventdock.foreign_events (position, id)
        select e.seq_id, e.id from eventdock.head h cross join lateral eventdock.unmet_strangers(h.position) s(position)
        join eventdock.mt_events e on e.seq_id = s.position
        on conflict do nothing;
    update eventdock.foreign_events set recorded = true where position = any(strangers);
    update eventdock.mt_streams s set version = m.version
        from (select stream_id, max(version) as version from eventdock.mt_events where seq_id = any(strangers) group by stream_id) m
        where s.id = m.stream_id and s.version < m.version;
end
$$;

-- Moves the streams from the versions at which they are expected to the next; gives how many of them stood there.
create function eventdock.claim_streams(names text[], expected bigint[], added bigint[]) returns bigint language plpgsql as $$
declare
    count bigint;
    found bigint := 0;
begin
    if cardinality(names) = 1 and expected[1] > 0 then
        update eventdock.mt_streams set version = expected[1] + added[1], timestamp = clock_timestamp()
            where id = names[1] and version = expected[1];
        get diagnostics found = row_count;
        return found;
    end if;

    -- The names come sorted, so that two appends wait for each other in one direction.
    if 0 = any(expected) then
        -- A stream's row without an event in it is not EventDock's, and in nobody's way.
        insert into eventdock.mt_streams as s (id, version, timestamp, created, is_archived)
            select n, a, clock_timestamp(), clock_timestamp(), false
            from unnest(names, expected, added) x(n, e, a) where e = 0
            on conflict (id) do update set version = excluded.version, timestamp = excluded.timestamp
                where not exists (select from eventdock.mt_events m where m.stream_id = s.id);
        get diagnostics found = row_count;
    end if;
    if 0 < any(expected) then
        update eventdock.mt_streams s set version = e + a, timestamp = clock_timestamp()
            from unnest(names, expected, added) x(n, e, a) where s.id = n and e > 0 and s.version = e;
        get diagnostics count = row_count;
        found := found + count;
    end if;
    return found;
end
$$;

drop function eventdock.append;

-- One append: one statement, one transaction, one round trip. Whatever can be computed before the head's lock comes in as
-- an argument. All events of the append stand in the arrays of_stream … data_salts, in the order of their positions.
create function eventdock.append(
    append_id uuid, stream_names text[], expected bigint[], added bigint[],
    of_stream text[], versions bigint[], ids uuid[], types text[], dotnet text[], datas jsonb[], headers jsonb[],
    occurred timestamptz[], leaf_begins text[], leaf_ends text[], header_salts bytea[], data_salts bytea[], correlation text,
    guard_kinds text[], guard_keys text[], guard_excepts text[], needed_views text[],
    changed_views text[], closed_views text[], closed_keys text[], closed_events bigint[],
    opened_views text[], opened_keys text[], opened_events bigint[], opened_until bigint[], opened_rows jsonb[],
    stopped_views text[], stopped_events bigint[], stopped_reasons text[],
    path_layers text[], path_versions bigint[], path_kinds text[], paths bytea[], strangers bigint[],
    out first_position bigint, out last_position bigint) language plpgsql as $$
declare
    base bigint;
    moment timestamptz;
    link bytea;
    top bigint;
    halted text[];
    unmet bool;
    found bigint;
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

    if needed_views <> '{}' then
        perform eventdock.check_views(needed_views);
    end if;
    if guard_kinds <> '{}' then
        perform eventdock.check_guards(guard_kinds, guard_keys, guard_excepts);
    end if;
    if strangers <> '{}' then
        perform eventdock.meet_strangers(strangers);
    end if;

    found := eventdock.claim_streams(stream_names, expected, added);
    if found <> cardinality(stream_names) then
        if exists (select from eventdock.head h, eventdock.unmet_strangers(h.position)) then
            raise exception using errcode = 'ED005', message = 'foreign events';
        end if;
        select n into lost from unnest(stream_names, expected, added) x(n, e, a)
            left join eventdock.mt_streams m on m.id = n
            where m.version is distinct from e + a or m.xmin <> pg_current_xact_id()::xid limit 1;
        raise exception using errcode = 'ED004', message = coalesce(lost, stream_names[1]);
    end if;

    if paths <> '{}' then
        insert into eventdock.layer_paths (layer, version, kind, path)
            select * from unnest(path_layers, path_versions, path_kinds, paths);
    end if;

    select position, recorded, chain into base, moment, link from eventdock.head for update;
    moment := greatest(moment, clock_timestamp());
    -- A statement of its own: what was committed while this one waited for the lock is seen from here on.
    select (select seq_id from eventdock.mt_events order by seq_id desc limit 1), (select array_agg(view) from eventdock.view_stops),
        exists (select from eventdock.foreign_events where not recorded)
        into top, halted, unmet;
    -- The append that records some of them goes on with others still unrecorded.
    if (top > base or unmet) and strangers = '{}' and exists (select from eventdock.unmet_strangers(base)) then
        raise exception using errcode = 'ED005', message = 'foreign events';
    end if;
    if halted && needed_views then
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
    end loop;
    first_position := coalesce(places[1], base + 1);

    if cardinality(places) = 1 then
        insert into eventdock.mt_events
                (seq_id, id, stream_id, version, data, type, timestamp, mt_dotnet_type, correlation_id, headers, is_archived)
            values (last_position, ids[1], of_stream[1], versions[1], datas[1], types[1], moment, dotnet[1], correlation, headers[1], false);
        insert into eventdock.leaves (position, recorded, late, line, hash, chain)
            values (last_position, moment, tstzrange(least(occurred[1], moment), moment), line, hashes[1], link);
        insert into eventdock.salts (position, headers, data) values (last_position, header_salts[1], data_salts[1]);
    else
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
    if places <> '{}' then
        insert into eventdock.appends (id, first_position, last_position) values (append_id, first_position, last_position);
    end if;

    if stopped_views <> '{}' then
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
