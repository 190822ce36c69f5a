-- Contract 1: what leaves this database. No personal data, and xid as the landing stamp in each view.
-- Columns are only ever added; renaming or retyping one is a new view.

create schema export;

create view export.tenant as
select
    t.tenant_id, t.code, t.name, t.industry, t.is_test, p.lot_validity_months, p.point_cost_fen_per_100,
    t.recorded_at, t.xid
from mall.tenant t
join mall.program p using (tenant_id)
where t.industry <> 'platform';

create view export.member as
select tenant_id, member_id, is_test, erased_at is not null as is_erased, registered_at, recorded_at, xid
from mall.member;

create view export.item as
select item_id, code, name, category, kind, class, recorded_at, xid
from mall.item;

create view export.offer as
select tenant_id, item_id, price_points, handover, opted_in_at, listed_from, listed_until, recorded_at, xid
from mall.offer;

create view export.stock as
select tenant_id, item_id, on_hand, xid
from mall.stock;

create view export.stock_movement as
select tenant_id, movement_id, item_id, quantity, reason, effective_at, recorded_at, xid
from mall.stock_movement;

create view export.lot as
select tenant_id, lot_id, account_id as member_id, issued_points, active_from, expires_on, recorded_at, xid
from mall.lot;

create view export.entry as
select
    e.tenant_id, e.transfer_id, e.entry_no, t.kind as transfer_kind, a.kind as account_kind,
    case when a.kind = 'member' then e.account_id end as member_id,
    e.lot_id, t.redemption_id, e.amount, t.effective_at, t.recorded_at, e.xid
from mall.entry e
join mall.transfer t using (tenant_id, transfer_id)
join mall.account a using (tenant_id, account_id);

create view export.redemption as
select tenant_id, redemption_id, member_id, status, points, effective_at, completed_at, recorded_at, xid
from mall.redemption;

create view export.redemption_line as
select tenant_id, redemption_id, line_no, item_id, quantity, unit_points, xid
from mall.redemption_line;

create view export.event as
select tenant_id, event_id, member_id, kind, item_id, occurred_at, recorded_at, xid
from mall.event;

create view export.feedback as
select tenant_id, feedback_id, member_id, redemption_id, score, answered_at, recorded_at, xid
from mall.feedback;

-- What serving needs beside the export views to know a caller; never landed.
create schema access;
create view access.api_key as
select tenant_id, key_hash
from mall.api_key
where revoked_at is null;

grant usage on schema export to pointmart_landing, pointmart_reader;
grant select on all tables in schema export to pointmart_landing, pointmart_reader;
grant usage on schema access to pointmart_reader;
grant select on access.api_key to pointmart_reader;
