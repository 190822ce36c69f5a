-- Purchase orders: proposed → approved → ordered → partially_received → received; rejected and cancelled end one.

-- origin says what proposed it, origin_reference which proposal or plan. Its people are the tenant's staff.
create table mall.purchase_order (
    tenant_id uuid not null references mall.tenant,
    purchase_order_id uuid not null,
    reference text not null check (length(reference) between 1 and 200),
    request_hash bytea not null check (length(request_hash) = 32),
    supplier_id uuid not null,
    origin text not null check (origin in ('manual', 'replenishment', 'holiday_plan')),
    origin_reference text check (length(origin_reference) between 1 and 200),
    status text not null default 'proposed' check (status in (
        'proposed', 'approved', 'ordered', 'partially_received', 'received', 'rejected', 'cancelled'
    )),
    order_by date not null,
    created_by text not null check (length(created_by) between 1 and 200),
    created_at timestamptz not null,
    approved_by text check (length(approved_by) between 1 and 200),
    approved_at timestamptz,
    ordered_at timestamptz,
    first_received_at timestamptz,
    received_at timestamptz,
    ended_at timestamptz,
    recorded_at timestamptz not null default clock_timestamp(),
    xid xid8 not null default pg_current_xact_id(),
    primary key (tenant_id, purchase_order_id),
    unique (tenant_id, reference),
    foreign key (tenant_id, supplier_id) references mall.supplier,
    check (origin = 'manual' or origin_reference is not null),
    check ((approved_by is null) = (approved_at is null)),
    check ((status in ('rejected', 'cancelled')) = (ended_at is not null)),
    check ((status = 'received') = (received_at is not null)),
    check (status not in ('ordered', 'partially_received', 'received') or ordered_at is not null)
);
create trigger purchase_order_xid before update on mall.purchase_order
    for each row execute function mall.stamp_xid();
create index purchase_order_by_xid on mall.purchase_order (xid);
create unique index one_order_of_a_proposal on mall.purchase_order (tenant_id, origin_reference)
    where origin = 'replenishment';

-- What the terms said when the line was written. Damaged pieces came too, but fill nothing. expected_on is the day
-- the supplier is held to. A line that was struck out of a proposed order stays with a quantity of 0.
create table mall.purchase_order_line (
    tenant_id uuid not null,
    purchase_order_id uuid not null,
    line_no smallint not null check (line_no >= 1),
    item_id uuid not null,
    warehouse_id uuid not null,
    terms_id uuid not null,
    quantity bigint not null check (quantity between 0 and 1000000000),
    unit_cost_fen bigint not null check (unit_cost_fen >= 0),
    lead_time_days int not null check (lead_time_days >= 0),
    expected_on date not null,
    most_quantity bigint not null check (most_quantity >= quantity),
    received_quantity bigint not null default 0
        constraint line_never_over_received check (received_quantity between 0 and most_quantity),
    damaged_quantity bigint not null default 0 check (damaged_quantity >= 0),
    xid xid8 not null default pg_current_xact_id(),
    primary key (tenant_id, purchase_order_id, line_no),
    foreign key (tenant_id, purchase_order_id) references mall.purchase_order,
    foreign key (tenant_id, warehouse_id) references mall.warehouse,
    foreign key (tenant_id, terms_id) references mall.supplier_terms,
    foreign key (tenant_id, item_id) references mall.offer
);
create trigger purchase_order_line_xid before update on mall.purchase_order_line
    for each row execute function mall.stamp_xid();
create index purchase_order_line_by_xid on mall.purchase_order_line (xid);
create index purchase_order_line_by_item on mall.purchase_order_line (tenant_id, item_id);

-- Who moved an order from where to where: the audit of it.
create table mall.purchase_order_move (
    tenant_id uuid not null,
    purchase_order_id uuid not null,
    move_id uuid not null default uuidv7(),
    move text not null check (length(move) between 1 and 40),
    from_status text,
    status text not null,
    moved_by text not null check (length(moved_by) between 1 and 200),
    note text check (length(note) between 1 and 500),
    moved_at timestamptz not null,
    recorded_at timestamptz not null default clock_timestamp(),
    primary key (tenant_id, purchase_order_id, move_id),
    foreign key (tenant_id, purchase_order_id) references mall.purchase_order
);
create trigger purchase_order_move_append_only before update or delete on mall.purchase_order_move
    for each row execute function mall.refuse_change();

-- A delivery as it was counted; the reference is the delivery note's, so that it is booked once.
create table mall.receipt (
    tenant_id uuid not null,
    receipt_id uuid not null,
    purchase_order_id uuid not null,
    reference text not null check (length(reference) between 1 and 200),
    request_hash bytea not null check (length(request_hash) = 32),
    received_by text not null check (length(received_by) between 1 and 200),
    received_at timestamptz not null,
    recorded_at timestamptz not null default clock_timestamp(),
    xid xid8 not null default pg_current_xact_id(),
    primary key (tenant_id, receipt_id),
    unique (tenant_id, purchase_order_id, reference),
    foreign key (tenant_id, purchase_order_id) references mall.purchase_order
);
create index receipt_by_xid on mall.receipt (xid);
create trigger receipt_append_only before update or delete on mall.receipt
    for each row execute function mall.refuse_change();

-- Pieces of a line that came together: a batch, with its last day if it has one.
create table mall.receipt_batch (
    tenant_id uuid not null,
    receipt_id uuid not null,
    batch_no smallint not null check (batch_no >= 1),
    purchase_order_id uuid not null,
    line_no smallint not null,
    item_id uuid not null,
    warehouse_id uuid not null,
    quantity bigint not null check (quantity between 0 and 1000000000),
    damaged_quantity bigint not null check (damaged_quantity between 0 and 1000000000),
    expires_on date,
    received_at timestamptz not null,
    recorded_at timestamptz not null default clock_timestamp(),
    xid xid8 not null default pg_current_xact_id(),
    primary key (tenant_id, receipt_id, batch_no),
    foreign key (tenant_id, receipt_id) references mall.receipt,
    foreign key (tenant_id, purchase_order_id, line_no) references mall.purchase_order_line,
    check (quantity + damaged_quantity >= 1)
);
create index receipt_batch_by_xid on mall.receipt_batch (xid);
create index receipt_batch_by_line on mall.receipt_batch (tenant_id, purchase_order_id, line_no);
create trigger receipt_batch_append_only before update or delete on mall.receipt_batch
    for each row execute function mall.refuse_change();

do $$
declare
    t text;
begin
    foreach t in array array['purchase_order', 'purchase_order_line', 'purchase_order_move', 'receipt', 'receipt_batch']
    loop
        execute format('alter table mall.%I enable row level security', t);
        execute format(
            'create policy own_tenant on mall.%I to pointmart_api '
            'using (tenant_id = mall.current_tenant()) with check (tenant_id = mall.current_tenant())', t);
        execute format('create policy every_tenant on mall.%I to pointmart_committer using (true) with check (true)', t);
    end loop;
end
$$;

grant select, insert on mall.purchase_order, mall.purchase_order_line, mall.purchase_order_move, mall.receipt,
    mall.receipt_batch to pointmart_api;
grant update (status, order_by, approved_by, approved_at, ordered_at, first_received_at, received_at, ended_at)
    on mall.purchase_order to pointmart_api;
grant update (item_id, warehouse_id, terms_id, quantity, unit_cost_fen, lead_time_days, expected_on, most_quantity,
    received_quantity, damaged_quantity) on mall.purchase_order_line to pointmart_api;

-- References are typed by people, and who did what stays here.
create view export.purchase_order as
select
    tenant_id, purchase_order_id, supplier_id, origin, status, order_by, created_at, approved_at, ordered_at,
    first_received_at, received_at, ended_at, recorded_at, xid
from mall.purchase_order;

create view export.purchase_order_line as
select
    tenant_id, purchase_order_id, line_no, item_id, warehouse_id, terms_id, quantity, unit_cost_fen, lead_time_days,
    expected_on, received_quantity, damaged_quantity, xid
from mall.purchase_order_line;

create view export.receipt_batch as
select
    tenant_id, receipt_id, batch_no, purchase_order_id, line_no, item_id, warehouse_id, quantity, damaged_quantity,
    expires_on, received_at, recorded_at, xid
from mall.receipt_batch;

grant select on export.purchase_order, export.purchase_order_line, export.receipt_batch to pointmart_landing, pointmart_reader;
