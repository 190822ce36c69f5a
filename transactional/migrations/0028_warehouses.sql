-- Warehouses: where a tenant's pieces lie. mall.stock stays what may be sold and what redemptions lock; beside it
-- each warehouse has its part, and the parts of an item add up to on_hand + allotted once what was redeemed since
-- has been taken from the warehouses, which a job does behind the redemptions.

-- storage_units: how much room a piece takes, in units that warehouses are measured in.
alter table mall.item add column storage_units int not null default 1 check (storage_units between 1 and 1000000);

-- rank says which warehouse ships first, the smallest before the others. capacity_units is null where nobody measured.
create table mall.warehouse (
    tenant_id uuid not null references mall.tenant,
    warehouse_id uuid not null default uuidv7(),
    code text not null check (code ~ '^[a-z][a-z0-9_-]{0,39}$'),
    name text not null check (length(name) between 1 and 200),
    region text not null check (length(region) between 1 and 100),
    capacity_units bigint check (capacity_units between 0 and 1000000000000),
    rank int not null default 100 check (rank between 0 and 1000000),
    is_active boolean not null default true,
    is_default boolean not null default false,
    recorded_at timestamptz not null default clock_timestamp(),
    xid xid8 not null default pg_current_xact_id(),
    primary key (tenant_id, warehouse_id),
    unique (tenant_id, code),
    check (is_active or not is_default)
);
create trigger warehouse_xid before update on mall.warehouse for each row execute function mall.stamp_xid();
create index warehouse_by_xid on mall.warehouse (xid);
create unique index one_default_warehouse on mall.warehouse (tenant_id) where is_default;

create table mall.warehouse_stock (
    tenant_id uuid not null,
    warehouse_id uuid not null,
    item_id uuid not null,
    quantity bigint not null constraint warehouse_stock_never_negative check (quantity >= 0),
    xid xid8 not null default pg_current_xact_id(),
    primary key (tenant_id, item_id, warehouse_id),
    foreign key (tenant_id, warehouse_id) references mall.warehouse,
    foreign key (tenant_id, item_id) references mall.offer
) with (fillfactor = 70);
create trigger warehouse_stock_xid before update on mall.warehouse_stock
    for each row execute function mall.stamp_xid();
create index warehouse_stock_by_xid on mall.warehouse_stock (xid);

-- Every change of a warehouse's stock. settled: pieces that redemptions took, less those that came back or came in
-- without the name of a warehouse, since the item was settled last.
create table mall.warehouse_movement (
    tenant_id uuid not null,
    movement_id uuid not null default uuidv7(),
    warehouse_id uuid not null,
    item_id uuid not null,
    quantity bigint not null check (quantity <> 0),
    reason text not null check (reason in ('receipt', 'correction', 'relocation', 'settled')),
    effective_at timestamptz not null,
    recorded_at timestamptz not null default clock_timestamp(),
    xid xid8 not null default pg_current_xact_id(),
    primary key (tenant_id, movement_id),
    foreign key (tenant_id, warehouse_id) references mall.warehouse,
    foreign key (tenant_id, item_id) references mall.offer
);
create index warehouse_movement_by_xid on mall.warehouse_movement (xid);
create trigger warehouse_movement_append_only before update or delete on mall.warehouse_movement
    for each row execute function mall.refuse_change();

-- Pieces carried from one warehouse to another; the reference is the tenant's own name of the act.
create table mall.relocation (
    tenant_id uuid not null,
    relocation_id uuid not null default uuidv7(),
    reference text not null check (length(reference) between 1 and 200),
    request_hash bytea not null check (length(request_hash) = 32),
    item_id uuid not null,
    from_warehouse_id uuid not null,
    to_warehouse_id uuid not null check (to_warehouse_id <> from_warehouse_id),
    quantity bigint not null check (quantity between 1 and 1000000000),
    effective_at timestamptz not null,
    recorded_at timestamptz not null default clock_timestamp(),
    primary key (tenant_id, relocation_id),
    unique (tenant_id, reference),
    foreign key (tenant_id, from_warehouse_id) references mall.warehouse,
    foreign key (tenant_id, to_warehouse_id) references mall.warehouse,
    foreign key (tenant_id, item_id) references mall.offer
);
create trigger relocation_append_only before update or delete on mall.relocation
    for each row execute function mall.refuse_change();

-- A count or a loss: on the shelf there are more or fewer pieces than the books said.
create table mall.stock_correction (
    tenant_id uuid not null,
    correction_id uuid not null default uuidv7(),
    reference text not null check (length(reference) between 1 and 200),
    request_hash bytea not null check (length(request_hash) = 32),
    warehouse_id uuid not null,
    item_id uuid not null,
    quantity bigint not null check (quantity <> 0 and abs(quantity) <= 1000000000),
    reason text not null check (length(reason) between 1 and 500),
    corrected_by text not null check (length(corrected_by) between 1 and 200),
    effective_at timestamptz not null,
    recorded_at timestamptz not null default clock_timestamp(),
    primary key (tenant_id, correction_id),
    unique (tenant_id, reference),
    foreign key (tenant_id, warehouse_id) references mall.warehouse,
    foreign key (tenant_id, item_id) references mall.offer
);
create trigger stock_correction_append_only before update or delete on mall.stock_correction
    for each row execute function mall.refuse_change();

-- A threshold of an item as a whole is about what can be sold; one of a warehouse about what lies there.
create table mall.stock_threshold (
    tenant_id uuid not null,
    threshold_id uuid not null default uuidv7(),
    item_id uuid not null,
    warehouse_id uuid,
    quantity bigint not null check (quantity between 1 and 1000000000),
    recorded_at timestamptz not null default clock_timestamp(),
    primary key (tenant_id, threshold_id),
    unique nulls not distinct (tenant_id, item_id, warehouse_id),
    foreign key (tenant_id, warehouse_id) references mall.warehouse,
    foreign key (tenant_id, item_id) references mall.offer
);

-- Opened when the stock is below the threshold, closed when it no longer is or the threshold is gone.
create table mall.stock_alert (
    tenant_id uuid not null,
    alert_id uuid not null default uuidv7(),
    item_id uuid not null,
    warehouse_id uuid,
    threshold_quantity bigint not null check (threshold_quantity >= 1),
    quantity bigint not null check (quantity >= 0 and quantity < threshold_quantity),
    opened_at timestamptz not null,
    acknowledged_at timestamptz,
    acknowledged_by text check (length(acknowledged_by) between 1 and 200),
    closed_at timestamptz,
    recorded_at timestamptz not null default clock_timestamp(),
    xid xid8 not null default pg_current_xact_id(),
    primary key (tenant_id, alert_id),
    foreign key (tenant_id, warehouse_id) references mall.warehouse,
    foreign key (tenant_id, item_id) references mall.offer,
    check ((acknowledged_at is null) = (acknowledged_by is null))
);
create trigger stock_alert_xid before update on mall.stock_alert for each row execute function mall.stamp_xid();
create index stock_alert_by_xid on mall.stock_alert (xid);
create unique index one_open_alert on mall.stock_alert (tenant_id, item_id, warehouse_id) nulls not distinct
    where closed_at is null;

do $$
declare
    t text;
begin
    foreach t in array array['warehouse', 'warehouse_stock', 'warehouse_movement', 'relocation', 'stock_correction',
        'stock_threshold', 'stock_alert'] loop
        execute format('alter table mall.%I enable row level security', t);
        execute format(
            'create policy own_tenant on mall.%I to pointmart_api '
            'using (tenant_id = mall.current_tenant()) with check (tenant_id = mall.current_tenant())', t);
        execute format('create policy every_tenant on mall.%I to pointmart_committer using (true) with check (true)', t);
    end loop;
end
$$;

grant select, insert on mall.warehouse, mall.warehouse_stock, mall.warehouse_movement, mall.stock_alert
    to pointmart_api, pointmart_committer;
grant update (quantity) on mall.warehouse_stock to pointmart_api, pointmart_committer;
grant update (name, region, capacity_units, rank, is_active, is_default) on mall.warehouse to pointmart_api;
grant select, insert on mall.relocation, mall.stock_correction, mall.stock_threshold to pointmart_api;
grant update (quantity), delete on mall.stock_threshold to pointmart_api;
grant select on mall.stock_threshold to pointmart_committer;
grant update (closed_at) on mall.stock_alert to pointmart_api, pointmart_committer;
grant update (acknowledged_at, acknowledged_by) on mall.stock_alert to pointmart_api;
-- A delivery or a count of the own tenant moves its stock and is told to whoever listens.
grant select on mall.stock_movement to pointmart_api;
grant insert (tenant_id, item_id, quantity, reason, reference, effective_at) on mall.stock_movement to pointmart_api;
grant insert (tenant_id, topic, subject_id, payload, recorded_at) on mall.outbox to pointmart_api;

-- Every tenant that has stock has a warehouse, in which all of it lies.
insert into mall.warehouse (tenant_id, code, name, region, is_default)
select distinct tenant_id, 'main', '总仓', '全国', true from mall.stock;
insert into mall.warehouse_movement (tenant_id, warehouse_id, item_id, quantity, reason, effective_at)
select s.tenant_id, w.warehouse_id, s.item_id, s.on_hand + s.allotted, 'settled', now()
from mall.stock s
join mall.warehouse w using (tenant_id)
where s.on_hand + s.allotted > 0;
insert into mall.warehouse_stock (tenant_id, warehouse_id, item_id, quantity)
select tenant_id, warehouse_id, item_id, quantity from mall.warehouse_movement;

create view export.warehouse as
select tenant_id, warehouse_id, code, name, region, capacity_units, rank, is_active, is_default, recorded_at, xid
from mall.warehouse;

create view export.warehouse_movement as
select tenant_id, movement_id, warehouse_id, item_id, quantity, reason, effective_at, recorded_at, xid
from mall.warehouse_movement;

-- Who acknowledged an alert stays here.
create view export.stock_alert as
select
    tenant_id, alert_id, item_id, warehouse_id, threshold_quantity, quantity, opened_at, acknowledged_at, closed_at,
    recorded_at, xid
from mall.stock_alert;

create or replace view export.item as
select item_id, code, name, category, kind, class, recorded_at, xid, storage_units
from mall.item;

grant select on export.warehouse, export.warehouse_movement, export.stock_alert to pointmart_landing, pointmart_reader;
