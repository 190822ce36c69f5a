-- What balances of the past and the sweepers need.

-- When the end of a hold was written down; resolved_at is when it took effect. The statement's start is not
-- after the capture's transfer, so no moment in between knows the one without the other twice.
alter table mall.hold add column resolution_recorded_at timestamptz;
update mall.hold set resolution_recorded_at = clock_timestamp() where resolved_at is not null;
create function mall.stamp_hold() returns trigger language plpgsql as $$
begin
    new.xid := pg_current_xact_id();
    if new.resolved_at is not null and new.resolution_recorded_at is null then
        new.resolution_recorded_at := statement_timestamp();
    end if;
    return new;
end
$$;
drop trigger hold_xid on mall.hold;
create trigger hold_stamp before insert or update on mall.hold
    for each row execute function mall.stamp_hold();

-- Without remaining_points, so that spending stays a heap-only update.
create index lot_by_expiry on mall.lot (expires_on, lot_id) where expires_on is not null;
