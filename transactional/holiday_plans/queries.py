"""A tenant's plans, and their lines as proposed and as they are to be ordered."""

import json
from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from transactional.database import Connection
from transactional.holiday_plans.domain import UnknownPlan

# Pieces and costs over all lines; what was changed by people is counted apart.
_PLANS = """
select p.plan_id, p.occasion_id, p.first_day, p.last_day, p.status, p.decided_by, p.decided_at, p.as_of_date,
    p.release_id,
    (
        select count(*) from mall.holiday_plan_edit e where e.tenant_id = p.tenant_id and e.plan_id = p.plan_id
    ) as revision,
    coalesce(t.lines, 0) as lines, coalesce(t.edited_lines, 0) as edited_lines,
    coalesce(t.quantity, 0) as quantity, coalesce(t.proposed_quantity, 0) as proposed_quantity,
    coalesce(t.too_late_lines, 0) as too_late_lines, t.first_order_by,
    coalesce(t.cost_without_fen, 0) as cost_without_fen, coalesce(t.cost_with_fen, 0) as cost_with_fen,
    (
        select coalesce(array_agg(o.purchase_order_id order by o.purchase_order_id), '{}')
        from mall.purchase_order o
        where o.tenant_id = p.tenant_id and o.origin = 'holiday_plan' and o.origin_reference = p.plan_id::text
    ) as purchase_order_ids
from mall.holiday_plan p
left join lateral (
    select count(*) as lines, sum(l.quantity)::bigint as quantity, sum(l.proposed_quantity)::bigint as proposed_quantity,
        count(*) filter (where (l.quantity, l.order_by) is distinct from (l.proposed_quantity, l.proposed_order_by))
            as edited_lines,
        count(*) filter (where l.is_too_late) as too_late_lines, min(l.order_by) as first_order_by,
        sum(l.cost_without_fen)::bigint as cost_without_fen, sum(l.cost_with_fen)::bigint as cost_with_fen
    from mall.holiday_plan_line l
    where l.tenant_id = p.tenant_id and l.plan_id = p.plan_id
) t on true
where p.tenant_id = $1
"""
_LINES = """
select item_id, warehouse_id, proposed_quantity, proposed_order_by, quantity, order_by, edited_by, edited_at, arrives_on,
    need_date, is_too_late, wish_quantity, order_up_to, cuts, risk_without, risk_with, cost_without_fen, cost_with_fen,
    demand_mean, demand_q05, demand_q50, demand_q95, confidence
from mall.holiday_plan_line
where tenant_id = $1 and plan_id = $2
    and (not $3 or (quantity, order_by) is distinct from (proposed_quantity, proposed_order_by))
    and ($4::uuid is null or (item_id, warehouse_id) > ($4, $5::uuid))
order by item_id, warehouse_id
limit $6
"""


async def list_plans(
    connection: Connection,
    *,
    tenant_id: UUID,
    statuses: Sequence[str] | None = None,
    occasion_id: str | None = None,
    ends_from: date | None = None,
    after: UUID | None = None,
    limit: int = 1,
) -> list[dict[str, Any]]:
    """Return plans in the order they were proposed, those after one."""
    rows = await connection.fetch(
        f"{_PLANS} and ($2::text[] is null or p.status = any($2)) and ($3::text is null or p.occasion_id = $3) "
        "and ($4::date is null or p.last_day >= $4) and ($5::uuid is null or p.plan_id > $5) "
        "order by p.plan_id limit $6",
        tenant_id,
        statuses,
        occasion_id,
        ends_from,
        after,
        limit,
    )
    return [dict(row) for row in rows]


async def find_plan(connection: Connection, *, tenant_id: UUID, plan_id: UUID) -> dict[str, Any]:
    """Return a plan with its totals.

    Raises:
        UnknownPlan: the tenant has none with this id.
    """
    row = await connection.fetchrow(f"{_PLANS} and p.plan_id = $2", tenant_id, plan_id)
    if row is None:
        raise UnknownPlan(plan_id)
    return dict(row)


async def list_lines(
    connection: Connection,
    *,
    tenant_id: UUID,
    plan_id: UUID,
    is_edited: bool = False,
    after: tuple[UUID, UUID] | None = None,
    limit: int = 1,
) -> list[dict[str, Any]]:
    """Return a plan's lines by item and warehouse, those after one; with `is_edited` only what people changed."""
    item_id, warehouse_id = after or (None, None)
    rows = await connection.fetch(_LINES, tenant_id, plan_id, is_edited, item_id, warehouse_id, limit)
    return [{**row, "cuts": json.loads(row["cuts"])} for row in rows]
