-- A landing small enough to check by hand: one shop over the turn of a month, one shop without a fact.
-- Ids are numbers: 1-2 tenants, 11-21 members, 31-33 items, 41+ transfers, 61+ redemptions, 71+ others.
-- 2025-01-31 16:00 UTC is 1 February in Shanghai.

create macro id(n) as cast(printf('00000000-0000-0000-0000-%012d', n) as uuid);
create macro ts(t) as cast(t || '+00' as timestamptz);
create macro stamp(n) as cast(n as ubigint);

create table tenant as
select
    id(n) as tenant_id, code, name, industry, is_test, cast(12 as int) as lot_validity_months,
    cast(100 as int) as point_cost_fen_per_100, ts('2025-01-01 00:00:00') as recorded_at, stamp(100) as xid
from (values
    (1, 'lakeside', 'Lakeside', 'employee_benefit', false),
    (2, 'quiet', 'Quiet', 'bank', true)
) as rows(n, code, name, industry, is_test);

-- Member 13 joins on 1 February in Shanghai; 14 is a test member; 15 was erased by its second version.
create table member as
select
    id(tenant) as tenant_id, id(n) as member_id, is_test, is_erased, ts(registered) as registered_at,
    ts(registered) as recorded_at, stamp(xid) as xid
from (values
    (1, 11, false, false, '2025-01-01 02:00:00', 100),
    (1, 12, false, false, '2025-01-10 02:00:00', 100),
    (1, 13, false, false, '2025-01-31 16:00:00', 100),
    (1, 14, true, false, '2025-01-01 02:00:00', 100),
    (1, 15, false, true, '2025-01-01 02:00:00', 900),
    (1, 15, false, false, '2025-01-01 02:00:00', 100),
    (2, 21, false, false, '2025-01-01 02:00:00', 100)
) as rows(tenant, n, is_test, is_erased, registered, xid);

create table item as
select
    id(n) as item_id, code, name, category, kind, class, ts('2025-01-01 00:00:00') as recorded_at, stamp(100) as xid
from (values
    (31, 'rice', 'Rice', 'Grocery', 'physical', 'staple'),
    (32, 'film', 'Film ticket', 'Leisure', 'virtual', 'quality')
) as rows(n, code, name, category, kind, class);

-- The film is listed from 2 February in Shanghai.
create table offer as
select
    id(1) as tenant_id, id(item) as item_id, cast(price as bigint) as price_points, handover,
    ts('2025-01-01 00:00:00') as opted_in_at, ts(listed) as listed_from, cast(null as timestamptz) as listed_until,
    ts('2025-01-01 00:00:00') as recorded_at, stamp(100) as xid
from (values
    (31, 100, 'shipping', '2025-01-01 00:00:00'),
    (32, 40, 'instant', '2025-02-01 16:00:00')
) as rows(item, price, handover, listed);

create table stock as
select id(1) as tenant_id, id(item) as item_id, cast(on_hand as bigint) as on_hand, stamp(xid) as xid
from (values (31, 20, 100), (31, 8, 800), (32, 0, 800)) as rows(item, on_hand, xid);

create table stock_movement as
select
    id(1) as tenant_id, id(n) as movement_id, id(item) as item_id, cast(quantity as bigint) as quantity,
    'receipt' as reason, ts('2025-01-03 02:00:00') as effective_at, ts('2025-01-03 02:00:00') as recorded_at,
    stamp(100) as xid
from (values (71, 31, 20), (72, 32, 1)) as rows(n, item, quantity);

create table lot as
select
    id(1) as tenant_id, id(n) as lot_id, id(member) as member_id, cast(points as bigint) as issued_points,
    ts(active) as active_from, date '2026-01-31' as expires_on, ts(active) as recorded_at, stamp(100) as xid
from (values
    (41, 11, 1000, '2025-01-05 02:00:00'),
    (42, 12, 1000, '2025-01-10 02:00:00'),
    (43, 14, 500, '2025-01-05 02:00:00'),
    (44, 15, 500, '2025-01-05 02:00:00'),
    (48, 13, 100, '2025-02-02 02:00:00'),
    (51, 11, 40, '2025-02-02 02:00:00')
) as rows(n, member, points, active);

-- Each row is the member's side of a transfer; the program's side is its counterpart. Redemption 64 takes from
-- two lots, so its transfer has four entries.
create table member_side as
select *
from (values
    (41, 1, 'grant', 'issuance', 11, 41, null, 1000, '2025-01-05 02:00:00'),
    (42, 1, 'grant', 'issuance', 12, 42, null, 1000, '2025-01-10 02:00:00'),
    (43, 1, 'grant', 'issuance', 14, 43, null, 500, '2025-01-05 02:00:00'),
    (44, 1, 'grant', 'issuance', 15, 44, null, 500, '2025-01-05 02:00:00'),
    (45, 1, 'redeem', 'redeemed', 11, 41, 61, -300, '2025-01-31 15:59:59'),
    (46, 1, 'redeem', 'redeemed', 12, 42, 62, -200, '2025-01-31 16:00:00'),
    (47, 1, 'refund', 'redeemed', 12, 42, 62, 50, '2025-02-03 02:00:00'),
    (48, 1, 'earn', 'issuance', 13, 48, null, 100, '2025-02-02 02:00:00'),
    (49, 1, 'redeem', 'redeemed', 14, 43, 63, -100, '2025-02-02 02:00:00'),
    (51, 1, 'earn', 'issuance', 11, 51, null, 40, '2025-02-02 02:00:00'),
    (52, 1, 'redeem', 'redeemed', 11, 41, 64, -600, '2025-02-03 02:00:00'),
    (52, 3, 'redeem', 'redeemed', 11, 51, 64, -40, '2025-02-03 02:00:00'),
    (53, 1, 'expire', 'expired', 11, 41, null, -100, '2025-02-04 02:00:00')
) as rows(transfer, entry_no, kind, account, member, lot, redemption, points, effective);

create table entry as
with sides as (
    select transfer, entry_no, kind, 'member' as account, member, lot, redemption, points, effective
    from member_side
    union all
    select transfer, entry_no + 1, kind, account, null, null, redemption, -points, effective
    from member_side
)
select
    id(1) as tenant_id, id(transfer) as transfer_id, cast(entry_no as smallint) as entry_no, kind as transfer_kind,
    account as account_kind, id(member) as member_id, id(lot) as lot_id, id(redemption) as redemption_id,
    cast(points as bigint) as amount, ts(effective) as effective_at, ts(effective) as recorded_at, stamp(100) as xid
from sides;

create table redemption as
select
    id(1) as tenant_id, id(n) as redemption_id, id(member) as member_id, status, cast(points as bigint) as points,
    ts(effective) as effective_at, cast(null as timestamptz) as completed_at, ts(effective) as recorded_at,
    stamp(xid) as xid
from (values
    (61, 11, 'completed', 300, '2025-01-31 15:59:59', 100),
    (62, 12, 'created', 200, '2025-01-31 16:00:00', 100),
    (62, 12, 'partially_refunded', 200, '2025-01-31 16:00:00', 900),
    (63, 14, 'created', 100, '2025-02-02 02:00:00', 100),
    (64, 11, 'created', 640, '2025-02-03 02:00:00', 800)
) as rows(n, member, status, points, effective, xid);

create table redemption_line as
select
    id(1) as tenant_id, id(redemption) as redemption_id, cast(line_no as smallint) as line_no, id(item) as item_id,
    cast(quantity as int) as quantity, cast(unit_points as bigint) as unit_points, stamp(xid) as xid
from (values
    (61, 1, 31, 3, 100, 100),
    (62, 1, 31, 2, 100, 100),
    (63, 1, 31, 1, 100, 100),
    (64, 1, 31, 6, 100, 800),
    (64, 2, 32, 1, 40, 800)
) as rows(redemption, line_no, item, quantity, unit_points, xid);

-- Event 83 comes from a device whose clock had been reset.
create table event as
select
    id(1) as tenant_id, id(n) as event_id, id(member) as member_id, kind, id(item) as item_id,
    ts(occurred) as occurred_at, ts(occurred) as recorded_at, stamp(100) as xid
from (values
    (81, 12, 'view', 31, '2025-02-02 02:00:00'),
    (82, 15, 'visit', null, '2025-02-02 02:00:00'),
    (83, 12, 'visit', null, '2001-01-01 02:00:00')
) as rows(n, member, kind, item, occurred);

create table feedback as
select
    id(1) as tenant_id, id(n) as feedback_id, id(member) as member_id, id(redemption) as redemption_id,
    cast(score as smallint) as score, ts(answered) as answered_at, ts(answered) as recorded_at, stamp(100) as xid
from (values
    (91, 11, 61, 4, '2025-02-03 02:00:00'),
    (92, 12, 62, 3, '2025-02-03 02:00:00'),
    (93, 13, null, 5, '2025-02-04 02:00:00'),
    (94, 14, 63, 1, '2025-02-04 02:00:00')
) as rows(n, member, redemption, score, answered);
