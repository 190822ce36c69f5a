-- Reservations: pieces set aside until a deadline, among what mall.stock has allotted, as those of flash sales are.

-- left_count of the reserved pieces are still set aside; once released_at is set they are back on the shelf. A
-- reservation past expires_at counts as released, whether or not anything has swept it.
create table mall.reservation (
    tenant_id uuid not null references mall.tenant,
    reservation_id uuid not null,
    reference text not null check (length(reference) between 1 and 200),
    request_hash bytea not null check (length(request_hash) = 32),
    item_id uuid not null,
    purpose text not null check (purpose in ('campaign', 'flash_sale', 'bulk_order')),
    quantity bigint not null check (quantity between 1 and 1000000000),
    left_count bigint not null constraint reservation_never_overdrawn check (left_count between 0 and quantity),
    reserved_by text not null check (length(reserved_by) between 1 and 200),
    reserved_at timestamptz not null,
    expires_at timestamptz not null check (expires_at > reserved_at),
    released_at timestamptz,
    recorded_at timestamptz not null default clock_timestamp(),
    xid xid8 not null default pg_current_xact_id(),
    primary key (tenant_id, reservation_id),
    unique (tenant_id, reference),
    foreign key (tenant_id, item_id) references mall.offer
);
create trigger reservation_xid before update on mall.reservation for each row execute function mall.stamp_xid();
create index reservation_by_xid on mall.reservation (xid);
create index open_reservation_by_expiry on mall.reservation (expires_at) where released_at is null;
create index open_reservation_by_item on mall.reservation (tenant_id, item_id) where released_at is null;

-- What left the house from a reservation, such as for a bulk order, each with a movement of the stock.
create table mall.reservation_issue (
    tenant_id uuid not null,
    reservation_id uuid not null,
    reference text not null check (length(reference) between 1 and 200),
    quantity bigint not null check (quantity between 1 and 1000000000),
    issued_by text not null check (length(issued_by) between 1 and 200),
    issued_at timestamptz not null,
    recorded_at timestamptz not null default clock_timestamp(),
    primary key (tenant_id, reservation_id, reference),
    foreign key (tenant_id, reservation_id) references mall.reservation
);

alter table mall.stock_movement drop constraint stock_movement_reason_check;
alter table mall.stock_movement
    add constraint stock_movement_reason_check check (reason in ('receipt', 'correction', 'return', 'issue'));

do $$
declare
    t text;
begin
    foreach t in array array['reservation', 'reservation_issue'] loop
        execute format('alter table mall.%I enable row level security', t);
        execute format(
            'create policy own_tenant on mall.%I to pointmart_api '
            'using (tenant_id = mall.current_tenant()) with check (tenant_id = mall.current_tenant())', t);
        execute format('create policy every_tenant on mall.%I to pointmart_committer using (true) with check (true)', t);
    end loop;
end
$$;

create policy opened_untouched on mall.reservation as restrictive for insert to pointmart_api
    with check (left_count = quantity and released_at is null);
grant select, insert on mall.reservation, mall.reservation_issue to pointmart_api;
grant update (left_count, released_at) on mall.reservation to pointmart_api;
grant select on mall.reservation to pointmart_committer;
grant update (released_at) on mall.reservation to pointmart_committer;

-- Without the reference and the name of who reserved.
create view export.reservation as
select
    tenant_id, reservation_id, item_id, purpose, quantity, left_count, reserved_at, expires_at, released_at, recorded_at,
    xid
from mall.reservation;

grant select on export.reservation to pointmart_landing, pointmart_reader;
