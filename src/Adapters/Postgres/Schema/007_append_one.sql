-- The append of one event to one stream that asks for nothing but the stream's version and changes one row at most: most are of
-- this kind, and over values instead of arrays it takes half the time. Whatever else turns up (a lost race, strangers, a
-- stopped view) ends it with ED007, before anything is written; eventdock.append is called then, and knows what to do.

create function eventdock.make_row_writer(view text) returns void language plpgsql as $make$
begin
    execute format($write$
        create function eventdock.%1$I(place bigint, changed text, closes bool, opened jsonb) returns bool language plpgsql as $body$
        begin
            if closes then
                update eventdock.%2$I set valid_to = place where key = changed and valid_to is null;
            end if;
            if opened is not null then
                insert into eventdock.%2$I (key, valid_from, row) values (changed, place, opened);
            end if;
            return true;
        end
        $body$
        $write$, 'write_row_' || view, 'view_' || view);
end
$make$;

select eventdock.make_row_writer(view) from unnest(array['containers', 'images', 'tags', 'layers', 'build_steps', 'root']) view;

create function eventdock.append_one(
    append_id uuid, stream text, expected bigint, event uuid, event_type text, dotnet text, event_data jsonb, event_headers jsonb,
    occurred timestamptz, leaf_begin text, leaf_end text, header_salt bytea, data_salt bytea, correlation text,
    view text, changed text, closes bool, opened jsonb) returns bigint language plpgsql as $$
declare
    place bigint;
    moment timestamptz;
    link bytea;
    leaf bytea;
    line text;
    top bigint;
    other bool;
    done bool;
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

    select position + 1, greatest(recorded, clock_timestamp()), chain into place, moment, link from eventdock.head for update;
    -- Statements of their own: what was committed while the one before waited for the lock is seen from here on.
    select (select seq_id from eventdock.mt_events order by seq_id desc limit 1),
        exists (select from eventdock.view_stops) or exists (select from eventdock.foreign_events where not recorded)
        into top, other;
    if other or top >= place then
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
            when 'containers' then done := eventdock.write_row_containers(place, changed, closes, opened);
            when 'images' then done := eventdock.write_row_images(place, changed, closes, opened);
            when 'tags' then done := eventdock.write_row_tags(place, changed, closes, opened);
            when 'layers' then done := eventdock.write_row_layers(place, changed, closes, opened);
            else execute format('select eventdock.%I($1, $2, $3, $4)', 'write_row_' || view) using place, changed, closes, opened;
        end case;
    end if;

    update eventdock.head set position = place, recorded = moment, chain = link;
    sequence := setval('eventdock.mt_events_sequence', place);
    return place;
end
$$;
