-- Redemptions, what was asked under which key, and the events others are told of.

create table mall.redemption (
    tenant_id uuid not null,
    redemption_id uuid not null,
    member_id uuid not null,
    status text not null check (status in (
        'created', 'paid', 'allocated', 'shipped', 'delivered', 'completed',
        'cancelled', 'refunded', 'partially_refunded', 'in_review'
    )),
    points bigint not null check (points > 0),
    effective_at timestamptz not null,
    completed_at timestamptz,
    recorded_at timestamptz not null default clock_timestamp(),
    xid xid8 not null default pg_current_xact_id(),
    primary key (tenant_id, redemption_id),
    foreign key (tenant_id, member_id) references mall.member
);
create trigger redemption_xid before update on mall.redemption
    for each row execute function mall.stamp_xid();
create index redemption_by_xid on mall.redemption (xid);
create index redemption_by_member on mall.redemption (tenant_id, member_id, effective_at desc);

create table mall.redemption_line (
    tenant_id uuid not null,
    redemption_id uuid not null,
    line_no smallint not null,
    item_id uuid not null,
    quantity int not null check (quantity > 0),
    unit_points bigint not null check (unit_points > 0),
    xid xid8 not null default pg_current_xact_id(),
    primary key (tenant_id, redemption_id, line_no),
    foreign key (tenant_id, redemption_id) references mall.redemption
);
create index redemption_line_by_xid on mall.redemption_line (xid);

-- The first answer given under a key, kept to the letter. The body's hash tells a retry from a mix-up.
create table mall.idempotency_key (
    tenant_id uuid not null references mall.tenant,
    key text not null check (length(key) between 1 and 200),
    operation text not null check (operation in ('redeem', 'earn')),
    body_hash bytea not null check (length(body_hash) = 32),
    redemption_id uuid,
    response_status smallint not null,
    response_body text not null,
    recorded_at timestamptz not null default clock_timestamp(),
    primary key (tenant_id, key)
);

create table mall.outbox (
    tenant_id uuid not null references mall.tenant,
    outbox_id uuid not null default uuidv7(),
    topic text not null,
    subject_id uuid not null,
    payload jsonb not null,
    recorded_at timestamptz not null default clock_timestamp(),
    published_at timestamptz,
    primary key (tenant_id, outbox_id)
);
