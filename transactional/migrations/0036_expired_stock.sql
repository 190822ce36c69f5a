-- Pieces whose last day is over and which still lie in a warehouse: told once, and open until somebody takes them off
-- the books.

-- A row for each place and last day that was looked at when the day was over, so that what leaves later is no longer
-- taken from those pieces; with a quantity of 0 nothing was left and nobody is told.
create table mall.expired_stock (
    tenant_id uuid not null,
    alert_id uuid not null default uuidv7(),
    warehouse_id uuid not null,
    item_id uuid not null,
    expires_on date not null,
    quantity bigint not null check (quantity >= 0),
    opened_at timestamptz not null,
    closed_at timestamptz,
    recorded_at timestamptz not null default clock_timestamp(),
    xid xid8 not null default pg_current_xact_id(),
    primary key (tenant_id, alert_id),
    unique (tenant_id, item_id, warehouse_id, expires_on),
    foreign key (tenant_id, warehouse_id) references mall.warehouse,
    foreign key (tenant_id, item_id) references mall.offer,
    check (quantity > 0 or closed_at is not null)
);
create trigger expired_stock_xid before update on mall.expired_stock for each row execute function mall.stamp_xid();
create index expired_stock_by_xid on mall.expired_stock (xid);
create index receipt_batch_by_last_day on mall.receipt_batch (expires_on) where expires_on is not null;

alter table mall.expired_stock enable row level security;
create policy own_tenant on mall.expired_stock to pointmart_api
    using (tenant_id = mall.current_tenant()) with check (tenant_id = mall.current_tenant());
create policy every_tenant on mall.expired_stock to pointmart_committer using (true) with check (true);

grant select on mall.expired_stock to pointmart_api;
grant select, insert on mall.expired_stock to pointmart_committer;
grant update (closed_at) on mall.expired_stock to pointmart_committer;
grant select on mall.receipt_batch to pointmart_committer;

create view export.expired_stock as
select tenant_id, alert_id, warehouse_id, item_id, expires_on, quantity, opened_at, closed_at, recorded_at, xid
from mall.expired_stock;

grant select on export.expired_stock to pointmart_landing, pointmart_reader;
