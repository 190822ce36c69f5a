-- What the engine added, as it leaves this database. Columns are only ever added.

-- transfer_member_id is the member a transfer is about, on the program's entries too: points that are taken
-- back may have expired or be owed, and then no entry of the transfer moves the member's account.
create or replace view export.entry as
select
    e.tenant_id, e.transfer_id, e.entry_no, t.kind as transfer_kind, a.kind as account_kind,
    case when a.kind = 'member' then e.account_id end as member_id,
    e.lot_id, t.redemption_id, e.amount, t.effective_at, t.recorded_at, e.xid,
    t.member_id as transfer_member_id
from mall.entry e
join mall.transfer t using (tenant_id, transfer_id)
join mall.account a using (tenant_id, account_id);

-- A reason is typed by people and may hold personal words, so only its kind is told.
create or replace view export.redemption as
select
    tenant_id, redemption_id, member_id, status, points, effective_at, completed_at, recorded_at, xid,
    mode, cash_fen, cash_points, refunded_points, refunded_cash_fen, deadline, shipped_at, delivered_at,
    case
        when cancel_reason = 'timeout' then 'timeout'
        when cancel_reason like 'rejected by %' then 'rejected'
        when cancel_reason is not null then 'other'
    end as cancel_reason
from mall.redemption;

create or replace view export.redemption_line as
select tenant_id, redemption_id, line_no, item_id, quantity, unit_points, xid, refunded_quantity
from mall.redemption_line;

-- on_hand is what lies on the shelf; allotted of it are set aside for flash sales and draws.
create or replace view export.stock as
select tenant_id, item_id, on_hand + allotted as on_hand, xid, allotted
from mall.stock;

-- An open hold past expires_at counts as released, whether or not that was written down.
create view export.hold as
select
    tenant_id, hold_id, member_id, points, captured_points, status, redemption_id,
    effective_at, expires_at, resolved_at, recorded_at, xid
from mall.hold;

grant select on export.hold to pointmart_landing, pointmart_reader;

-- Landing takes what is committed, however long others stay open, so it need not see who they are.
do $$
begin
    revoke pg_read_all_stats from pointmart_landing;
exception when insufficient_privilege then
    null;
end
$$;
