-- Whom a tenant buys from, and on which terms.

create table mall.supplier (
    tenant_id uuid not null references mall.tenant,
    supplier_id uuid not null default uuidv7(),
    code text not null check (code ~ '^[a-z][a-z0-9_-]{0,39}$'),
    name text not null check (length(name) between 1 and 200),
    status text not null default 'active' check (status in ('active', 'suspended')),
    recorded_at timestamptz not null default clock_timestamp(),
    xid xid8 not null default pg_current_xact_id(),
    primary key (tenant_id, supplier_id),
    unique (tenant_id, code)
);
create trigger supplier_xid before update on mall.supplier for each row execute function mall.stamp_xid();
create index supplier_by_xid on mall.supplier (xid);

-- Terms are dated and never edited: new ones end those before on the day they begin. lead_time_days is what is usual
-- from order to shelf, worst_lead_time_days what to count on. From break_quantities[i] pieces a piece costs
-- break_costs_fen[i]. Of what is delivered, over_receipt_percent more than ordered is taken.
create table mall.supplier_terms (
    tenant_id uuid not null,
    terms_id uuid not null default uuidv7(),
    supplier_id uuid not null,
    item_id uuid not null,
    lead_time_days int not null check (lead_time_days between 0 and 365),
    worst_lead_time_days int not null check (worst_lead_time_days between lead_time_days and 365),
    min_order_quantity bigint not null default 1 check (min_order_quantity between 1 and 1000000000),
    pack_size bigint not null default 1 check (pack_size between 1 and 1000000000),
    unit_cost_fen bigint not null check (unit_cost_fen between 0 and 1000000000),
    break_quantities bigint[] not null default '{}',
    break_costs_fen bigint[] not null default '{}' check (cardinality(break_costs_fen) = cardinality(break_quantities)),
    shelf_life_days int check (shelf_life_days between 1 and 36500),
    over_receipt_percent int not null default 0 check (over_receipt_percent between 0 and 100),
    rank int not null default 100 check (rank between 0 and 1000000),
    valid_from date not null,
    valid_until date check (valid_until >= valid_from),
    recorded_at timestamptz not null default clock_timestamp(),
    xid xid8 not null default pg_current_xact_id(),
    primary key (tenant_id, terms_id),
    unique (tenant_id, supplier_id, item_id, valid_from),
    foreign key (tenant_id, supplier_id) references mall.supplier,
    foreign key (tenant_id, item_id) references mall.offer
);
create trigger supplier_terms_xid before update on mall.supplier_terms
    for each row execute function mall.stamp_xid();
create index supplier_terms_by_xid on mall.supplier_terms (xid);
create index supplier_terms_by_item on mall.supplier_terms (tenant_id, item_id, valid_from);

do $$
declare
    t text;
begin
    foreach t in array array['supplier', 'supplier_terms'] loop
        execute format('alter table mall.%I enable row level security', t);
        execute format(
            'create policy own_tenant on mall.%I to pointmart_api '
            'using (tenant_id = mall.current_tenant()) with check (tenant_id = mall.current_tenant())', t);
        execute format('create policy every_tenant on mall.%I to pointmart_committer using (true) with check (true)', t);
    end loop;
end
$$;

grant select, insert on mall.supplier, mall.supplier_terms to pointmart_api;
grant update (name, status) on mall.supplier to pointmart_api;
grant update (valid_until) on mall.supplier_terms to pointmart_api;

create view export.supplier as
select tenant_id, supplier_id, code, name, status, recorded_at, xid
from mall.supplier;

create view export.supplier_terms as
select
    tenant_id, terms_id, supplier_id, item_id, lead_time_days, worst_lead_time_days, min_order_quantity, pack_size,
    unit_cost_fen, shelf_life_days, over_receipt_percent, rank, valid_from, valid_until, recorded_at, xid
from mall.supplier_terms;

grant select on export.supplier, export.supplier_terms to pointmart_landing, pointmart_reader;
