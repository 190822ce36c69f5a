-- Points to miles and exchange between tenants. What concerns two tenants is stored once for each of them, under
-- one id: `direction` tells whose copy it is, 'out' that of the tenant whose points are given.

-- from_points of the 'out' tenant buy to_points of the other, after a fee of fee_bp basis points, rounded up, of
-- what is given. A member gives at most member_daily_points a day, all members together pair_daily_points.
-- For 100 points that it credits, the receiving tenant is owed settlement_fen_per_100 by the giving one.
-- It counts once the receiving tenant has accepted it, within its dates, until either ends it.
create table mall.exchange_agreement (
    tenant_id uuid not null references mall.tenant,
    agreement_id uuid not null,
    direction text not null check (direction in ('out', 'in')),
    partner_id uuid not null references mall.tenant (tenant_id),
    partner_code text not null,
    partner_name text not null,
    from_points bigint not null check (from_points between 1 and 1000000),
    to_points bigint not null check (to_points between 1 and 1000000),
    fee_bp int not null check (fee_bp between 0 and 9999),
    member_daily_points bigint not null check (member_daily_points between 1 and 1000000000),
    pair_daily_points bigint not null check (pair_daily_points between 1 and 1000000000000),
    settlement_fen_per_100 bigint not null check (settlement_fen_per_100 between 0 and 1000000),
    valid_from timestamptz not null,
    valid_until timestamptz check (valid_until > valid_from),
    proposed_at timestamptz not null,
    accepted_at timestamptz,
    ended_at timestamptz,
    recorded_at timestamptz not null default clock_timestamp(),
    primary key (tenant_id, agreement_id),
    check (partner_id <> tenant_id)
);
create index exchange_agreement_by_partner on mall.exchange_agreement (tenant_id, partner_id, direction);

-- A code by which a member of this tenant can be linked with one of another. Only its SHA-256 is kept.
create table mall.member_link_code (
    tenant_id uuid not null,
    code_hash bytea not null unique check (length(code_hash) = 32),
    member_id uuid not null,
    issued_at timestamptz not null,
    expires_at timestamptz not null check (expires_at > issued_at),
    used_at timestamptz,
    primary key (tenant_id, code_hash),
    foreign key (tenant_id, member_id) references mall.member
);
create index member_link_code_by_member on mall.member_link_code (tenant_id, member_id);

-- Both tenants' consent that two members are one person. consented_at is when this tenant's member agreed.
-- A copy names its own member only; the other's is in the other's copy.
create table mall.member_link (
    tenant_id uuid not null,
    link_id uuid not null,
    member_id uuid not null,
    partner_id uuid not null references mall.tenant (tenant_id),
    partner_code text not null,
    partner_name text not null,
    consented_at timestamptz not null,
    partner_consented_at timestamptz not null,
    withdrawn_at timestamptz,
    recorded_at timestamptz not null default clock_timestamp(),
    primary key (tenant_id, link_id),
    foreign key (tenant_id, member_id) references mall.member,
    check (partner_id <> tenant_id)
);
create unique index one_active_link on mall.member_link (tenant_id, member_id, partner_id) where withdrawn_at is null;
create index member_link_by_member on mall.member_link (tenant_id, member_id);

-- What was offered to a member; used_at is when it was taken up.
create table mall.exchange_quote (
    tenant_id uuid not null,
    quote_id uuid not null,
    member_id uuid not null,
    agreement_id uuid not null,
    link_id uuid not null,
    partner_id uuid not null,
    points bigint not null check (points > 0),
    fee_points bigint not null check (fee_points >= 0 and fee_points < points),
    to_points bigint not null check (to_points > 0),
    quoted_at timestamptz not null,
    expires_at timestamptz not null check (expires_at > quoted_at),
    used_at timestamptz,
    exchange_id uuid,
    recorded_at timestamptz not null default clock_timestamp(),
    primary key (tenant_id, quote_id),
    foreign key (tenant_id, member_id) references mall.member,
    foreign key (tenant_id, agreement_id) references mall.exchange_agreement,
    foreign key (tenant_id, link_id) references mall.member_link,
    check ((used_at is null) = (exchange_id is null))
);

-- The exchange has the id of its redemption in the giving tenant. transfer_id is the tenant's own leg.
-- points includes fee_points; both are the giving tenant's, to_points are the receiving tenant's.
-- asked_on is the business day whose limits it counts for, settled_on the day on whose statement it stands.
-- waiting: a person has yet to look at it; released: it never came to be. The receiving tenant gets its copy
-- only with the points.
create table mall.exchange (
    tenant_id uuid not null,
    exchange_id uuid not null,
    direction text not null check (direction in ('out', 'in')),
    partner_id uuid not null,
    agreement_id uuid not null,
    link_id uuid not null,
    member_id uuid not null,
    transfer_id uuid not null,
    points bigint not null check (points > 0),
    fee_points bigint not null check (fee_points >= 0 and fee_points < points),
    to_points bigint not null check (to_points > 0),
    reversed_points bigint not null default 0 check (reversed_points between 0 and points),
    reversed_fee_points bigint not null default 0 check (reversed_fee_points between 0 and fee_points),
    reversed_to_points bigint not null default 0 check (reversed_to_points between 0 and to_points),
    status text not null check (status in ('waiting', 'executed', 'released')),
    asked_at timestamptz not null,
    asked_on date not null,
    settled_at timestamptz,
    settled_on date,
    recorded_at timestamptz not null default clock_timestamp(),
    xid xid8 not null default pg_current_xact_id(),
    primary key (tenant_id, exchange_id),
    foreign key (tenant_id, member_id) references mall.member,
    foreign key (tenant_id, agreement_id) references mall.exchange_agreement,
    foreign key (tenant_id, link_id) references mall.member_link,
    check ((status = 'executed') = (settled_on is not null)),
    check ((settled_at is null) = (settled_on is null)),
    check (direction = 'out' or status = 'executed')
);
create trigger exchange_xid before update on mall.exchange for each row execute function mall.stamp_xid();
create index exchange_by_xid on mall.exchange (xid);
create index exchange_by_member on mall.exchange (tenant_id, member_id, asked_on);
create index exchange_by_day on mall.exchange (tenant_id, settled_on, partner_id) where settled_on is not null;

-- What was taken back of an exchange, on the day it was.
create table mall.exchange_reversal (
    tenant_id uuid not null,
    exchange_id uuid not null,
    reversal_id uuid not null,
    direction text not null check (direction in ('out', 'in')),
    partner_id uuid not null,
    transfer_id uuid not null,
    points bigint not null check (points > 0),
    fee_points bigint not null check (fee_points >= 0),
    to_points bigint not null check (to_points > 0),
    settled_at timestamptz not null,
    settled_on date not null,
    recorded_at timestamptz not null default clock_timestamp(),
    xid xid8 not null default pg_current_xact_id(),
    primary key (tenant_id, exchange_id, reversal_id),
    foreign key (tenant_id, exchange_id) references mall.exchange
);
create trigger exchange_reversal_append_only before update or delete on mall.exchange_reversal
    for each row execute function mall.refuse_change();
create index exchange_reversal_by_xid on mall.exchange_reversal (xid);
create index exchange_reversal_by_day on mall.exchange_reversal (tenant_id, settled_on, partner_id);

-- What members of the giving tenant asked to exchange with another on a business day. A batch that executes or
-- reverses an exchange locks the row of the day; stated_at closes the day, so that its statement is final.
create table mall.exchange_day (
    tenant_id uuid not null references mall.tenant,
    to_tenant_id uuid not null references mall.tenant (tenant_id),
    day date not null,
    points bigint not null default 0 check (points >= 0),
    stated_at timestamptz,
    primary key (tenant_id, to_tenant_id, day)
) with (fillfactor = 50);
create index exchange_day_to_state on mall.exchange_day (day) where stated_at is null;

-- Between two tenants in one direction on one day. owed_fen is what the giving tenant owes the receiving one,
-- negative if more was reversed than exchanged.
create table mall.exchange_statement (
    tenant_id uuid not null references mall.tenant,
    partner_id uuid not null references mall.tenant (tenant_id),
    direction text not null check (direction in ('out', 'in')),
    day date not null,
    exchanges int not null,
    points bigint not null,
    fee_points bigint not null,
    to_points bigint not null,
    reversals int not null,
    reversed_points bigint not null,
    reversed_fee_points bigint not null,
    reversed_to_points bigint not null,
    net_to_points bigint not null,
    owed_fen bigint not null,
    stated_at timestamptz not null,
    recorded_at timestamptz not null default clock_timestamp(),
    xid xid8 not null default pg_current_xact_id(),
    primary key (tenant_id, partner_id, direction, day),
    check (net_to_points = to_points - reversed_to_points)
);
create trigger exchange_statement_append_only before update or delete on mall.exchange_statement
    for each row execute function mall.refuse_change();
create index exchange_statement_by_xid on mall.exchange_statement (xid);
create index exchange_statement_by_day on mall.exchange_statement (tenant_id, day);

-- The fee is within the points.
alter table mall.redemption
    add column fee_points bigint not null default 0 check (fee_points >= 0 and fee_points < points);

do $$
declare
    t text;
begin
    foreach t in array array[
        'exchange_agreement', 'member_link_code', 'member_link', 'exchange_quote', 'exchange', 'exchange_reversal',
        'exchange_day', 'exchange_statement'
    ] loop
        execute format('alter table mall.%I enable row level security', t);
        execute format(
            'create policy own_tenant on mall.%I to pointmart_api '
            'using (tenant_id = mall.current_tenant()) with check (tenant_id = mall.current_tenant())', t);
        execute format('create policy every_tenant on mall.%I to pointmart_committer using (true) with check (true)', t);
    end loop;
end
$$;

grant select on mall.exchange_agreement, mall.member_link, mall.exchange_quote, mall.exchange,
    mall.exchange_reversal, mall.exchange_day, mall.exchange_statement to pointmart_api;
grant select, insert, delete on mall.member_link_code to pointmart_api;
grant insert (tenant_id, quote_id, member_id, agreement_id, link_id, partner_id, points, fee_points, to_points,
    quoted_at, expires_at) on mall.exchange_quote to pointmart_api;

grant select on mall.exchange_agreement, mall.member_link_code, mall.member_link, mall.exchange_quote,
    mall.exchange, mall.exchange_reversal, mall.exchange_day, mall.exchange_statement to pointmart_committer;
grant insert on mall.exchange_agreement, mall.member_link, mall.exchange, mall.exchange_reversal,
    mall.exchange_day, mall.exchange_statement to pointmart_committer;
grant update (accepted_at, ended_at) on mall.exchange_agreement to pointmart_committer;
grant update (used_at) on mall.member_link_code to pointmart_committer;
grant update (withdrawn_at) on mall.member_link to pointmart_committer;
grant update (used_at, exchange_id) on mall.exchange_quote to pointmart_committer;
grant update (status, settled_at, settled_on, reversed_points, reversed_fee_points, reversed_to_points)
    on mall.exchange to pointmart_committer;
grant update (points, stated_at) on mall.exchange_day to pointmart_committer;
