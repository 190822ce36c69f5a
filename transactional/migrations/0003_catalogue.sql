-- Items belong to the platform; an offer is an item in one tenant's shop; stock is what a tenant may issue.

create table mall.item (
    item_id uuid primary key default uuidv7(),
    code text not null unique check (length(code) between 1 and 200),
    name text not null check (length(name) between 1 and 200),
    category text not null check (length(category) between 1 and 200),
    kind text not null check (kind in ('physical', 'virtual', 'service')),
    class text not null check (class in ('staple', 'quality', 'scarce')),
    recorded_at timestamptz not null default clock_timestamp(),
    xid xid8 not null default pg_current_xact_id()
);
create trigger item_xid before update on mall.item for each row execute function mall.stamp_xid();
create index item_by_xid on mall.item (xid);

-- An offer exists only with the tenant's dated opt-in. handover says how the goods reach the member:
-- shipped later, picked up at once, or issued at once.
create table mall.offer (
    tenant_id uuid not null references mall.tenant,
    item_id uuid not null references mall.item,
    price_points bigint not null check (price_points between 1 and 1000000000),
    handover text not null check (handover in ('shipping', 'pickup', 'instant')),
    opted_in_at timestamptz not null,
    listed_from timestamptz not null,
    listed_until timestamptz,
    recorded_at timestamptz not null default clock_timestamp(),
    xid xid8 not null default pg_current_xact_id(),
    primary key (tenant_id, item_id),
    check (opted_in_at <= listed_from),
    check (listed_until > listed_from)
);
create trigger offer_xid before update on mall.offer for each row execute function mall.stamp_xid();
create index offer_by_xid on mall.offer (xid);

create table mall.stock (
    tenant_id uuid not null,
    item_id uuid not null,
    on_hand bigint not null constraint stock_never_negative check (on_hand >= 0),
    xid xid8 not null default pg_current_xact_id(),
    primary key (tenant_id, item_id),
    foreign key (tenant_id, item_id) references mall.offer
);
create trigger stock_xid before update on mall.stock for each row execute function mall.stamp_xid();
create index stock_by_xid on mall.stock (xid);

-- What came in or was corrected. What went out is the redemption lines: on_hand = movements - lines.
create table mall.stock_movement (
    tenant_id uuid not null,
    movement_id uuid not null default uuidv7(),
    item_id uuid not null,
    quantity bigint not null check (quantity <> 0),
    reason text not null check (reason in ('receipt', 'correction', 'return')),
    reference text check (length(reference) <= 200),
    effective_at timestamptz not null,
    recorded_at timestamptz not null default clock_timestamp(),
    xid xid8 not null default pg_current_xact_id(),
    primary key (tenant_id, movement_id),
    unique (tenant_id, item_id, reference),
    foreign key (tenant_id, item_id) references mall.offer
);
create index stock_movement_by_xid on mall.stock_movement (xid);
