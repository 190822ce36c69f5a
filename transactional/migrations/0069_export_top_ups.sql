-- Top-ups reach the warehouse: which redemptions a provider handed over, and how quickly. Not for whom, and not what it said.
create view export.top_up as
select
    tenant_id, top_up_id, redemption_id, line_no, item_id, quantity, provider, status, attempts, requested_at, settled_at,
    refunded_at, recorded_at, xid
from mall.top_up;

grant select on export.top_up to pointmart_landing, pointmart_reader;
