"""Judges trial orders by their events: deliveries, parcels and complaints. Inside the caller's transaction."""

from datetime import datetime
from uuid import UUID

from transactional.database import Connection
from transactional.fulfilment.clocks import SHIP_WITHIN, due_at
from transactional.fulfilment.terms import rest_days_of
from transactional.supplier_gates.acts import begin_act, standing_of
from transactional.supplier_gates.domain import Result, TrialFigures
from transactional.supplier_gates.refusals import GateNotReached, TrialNotDue, UnknownTrial

_TRIAL = """
select o.status, o.first_received_at, t.result, (
        select sum(l.quantity) from mall.purchase_order_line l
        where l.tenant_id = o.tenant_id and l.purchase_order_id = o.purchase_order_id
    )::bigint as quantity
from mall.supplier_trial t
join mall.purchase_order o using (tenant_id, purchase_order_id)
where t.tenant_id = $1 and t.supplier_id = $2 and t.purchase_order_id = $3
"""
# Pieces of a line beyond what was ordered make up for nothing.
_DELIVERED = """
select coalesce(sum(least(came.quantity, l.quantity)), 0)::bigint
from mall.purchase_order_line l
cross join lateral (
    select coalesce(sum(b.quantity), 0) as quantity
    from mall.receipt_batch b
    where b.tenant_id = l.tenant_id and b.purchase_order_id = l.purchase_order_id and b.line_no = l.line_no
        and mall.business_day(b.received_at) <= l.expected_on
) came
where l.tenant_id = $1 and l.purchase_order_id = $2
"""
_ITEMS = """
select l.item_id, o.handover
from mall.purchase_order_line l
join mall.offer o using (tenant_id, item_id)
where l.tenant_id = $1 and l.purchase_order_id = $2 and l.quantity > 0
"""
_REDEEMED = """
select r.paid_at, r.shipped_at, sum(l.quantity - l.refunded_quantity)::bigint as quantity
from mall.redemption_line l
join mall.redemption r using (tenant_id, redemption_id)
where l.tenant_id = $1 and l.item_id = any($2::uuid[]) and r.paid_at between $3 and $4
    and r.status in ('allocated', 'shipped', 'delivered', 'completed', 'partially_refunded')
    and l.quantity > l.refunded_quantity
group by r.redemption_id, r.paid_at, r.shipped_at
"""
_COMPLAINTS = """
select count(*) as complaints, count(*) filter (where c.answered_at <= c.due_at) as answered
from mall.after_sales_case c
where c.tenant_id = $1 and c.type = 'complaint' and c.opened_at between $3 and $4
    and (c.answered_at is not null or c.due_at < $4)
    and exists (
        select from mall.redemption_line l
        where l.tenant_id = c.tenant_id and l.redemption_id = c.redemption_id and l.item_id = any($2::uuid[])
            and l.line_no = coalesce(c.line_no, l.line_no)
    )
"""


async def figures_of(
    connection: Connection,
    *,
    tenant_id: UUID,
    order_id: UUID,
    since: datetime | None,
    quantity: int,
    now: datetime,
) -> TrialFigures:
    """Return what the events of a trial order come to by now.

    Args:
        since: when its first pieces came; None if nothing did.
        quantity: pieces that were ordered.
    """
    delivered = await connection.fetchval(_DELIVERED, tenant_id, order_id)
    items = await connection.fetch(_ITEMS, tenant_id, order_id)
    shipped = [row["item_id"] for row in items if row["handover"] == "shipping"]
    if since is None:
        return TrialFigures(quantity, delivered, 0, 0, 0, 0, bool(shipped))
    rest_days = await rest_days_of(connection, tenant_id)
    due_quantity = shipped_quantity = 0
    for row in await connection.fetch(_REDEEMED, tenant_id, shipped, since, now):
        due = due_at(row["paid_at"], SHIP_WITHIN, rest_days)
        is_in_time = row["shipped_at"] is not None and row["shipped_at"] <= due
        if is_in_time or due < now:
            due_quantity += row["quantity"]
            shipped_quantity += row["quantity"] if is_in_time else 0
    cases = await connection.fetchrow(_COMPLAINTS, tenant_id, [row["item_id"] for row in items], since, now)
    assert cases is not None
    return TrialFigures(
        quantity,
        delivered,
        due_quantity,
        shipped_quantity,
        cases["complaints"],
        cases["answered"],
        bool(shipped),
    )


async def judge(
    connection: Connection, *, tenant_id: UUID, supplier_id: UUID, order_id: UUID, by: str, now: datetime
) -> Result:
    """Judge a trial by its events, once: passed, the supplier is active; failed, it may have another one.

    Raises:
        UnknownSupplier, UnknownTrial: they are not there.
        GateNotReached: the supplier does not stand before its trial, say because a document lapsed meanwhile.
        TrialNotDue: the order has not come, or too few of its pieces had to be shipped.
    """
    at = await begin_act(connection, tenant_id=tenant_id, supplier_id=supplier_id, now=now)
    trial = await connection.fetchrow(_TRIAL, tenant_id, supplier_id, order_id)
    if trial is None:
        raise UnknownTrial(order_id)
    judged: Result | None = trial["result"]
    if judged is not None:
        return judged
    standing = await standing_of(connection, tenant_id=tenant_id, supplier_id=supplier_id, now=at)
    if standing != "trial":
        raise GateNotReached("trial's events", standing)
    figures = await figures_of(
        connection,
        tenant_id=tenant_id,
        order_id=order_id,
        since=trial["first_received_at"],
        quantity=trial["quantity"],
        now=now,
    )
    if trial["status"] != "received" or not figures.says_enough:
        raise TrialNotDue(trial["status"], figures)
    await connection.execute(
        "update mall.supplier_trial set quantity = $3, delivered_quantity = $4, due_quantity = $5, shipped_quantity = $6, "
        "complaints = $7, answered = $8, result = $9, judged_by = $10, judged_at = $11 "
        "where tenant_id = $1 and purchase_order_id = $2",
        tenant_id,
        order_id,
        figures.quantity,
        figures.delivered_quantity,
        figures.due_quantity,
        figures.shipped_quantity,
        figures.complaints,
        figures.answered,
        figures.result,
        by,
        at,
    )
    return figures.result
