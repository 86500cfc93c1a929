-- Nobody appends meanwhile, and the lock comes first, as it does in an append: so neither waits for the other in a circle.
lock table eventdock.head in access exclusive mode;

-- Which folds fill the views (name:version, sorted), in the row that every append locks and reads anyhow: the appending
-- program's own are compared with it there, which costs nothing. Whoever changes the versions changes this with them.
alter table eventdock.head add column views text not null default '';

create function eventdock.note_view_versions() returns trigger language plpgsql as $$
begin
    update eventdock.head set views = v.now
        from (
            select coalesce(string_agg(name || ':' || version, ',' order by name collate "C"), '') as now
            from eventdock.view_versions) v
        where views <> v.now;
    return null;
end
$$;

create trigger view_versions_noted after insert or update or delete or truncate on eventdock.view_versions
    for each statement execute function eventdock.note_view_versions();

-- As it stands now.
update eventdock.view_versions set version = version;

-- A program that was running when this script came calls the functions as they were, and does not say which folds it has. The
-- class of this error is shown in full by all programs that there are, and is not tried again.
do $$
declare
    old record;
begin
    for old in select p.proname as name, pg_get_function_arguments(p.oid) as arguments, pg_get_function_result(p.oid) as result
        from pg_proc p join pg_namespace n on n.oid = p.pronamespace
        where n.nspname = 'eventdock' and p.proname in ('append', 'append_one')
    loop
        execute format($body$
            create or replace function eventdock.%I(%s) returns %s language plpgsql as $refuse$
            begin
                raise exception using errcode = '57000',
                    message = 'a later version has changed this ledger''s tables, and this one cannot add to it any more: use that';
            end
            $refuse$
            $body$, old.name, old.arguments, old.result);
    end loop;
end
$$;

-- As before, but for the folds, and with the writing of each view's row in it: a call of a function costs as much as the row.
do $make$
declare
    writes text;
begin
    select string_agg(format($write$
            when %1$L then
                if closes then
                    update eventdock.%2$I set valid_to = place where key = changed and valid_to is null;
                end if;
                if opened is not null then
                    insert into eventdock.%2$I (key, valid_from, row) values (changed, place, opened);
                end if;
        $write$, view, 'view_' || view), '') into writes
        from unnest(array['containers', 'layers', 'images', 'tags', 'build_steps', 'root']) view;
    execute format($function$
create function eventdock.append_one(
    append_id uuid, stream text, expected bigint, event uuid, event_type text, dotnet text, event_data jsonb, event_headers jsonb,
    occurred timestamptz, leaf_begin text, leaf_end text, header_salt bytea, data_salt bytea, correlation text,
    view text, changed text, closes bool, opened jsonb, folds text) returns bigint language plpgsql as $body$
declare
    place bigint;
    moment timestamptz;
    link bytea;
    leaf bytea;
    line text;
    filled text;
    other bool;
    sequence bigint;
begin
    if expected > 0 then
        update eventdock.mt_streams set version = expected + 1, timestamp = clock_timestamp() where id = stream and version = expected;
    else
        insert into eventdock.mt_streams (id, version, timestamp, created, is_archived)
            values (stream, 1, clock_timestamp(), clock_timestamp(), false) on conflict do nothing;
    end if;
    if not found then
        raise exception using errcode = 'ED007', message = 'not that simple';
    end if;

    select position + 1, greatest(recorded, clock_timestamp()), chain, views
        into place, moment, link, filled from eventdock.head for update;
    if filled <> folds then
        raise exception using errcode = 'ED008', message = jsonb_build_array(filled, place - 1)::text;
    end if;
    -- A statement of its own: what was committed while the one before waited for the lock is seen from here on. Asked from this
    -- place on, and in order, the index answers from its end; the last position would make it read a page.
    select (select seq_id from eventdock.mt_events where seq_id >= place order by seq_id limit 1) is not null
        or exists (select from eventdock.view_stops) or exists (select from eventdock.foreign_events where not recorded) into other;
    if other then
        raise exception using errcode = 'ED007', message = 'not that simple';
    end if;

    line := leaf_begin || place || ',"recorded":"' || to_char(moment at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') || '"' || leaf_end;
    leaf := sha256('\x00'::bytea || convert_to(line, 'UTF8'));
    link := sha256('\x02'::bytea || link || leaf);
    insert into eventdock.mt_events
            (seq_id, id, stream_id, version, data, type, timestamp, mt_dotnet_type, correlation_id, headers, is_archived)
        values (place, event, stream, expected + 1, event_data, event_type, moment, dotnet, correlation, event_headers, false);
    insert into eventdock.leaves (position, recorded, late, line, hash, chain)
        values (place, moment, tstzrange(least(occurred, moment), moment), line, leaf, link);
    insert into eventdock.salts (position, headers, data) values (place, header_salt, data_salt);
    insert into eventdock.appends (id, first_position, last_position) values (append_id, place, place);

    if view is not null then
        case view
%s            else execute format('select eventdock.%%I($1, $2, $3, $4)', 'write_row_' || view) using place, changed, closes, opened;
        end case;
    end if;

    update eventdock.head set position = place, recorded = moment, chain = link;
    sequence := setval('eventdock.mt_events_sequence', place);
    return place;
end
$body$
    $function$, writes);
end
$make$;

-- As before, but for the folds. One append: one statement, one transaction, one round trip. Whatever can be computed before
-- the head's lock comes in as an argument. All events of the append stand in the arrays of_stream … data_salts, in the order of their positions.
create function eventdock.append(
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

-- What rebuilds have let auditors see beyond the documented views, by rights that new tables were given by themselves.
do $$
declare
    seen text;
begin
    for seen in
        select c.oid::regclass::text
        from pg_class c cross join lateral aclexplode(c.relacl) a
            join pg_roles r on r.oid = a.grantee and r.rolname = 'eventdock_audit'
        where c.relnamespace = 'eventdock'::regnamespace and c.relname in ('view_build_steps', 'view_root')
    loop
        execute format('revoke all on %s from eventdock_audit', seen);
    end loop;
end
$$;
