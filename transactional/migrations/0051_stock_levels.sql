-- Corrections of stock say of which kind they are, the tenant's ERP states what lies where, and an offer narrows the
-- part of its price that is paid in cash.

-- In basis points, within what the program says: 0 and 0 is for points alone.
alter table mall.offer
    add column cash_share_min_bp int not null default 0 check (cash_share_min_bp between 0 and 10000),
    add column cash_share_max_bp int not null default 10000 check (cash_share_max_bp between cash_share_min_bp and 10000);
grant insert (cash_share_min_bp, cash_share_max_bp), update (cash_share_min_bp, cash_share_max_bp) on mall.offer
    to pointmart_api;

-- Damage and loss take away, what was found or given back adds; a count and the ERP do either.
alter table mall.stock_correction
    add column kind text not null default 'count'
        check (kind in ('count', 'damage', 'loss', 'found', 'return', 'erp_sync')),
    add column xid xid8 not null default pg_current_xact_id(),
    add constraint stock_correction_kind_sign check (
        case when kind in ('damage', 'loss') then quantity < 0 when kind in ('found', 'return') then quantity > 0 else true end
    );
alter table mall.stock_correction alter column kind drop default;
create index stock_correction_by_xid on mall.stock_correction (xid);

-- What the ERP stated last of an item in a warehouse; an older statement changes nothing.
create table mall.stock_level (
    tenant_id uuid not null,
    warehouse_id uuid not null,
    item_id uuid not null,
    quantity bigint not null check (quantity between 0 and 1000000000),
    as_of timestamptz not null,
    stated_by text not null check (length(stated_by) between 1 and 200),
    recorded_at timestamptz not null default clock_timestamp(),
    primary key (tenant_id, warehouse_id, item_id),
    foreign key (tenant_id, warehouse_id) references mall.warehouse,
    foreign key (tenant_id, item_id) references mall.offer
);
alter table mall.stock_level enable row level security;
create policy own_tenant on mall.stock_level to pointmart_api
    using (tenant_id = mall.current_tenant()) with check (tenant_id = mall.current_tenant());
create policy every_tenant on mall.stock_level to pointmart_committer using (true) with check (true);
grant select, insert, update on mall.stock_level to pointmart_api;

-- What moved since the moment that a statement is of.
create index warehouse_movement_by_place on mall.warehouse_movement (tenant_id, warehouse_id, item_id, effective_at);

-- Who corrected it and what they wrote about it stay here.
create view export.stock_adjustment as
select
    tenant_id, correction_id as adjustment_id, warehouse_id, item_id, quantity, kind, effective_at, recorded_at, xid
from mall.stock_correction;

create view export.brand as
select brand_id, code, name_zh, name_en, is_known, recorded_at, xid
from mall.brand;

create or replace view export.item as
select
    item_id, code, name, category, kind, class, recorded_at, xid, storage_units, brand_id,
    cardinality(image_urls) as image_count, array_to_string(compliance_flags, ' ') as compliance_flags, listing_priority
from mall.item;

create or replace view export.supplier as
select tenant_id, supplier_id, code, name, status, recorded_at, xid, brand_id
from mall.supplier;

create or replace view export.offer as
select
    tenant_id, item_id, price_points, handover, opted_in_at, listed_from, listed_until, recorded_at, xid,
    cash_share_min_bp, cash_share_max_bp
from mall.offer;

grant select on export.stock_adjustment, export.brand to pointmart_landing, pointmart_reader;
