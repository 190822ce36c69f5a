-- The engine: program rules, holds, backdating, every mode of a redemption, cash, voucher codes.

-- Points are credited pending_days after they are earned. A lot's last day is rounded up to the end of its
-- month or quarter if the program says so. Points that come back into a lot past its last day get
-- refund_grace_days in a new lot; 0 lets them expire at once.
-- cash_points points are worth cash_fen fen when a member pays in cash, offset_points are worth offset_fen on
-- a bill; null means the mode is off. Shares are in basis points of the price.
alter table mall.program
    add column pending_days int not null default 0 check (pending_days between 0 and 365),
    add column expiry_rounding text not null default 'day' check (expiry_rounding in ('day', 'month', 'quarter')),
    add column return_policy text not null default 'within_balance'
        check (return_policy in ('only_pending', 'within_balance', 'unlimited')),
    add column refund_grace_days int not null default 30 check (refund_grace_days between 0 and 365),
    add column qualification text not null default 'calendar_year'
        check (qualification in ('calendar_year', 'rolling_year')),
    add column cash_points bigint check (cash_points between 1 and 1000000),
    add column cash_fen bigint check (cash_fen between 1 and 1000000),
    add column cash_share_min_bp int not null default 0 check (cash_share_min_bp between 0 and 10000),
    add column cash_share_max_bp int not null default 10000 check (cash_share_max_bp between 1 and 10000),
    add column offset_points bigint check (offset_points between 1 and 1000000),
    add column offset_fen bigint check (offset_fen between 1 and 1000000),
    add column payment_minutes int not null default 15 check (payment_minutes between 1 and 1440),
    add column review_hours int not null default 48 check (review_hours between 1 and 720),
    add column confirmation_hours int not null default 24 check (confirmation_hours between 1 and 720),
    add check ((cash_points is null) = (cash_fen is null)),
    add check ((offset_points is null) = (offset_fen is null)),
    add check (cash_share_min_bp <= cash_share_max_bp);

-- A member reaches a tier with so many points earned in the qualification period.
create table mall.tier (
    tenant_id uuid not null references mall.tenant,
    code text not null check (code ~ '^[a-z][a-z0-9_]{0,39}$'),
    name text not null check (length(name) between 1 and 100),
    threshold_points bigint not null check (threshold_points >= 0),
    recorded_at timestamptz not null default clock_timestamp(),
    primary key (tenant_id, code),
    unique (tenant_id, threshold_points)
);

-- owed_points: taken back under the policy 'unlimited' beyond what the member had; the next credits settle it.
-- changed_at: effective time of the newest change, below which a clock that jumped back cannot go.
-- recent: how often and for how many points the member asked lately, packed by the risk rules.
alter table mall.account drop constraint account_kind_check;
alter table mall.account
    add constraint account_kind_check check (kind in (
        'member', 'issuance', 'redeemed', 'expired', 'exchange', 'adjustment', 'receivable', 'fee'
    )),
    add column owed_points bigint not null default 0 check (owed_points >= 0),
    add column changed_at timestamptz,
    add column recent bytea;
insert into mall.account (tenant_id, account_id, kind)
select t.tenant_id, uuidv7(), k.kind
from mall.tenant t, unnest(array['receivable', 'fee']) as k(kind);

-- reverses_id names the transfer that a return or a correction takes back.
alter table mall.transfer drop constraint transfer_kind_check;
alter table mall.transfer
    add constraint transfer_kind_check check (kind in (
        'earn', 'grant', 'redeem', 'refund', 'adjust', 'expire',
        'return', 'settle', 'correct', 'exchange_out', 'exchange_in'
    )),
    add column reverses_id uuid,
    add column reason text check (length(reason) between 1 and 500);
create index transfer_by_reversed on mall.transfer (tenant_id, reverses_id) where reverses_id is not null;
create index transfer_by_redemption on mall.transfer (tenant_id, redemption_id)
    where redemption_id is not null and kind <> 'redeem';

-- Points set aside: lot_ids and lot_points say of which lots. A hold past expires_at counts as released
-- whether or not anything has swept it.
create table mall.hold (
    tenant_id uuid not null,
    hold_id uuid not null,
    member_id uuid not null,
    points bigint not null check (points > 0),
    captured_points bigint not null default 0 check (captured_points between 0 and points),
    lot_ids uuid[] not null,
    lot_points bigint[] not null check (cardinality(lot_points) = cardinality(lot_ids)),
    status text not null check (status in ('open', 'captured', 'released')),
    redemption_id uuid,
    reference text check (length(reference) <= 200),
    effective_at timestamptz not null,
    expires_at timestamptz not null,
    resolved_at timestamptz,
    recorded_at timestamptz not null default clock_timestamp(),
    xid xid8 not null default pg_current_xact_id(),
    primary key (tenant_id, hold_id),
    check ((status = 'open') = (resolved_at is null)),
    foreign key (tenant_id, member_id) references mall.account (tenant_id, account_id)
);
create trigger hold_xid before update on mall.hold for each row execute function mall.stamp_xid();
create index hold_by_xid on mall.hold (xid);
create index hold_by_member on mall.hold (tenant_id, member_id, effective_at);
create index open_hold_by_member on mall.hold (tenant_id, member_id) where status = 'open';
create index open_hold_by_expiry on mall.hold (expires_at) where status = 'open';

-- allotted pieces are set aside for flash sales and draws; on the shelf are on_hand + allotted.
alter table mall.stock add column allotted bigint not null default 0 check (allotted >= 0);

-- Codes of the item are issued with the redemption.
alter table mall.offer add column is_coded boolean not null default false;

-- points were or will be taken; cash_points is the part of the price that cash_fen pays instead.
-- deadline is until when it waits for a payment, a review or a confirmation; then everything is let go.
alter table mall.redemption
    add column mode text not null default 'points'
        check (mode in ('points', 'points_cash', 'flash_sale', 'draw', 'bill_offset', 'exchange')),
    add column cash_fen bigint not null default 0 check (cash_fen >= 0),
    add column cash_points bigint not null default 0 check (cash_points >= 0),
    add column refunded_points bigint not null default 0 check (refunded_points between 0 and points),
    add column refunded_cash_fen bigint not null default 0 check (refunded_cash_fen between 0 and cash_fen),
    add column hold_id uuid,
    add column deadline timestamptz,
    add column flash_sale_id uuid,
    add column draw_id uuid,
    add column bill_reference text check (length(bill_reference) between 1 and 200),
    add column bill_fen bigint check (bill_fen > 0),
    add column paid_at timestamptz,
    add column shipped_at timestamptz,
    add column delivered_at timestamptz,
    add column ended_at timestamptz,
    add column cancel_reason text check (length(cancel_reason) between 1 and 200);
create index redemption_by_deadline on mall.redemption (deadline) where status in ('created', 'in_review');

-- A prize of a draw costs nothing beyond the ticket.
alter table mall.redemption_line drop constraint redemption_line_unit_points_check;
alter table mall.redemption_line
    add constraint redemption_line_unit_points_check check (unit_points >= 0),
    add column refunded_quantity int not null default 0 check (refunded_quantity between 0 and quantity);
create trigger redemption_line_xid before update on mall.redemption_line
    for each row execute function mall.stamp_xid();

-- A retry of any command finds its first answer.
alter table mall.idempotency_key drop constraint idempotency_key_operation_check;
alter table mall.idempotency_key
    add constraint idempotency_key_operation_check check (operation ~ '^[a-z_]{1,40}$');

-- One row per change of state, for everybody who wants to be told; delivery is kept elsewhere.
alter table mall.outbox
    drop column published_at,
    add column xid xid8 not null default pg_current_xact_id();
create index outbox_by_xid on mall.outbox (xid);
create trigger outbox_append_only before update or delete on mall.outbox
    for each row execute function mall.refuse_change();

-- Cash that a provider collects for a redemption. refund_due: it came, but nothing can be given for it.
-- is_settled: the provider has said that an unpaid payment can no longer be paid.
create table mall.payment (
    tenant_id uuid not null,
    payment_id uuid not null,
    redemption_id uuid not null,
    provider text not null check (provider in ('wechat', 'alipay')),
    amount_fen bigint not null check (amount_fen > 0),
    status text not null check (status in ('pending', 'captured', 'closed', 'refund_due', 'refunded')),
    provider_reference text check (length(provider_reference) <= 200),
    refunded_fen bigint not null default 0 check (refunded_fen between 0 and amount_fen),
    captured_at timestamptz,
    is_settled boolean not null default false,
    recorded_at timestamptz not null default clock_timestamp(),
    xid xid8 not null default pg_current_xact_id(),
    primary key (tenant_id, payment_id),
    unique (tenant_id, redemption_id),
    foreign key (tenant_id, redemption_id) references mall.redemption
);
create trigger payment_xid before update on mall.payment for each row execute function mall.stamp_xid();
create index payment_by_xid on mall.payment (xid);
create index unsettled_payment on mall.payment (tenant_id, payment_id)
    where provider_reference is null and not is_settled;

-- Cash to be paid back; the worker asks the provider until it is done.
create table mall.cash_refund (
    tenant_id uuid not null,
    refund_id uuid not null,
    payment_id uuid not null,
    amount_fen bigint not null check (amount_fen > 0),
    status text not null default 'due' check (status in ('due', 'done')),
    attempts int not null default 0,
    next_attempt_at timestamptz not null,
    last_error text,
    done_at timestamptz,
    recorded_at timestamptz not null default clock_timestamp(),
    xid xid8 not null default pg_current_xact_id(),
    primary key (tenant_id, refund_id),
    foreign key (tenant_id, payment_id) references mall.payment
);
create trigger cash_refund_xid before update on mall.cash_refund
    for each row execute function mall.stamp_xid();
create index cash_refund_by_payment on mall.cash_refund (tenant_id, payment_id);
create index cash_refund_due on mall.cash_refund (next_attempt_at) where status = 'due';

-- sealed is the code, encrypted; digest finds a code that is imported twice without opening it.
create table mall.voucher_code (
    tenant_id uuid not null,
    item_id uuid not null,
    code_id uuid not null default uuidv7(),
    sealed bytea not null,
    digest bytea not null check (length(digest) = 32),
    redemption_id uuid,
    issued_at timestamptz,
    recorded_at timestamptz not null default clock_timestamp(),
    primary key (tenant_id, item_id, code_id),
    unique (tenant_id, item_id, digest),
    foreign key (tenant_id, item_id) references mall.offer,
    check ((redemption_id is null) = (issued_at is null))
);
create index free_voucher_code on mall.voucher_code (tenant_id, item_id, code_id) where redemption_id is null;
create index voucher_code_by_redemption on mall.voucher_code (tenant_id, redemption_id)
    where redemption_id is not null;

do $$
declare
    t text;
begin
    foreach t in array array['tier', 'hold', 'payment', 'cash_refund', 'voucher_code'] loop
        execute format('alter table mall.%I enable row level security', t);
        execute format(
            'create policy own_tenant on mall.%I to pointmart_api '
            'using (tenant_id = mall.current_tenant()) with check (tenant_id = mall.current_tenant())', t);
        execute format('create policy every_tenant on mall.%I to pointmart_committer using (true) with check (true)', t);
    end loop;
end
$$;

grant select on mall.tier, mall.hold, mall.payment, mall.cash_refund, mall.voucher_code, mall.outbox to pointmart_api;
grant insert, delete on mall.tier to pointmart_api;

grant select on mall.transfer, mall.entry, mall.redemption, mall.redemption_line, mall.hold, mall.payment,
    mall.cash_refund, mall.voucher_code to pointmart_committer;
grant insert on mall.hold, mall.payment, mall.cash_refund, mall.voucher_code to pointmart_committer;
grant update (is_coded) on mall.offer to pointmart_committer;
grant update (owed_points, changed_at, recent) on mall.account to pointmart_committer;
grant update (allotted) on mall.stock to pointmart_committer;
grant insert on mall.stock_movement to pointmart_committer;
grant update (captured_points, status, resolved_at) on mall.hold to pointmart_committer;
grant update (status, refunded_points, refunded_cash_fen, hold_id, deadline, paid_at, shipped_at, delivered_at,
    completed_at, ended_at, cancel_reason) on mall.redemption to pointmart_committer;
grant update (refunded_quantity) on mall.redemption_line to pointmart_committer;
grant update (status, provider_reference, refunded_fen, captured_at, is_settled) on mall.payment to pointmart_committer;
grant update (status, attempts, next_attempt_at, last_error, done_at) on mall.cash_refund to pointmart_committer;
grant update (redemption_id, issued_at) on mall.voucher_code to pointmart_committer;
