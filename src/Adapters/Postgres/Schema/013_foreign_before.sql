-- As before, but for foreign events before the first position, which stand before every leaf and move none.
create or replace function eventdock.leaf_number(at bigint) returns bigint language sql stable as $$
    select at - (select count(*) from eventdock.foreign_events f where f.position between 1 and at)
$$;

create or replace function eventdock.leaf_position(number bigint) returns bigint language plpgsql stable as $$
declare
    at bigint := number;
    stranger bigint;
begin
    for stranger in select position from eventdock.foreign_events where position >= 1 order by position loop
        exit when stranger > at;
        at := at + 1;
    end loop;
    return at;
end
$$;
