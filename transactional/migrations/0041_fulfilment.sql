-- Parcels with what their carriers told, the promises that are dated by them, and what a broken promise opened.

-- The points a member gets for a broken promise; nothing is credited while it is 0.
create table mall.fulfilment_terms (
    tenant_id uuid primary key references mall.tenant,
    compensation_points bigint not null check (compensation_points between 0 and 1000000),
    changed_by text not null check (length(changed_by) between 1 and 200),
    changed_at timestamptz not null
);

-- Business days on which no clock of a delivery runs, told before they come.
create table mall.rest_day (
    tenant_id uuid not null references mall.tenant,
    day date not null,
    note text not null check (length(note) between 1 and 200),
    announced_by text not null check (length(announced_by) between 1 and 200),
    announced_at timestamptz not null,
    primary key (tenant_id, day)
);

-- A parcel. status, shipped_at and delivered_at follow from its events alone; due_at is promised when it is collected.
-- is_behind says that its redemption has not been told of its status yet. asked_at is when the carrier was asked last.
create table mall.shipment (
    tenant_id uuid not null,
    shipment_id uuid not null default uuidv7(),
    redemption_id uuid not null,
    reference text not null check (length(reference) between 1 and 200),
    request_hash bytea not null check (length(request_hash) = 32),
    carrier text not null check (carrier in ('sf', 'jd', 'sandbox')),
    tracking_number text not null check (tracking_number ~ '^[A-Za-z0-9-]{4,40}$'),
    province text not null check (length(province) between 1 and 20),
    region text not null check (region in ('nationwide', 'remote')),
    warehouse_id uuid,
    status text not null default 'registered' check (status in (
        'registered', 'collected', 'in_transit', 'out_for_delivery', 'attempted', 'delivered', 'returned', 'lost'
    )),
    created_at timestamptz not null,
    shipped_at timestamptz,
    due_at timestamptz,
    delivered_at timestamptz,
    ended_at timestamptz,
    is_behind boolean not null default false,
    asked_at timestamptz,
    ask_next_at timestamptz not null,
    ask_failures int not null default 0 check (ask_failures >= 0),
    recorded_at timestamptz not null default clock_timestamp(),
    xid xid8 not null default pg_current_xact_id(),
    primary key (tenant_id, shipment_id),
    unique (tenant_id, reference),
    unique (tenant_id, carrier, tracking_number),
    foreign key (tenant_id, redemption_id) references mall.redemption,
    foreign key (tenant_id, warehouse_id) references mall.warehouse,
    check ((shipped_at is null) = (due_at is null)),
    check ((status = 'registered') = (shipped_at is null)),
    check ((status = 'delivered') = (delivered_at is not null) and delivered_at >= shipped_at),
    check ((status in ('delivered', 'returned', 'lost')) = (ended_at is not null))
);
create trigger shipment_xid before update on mall.shipment for each row execute function mall.stamp_xid();
create index shipment_by_xid on mall.shipment (xid);
create index shipment_by_redemption on mall.shipment (tenant_id, redemption_id);
create index shipment_to_ask on mall.shipment (ask_next_at) where ended_at is null;
create index shipment_under_way on mall.shipment (due_at) where delivered_at is null and due_at is not null;
create index shipment_behind on mall.shipment (tenant_id, shipment_id) where is_behind;

create table mall.shipment_line (
    tenant_id uuid not null,
    shipment_id uuid not null,
    line_no smallint not null check (line_no >= 1),
    redemption_id uuid not null,
    quantity int not null check (quantity >= 1),
    xid xid8 not null default pg_current_xact_id(),
    primary key (tenant_id, shipment_id, line_no),
    foreign key (tenant_id, shipment_id) references mall.shipment,
    foreign key (tenant_id, redemption_id, line_no) references mall.redemption_line
);
create index shipment_line_by_xid on mall.shipment_line (xid);
create index shipment_line_by_redemption on mall.shipment_line (tenant_id, redemption_id, line_no);
create trigger shipment_line_append_only before update or delete on mall.shipment_line
    for each row execute function mall.refuse_change();

-- What a carrier told of a parcel. event_key is the same each time the same is told, pushed or asked for.
create table mall.shipment_event (
    tenant_id uuid not null,
    shipment_id uuid not null,
    event_key text not null check (length(event_key) between 1 and 200),
    kind text not null check (kind in (
        'collected', 'in_transit', 'out_for_delivery', 'attempted', 'delivered', 'returned', 'lost'
    )),
    occurred_at timestamptz not null,
    source text not null check (source in ('push', 'pull')),
    recorded_at timestamptz not null default clock_timestamp(),
    primary key (tenant_id, shipment_id, event_key),
    foreign key (tenant_id, shipment_id) references mall.shipment
);
create trigger shipment_event_append_only before update or delete on mall.shipment_event
    for each row execute function mall.refuse_change();

-- A promise that was not kept: of shipping a redemption, or of delivering a parcel. supplier_id names the responsible
-- supplier, carrier the carrier; the platform has no name.
create table mall.compensation (
    tenant_id uuid not null,
    compensation_id uuid not null default uuidv7(),
    clock text not null check (clock in ('shipping', 'delivery')),
    subject_id uuid not null,
    redemption_id uuid not null,
    shipment_id uuid,
    member_id uuid not null,
    party text not null check (party in ('supplier', 'carrier', 'platform')),
    supplier_id uuid,
    carrier text,
    due_at timestamptz not null,
    opened_at timestamptz not null,
    points bigint not null check (points between 0 and 1000000),
    credited_at timestamptz,
    credit_refusal text check (length(credit_refusal) between 1 and 200),
    outcome text check (outcome in ('paid', 'waived')),
    settled_at timestamptz,
    settled_by text check (length(settled_by) between 1 and 200),
    note text check (length(note) between 1 and 500),
    recorded_at timestamptz not null default clock_timestamp(),
    xid xid8 not null default pg_current_xact_id(),
    primary key (tenant_id, compensation_id),
    constraint one_compensation_of_a_promise unique (tenant_id, clock, subject_id),
    foreign key (tenant_id, redemption_id) references mall.redemption,
    foreign key (tenant_id, shipment_id) references mall.shipment,
    foreign key (tenant_id, supplier_id) references mall.supplier,
    check ((clock = 'delivery') = (shipment_id is not null)),
    check ((party = 'supplier') = (supplier_id is not null)),
    check ((party = 'carrier') = (carrier is not null)),
    check ((settled_at is null) = (outcome is null) and (settled_at is null) = (settled_by is null)),
    check (credited_at is null or (points > 0 and credit_refusal is null))
);
create trigger compensation_xid before update on mall.compensation for each row execute function mall.stamp_xid();
create index compensation_by_xid on mall.compensation (xid);
create index compensation_to_credit on mall.compensation (opened_at)
    where points > 0 and credited_at is null and credit_refusal is null;

-- What waits to be shipped, by how long: the index leaves a redemption alone until it is allocated and once it ships.
create index redemption_to_ship on mall.redemption (paid_at) where status in ('allocated', 'partially_refunded')
    and shipped_at is null and completed_at is null;

do $$
declare
    t text;
begin
    foreach t in array array[
        'fulfilment_terms', 'rest_day', 'shipment', 'shipment_line', 'shipment_event', 'compensation'
    ] loop
        execute format('alter table mall.%I enable row level security', t);
        execute format(
            'create policy own_tenant on mall.%I to pointmart_api '
            'using (tenant_id = mall.current_tenant()) with check (tenant_id = mall.current_tenant())', t);
        execute format('create policy every_tenant on mall.%I to pointmart_committer using (true) with check (true)', t);
    end loop;
end
$$;

grant select, insert on mall.fulfilment_terms, mall.rest_day, mall.shipment, mall.shipment_line, mall.shipment_event,
    mall.compensation to pointmart_api;
grant update (compensation_points, changed_by, changed_at) on mall.fulfilment_terms to pointmart_api;
grant delete on mall.rest_day to pointmart_api;
grant update (status, shipped_at, due_at, delivered_at, ended_at, is_behind, asked_at, ask_next_at, ask_failures)
    on mall.shipment to pointmart_api;
grant update (credited_at, credit_refusal, outcome, settled_at, settled_by, note) on mall.compensation to pointmart_api;
grant select on mall.fulfilment_terms, mall.rest_day, mall.shipment, mall.shipment_line, mall.compensation
    to pointmart_committer;

-- Tracking numbers and references lead to a person, and who settled what stays here; the redemption knows its member.
create view export.shipment as
select
    tenant_id, shipment_id, redemption_id, carrier, province, region, warehouse_id, status, created_at, shipped_at,
    due_at, delivered_at, ended_at, recorded_at, xid
from mall.shipment;

create view export.shipment_line as
select tenant_id, shipment_id, line_no, redemption_id, quantity, xid from mall.shipment_line;

create view export.compensation as
select
    tenant_id, compensation_id, clock, redemption_id, shipment_id, party, supplier_id, carrier, due_at,
    opened_at, points, credited_at, outcome, settled_at, recorded_at, xid
from mall.compensation;

grant select on export.shipment, export.shipment_line, export.compensation to pointmart_landing, pointmart_reader;
