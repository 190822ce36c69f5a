"""What is to be shipped and delivered next, by the time it is promised for; what is late leads."""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal
from uuid import UUID

from transactional.database import Connection
from transactional.fulfilment.clocks import SHIP_WITHIN, due_at, latest_start
from transactional.fulfilment.terms import rest_days_of

Clock = Literal["shipping", "delivery"]

# How much of a promise is left, by which the queue is counted; what is left is more.
SOON: Final = timedelta(hours=12)
TODAY: Final = timedelta(hours=24)

# The region is told with the parcel; before there is one, nobody knows it.
_TO_SHIP = """
from mall.redemption r
left join lateral (
    select s.shipment_id, s.carrier, s.province, s.region from mall.shipment s
    where s.tenant_id = r.tenant_id and s.redemption_id = r.redemption_id and s.case_id is null
    order by s.created_at desc limit 1
) s on true
where r.tenant_id = $1 and r.status in ('allocated', 'partially_refunded') and r.shipped_at is null
    and r.completed_at is null and r.paid_at is not null
    and exists (
        select from mall.redemption_line l join mall.offer o using (tenant_id, item_id)
        where l.tenant_id = r.tenant_id and l.redemption_id = r.redemption_id and o.handover = 'shipping'
            and l.quantity > l.refunded_quantity)
"""
# Goods that a case sends again, promised from its decision on.
_TO_REPLACE = """
from mall.after_sales_case c
left join lateral (
    select s.shipment_id, s.carrier, s.province, s.region from mall.shipment s
    where s.tenant_id = c.tenant_id and s.case_id = c.case_id
    order by s.created_at desc limit 1
) s on true
where c.tenant_id = $1 and c.outcome = 'replace' and c.closed_at is null and not exists (
    select from mall.shipment x
    where x.tenant_id = c.tenant_id and x.case_id = c.case_id and x.shipped_at is not null)
"""
_TO_DELIVER = """
from mall.shipment s
where s.tenant_id = $1 and s.due_at is not null and s.ended_at is null
"""
_SHIPPING = f"""
(
    select r.redemption_id, null::uuid as case_id, s.shipment_id, s.carrier, s.province, s.region, r.paid_at as started_at
    {_TO_SHIP}
        and ($2::text is null or s.region = $2)
    order by r.paid_at, r.redemption_id
    limit $3
)
union all
(
    select c.redemption_id, c.case_id, s.shipment_id, s.carrier, s.province, s.region, c.decided_at
    {_TO_REPLACE}
        and ($2::text is null or s.region = $2)
    order by c.decided_at, c.case_id
    limit $3
)
"""
_DELIVERY = f"""
select s.redemption_id, s.case_id, s.shipment_id, s.carrier, s.province, s.region, s.shipped_at as started_at, s.due_at
{_TO_DELIVER}
    and ($2::text is null or s.region = $2)
order by s.due_at, s.shipment_id
limit $3
"""
_COUNTS = f"""
select 'shipping' as clock, w.region,
    count(*) filter (where w.started_at < $2) as late_count,
    count(*) filter (where w.started_at >= $2 and w.started_at < $3) as soon_count,
    count(*) filter (where w.started_at >= $3 and w.started_at < $4) as today_count,
    count(*) filter (where w.started_at >= $4) as later_count
from (
    select s.region, r.paid_at as started_at {_TO_SHIP}
    union all
    select s.region, c.decided_at {_TO_REPLACE}
) w
group by w.region
union all
select 'delivery', s.region,
    count(*) filter (where s.due_at < $5), count(*) filter (where s.due_at >= $5 and s.due_at < $6),
    count(*) filter (where s.due_at >= $6 and s.due_at < $7), count(*) filter (where s.due_at >= $7)
{_TO_DELIVER}
group by s.region
order by 1, 2
"""  # fmt: skip
_GOODS = """
select l.redemption_id, min(i.name) filter (where l.line_no = f.line_no) as item_name,
    count(*)::int as line_count, sum(l.quantity - l.refunded_quantity)::int as quantity
from mall.redemption_line l
join mall.item i using (item_id)
join (
    select redemption_id, min(line_no) as line_no from mall.redemption_line
    where tenant_id = $1 and redemption_id = any($2) group by redemption_id
) f on f.redemption_id = l.redemption_id
where l.tenant_id = $1 and l.redemption_id = any($2)
group by l.redemption_id
"""

_REPLACED_GOODS = """
select c.case_id, (array_agg(i.name order by l.line_no))[1] as item_name, count(*)::int as line_count,
    sum(coalesce(c.quantity, l.quantity - l.refunded_quantity))::int as quantity
from mall.after_sales_case c
join mall.redemption_line l on l.tenant_id = c.tenant_id and l.redemption_id = c.redemption_id
    and (c.line_no is null or l.line_no = c.line_no) and l.quantity > l.refunded_quantity
join mall.item i using (item_id)
where c.tenant_id = $1 and c.case_id = any($2)
group by c.case_id
"""


@dataclass(frozen=True)
class Awaited:
    """An order or a replacement that is to be shipped, or a parcel that is to be delivered, and by when."""

    clock: Clock
    redemption_id: UUID
    case_id: UUID | None
    shipment_id: UUID | None
    carrier: str | None
    province: str | None
    region: str | None
    started_at: datetime
    due_at: datetime
    is_late: bool
    item_name: str | None
    line_count: int
    quantity: int


async def count_awaited(connection: Connection, *, tenant_id: UUID, now: datetime) -> list[dict[str, Any]]:
    """Return how much is awaited by clock and region: late, due within 12 and within 24 hours, and later."""
    rest = await rest_days_of(connection, tenant_id)
    edges = [now, now + SOON, now + TODAY]
    starts = [latest_start(edge, SHIP_WITHIN, rest) for edge in edges]
    return [dict(row) for row in await connection.fetch(_COUNTS, tenant_id, *starts, *edges)]


async def list_awaited(
    connection: Connection,
    *,
    tenant_id: UUID,
    now: datetime,
    clock: Clock | None,
    region: str | None,
    limit: int,
) -> list[dict[str, Any]]:
    """Return what is to be shipped and delivered, what is due first leading."""
    rest = await rest_days_of(connection, tenant_id)
    found: list[tuple[Clock, Any, datetime]] = []
    if clock in (None, "shipping"):
        rows = await connection.fetch(_SHIPPING, tenant_id, region, limit)
        found += [("shipping", row, due_at(row["started_at"], SHIP_WITHIN, rest)) for row in rows]
    if clock in (None, "delivery"):
        rows = await connection.fetch(_DELIVERY, tenant_id, region, limit)
        found += [("delivery", row, row["due_at"]) for row in rows]
    first = sorted(found, key=lambda one: (one[2], one[1]["redemption_id"]))[:limit]
    goods = {
        row["redemption_id"]: row
        for row in await connection.fetch(
            _GOODS, tenant_id, list({row["redemption_id"] for _, row, _ in first})
        )
    }
    goods |= {
        row["case_id"]: row
        for row in await connection.fetch(
            _REPLACED_GOODS, tenant_id, [row["case_id"] for _, row, _ in first if row["case_id"] is not None]
        )
    }
    return [
        asdict(_awaited(kind, row, due, goods.get(row["case_id"] or row["redemption_id"]), now))
        for kind, row, due in first
    ]


def _awaited(clock: Clock, row: Any, due: datetime, goods: Any, now: datetime) -> Awaited:
    return Awaited(
        clock,
        row["redemption_id"],
        row["case_id"],
        row["shipment_id"],
        row["carrier"],
        row["province"],
        row["region"],
        row["started_at"],
        due,
        due < now,
        None if goods is None else goods["item_name"],
        0 if goods is None else goods["line_count"],
        0 if goods is None else goods["quantity"],
    )
