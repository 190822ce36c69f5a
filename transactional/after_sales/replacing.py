"""Replaces goods that a case is about: pieces leave the stock with the decision, and a parcel of theirs is sent.

No points move: the member has paid. What is handed over at a counter is handed over there; codes are not replaced, for
nobody can take back the first one.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from transactional.after_sales.domain import NotReplaceable
from transactional.after_sales.telling import tell
from transactional.catalogue.allotment import set_aside
from transactional.database import Connection
from transactional.redemption.domain import ItemBarred

# The pieces of a case's line, or all that were not refunded; what has come once is what comes again.
_LINES = """
select l.line_no, l.item_id, coalesce(c.quantity, l.quantity - l.refunded_quantity) as quantity, o.handover, o.authorised_until <= $3 as is_barred
from mall.after_sales_case c
join mall.redemption_line l on l.tenant_id = c.tenant_id and l.redemption_id = c.redemption_id
    and (c.line_no is null or l.line_no = c.line_no)
join mall.offer o on o.tenant_id = l.tenant_id and o.item_id = l.item_id
where c.tenant_id = $1 and c.case_id = $2 and l.quantity > l.refunded_quantity
order by l.line_no
"""
_ISSUE = """
with issued as (
    select item_id, quantity, reference
    from unnest($2::uuid[], $3::bigint[], $4::text[]) as i(item_id, quantity, reference)
), moved as (
    insert into mall.stock_movement (tenant_id, item_id, quantity, reason, reference, effective_at)
    select $1, item_id, -quantity, 'issue', reference, $5 from issued
)
update mall.stock s set allotted = s.allotted - i.quantity
from (select item_id, sum(quantity)::bigint as quantity from issued group by item_id) i
where s.tenant_id = $1 and s.item_id = i.item_id
"""
# Of each piece that is sent, one has come in a parcel of the case.
_CLOSE = """
update mall.after_sales_case c set closed_at = $3
where c.tenant_id = $1 and c.redemption_id = $2 and c.outcome = 'replace' and c.closed_at is null
    and not exists (
        select from mall.redemption_line l
        join mall.offer o on o.tenant_id = l.tenant_id and o.item_id = l.item_id
        where l.tenant_id = c.tenant_id and l.redemption_id = c.redemption_id and o.handover = 'shipping'
            and (c.line_no is null or l.line_no = c.line_no) and l.quantity > l.refunded_quantity
            and coalesce(c.quantity, l.quantity - l.refunded_quantity) > (
                select coalesce(sum(p.quantity), 0) from mall.shipment s
                join mall.shipment_line p on p.tenant_id = s.tenant_id and p.shipment_id = s.shipment_id
                where s.tenant_id = c.tenant_id and s.case_id = c.case_id and s.delivered_at is not null
                    and p.line_no = l.line_no))
returning c.case_id
"""


async def take_replacement(
    connection: Connection, *, tenant_id: UUID, case_id: UUID, now: datetime
) -> list[Any]:
    """Take the pieces of a replacement from the stock, inside the caller's transaction, and return the lines they are of.

    Raises:
        NotReplaceable: nothing of it is left to be replaced, or it is codes.
        ItemBarred: what it is sold under has ended, so it is to be refunded.
        OutOfStock: fewer pieces are on the shelf; nothing is taken.
    """
    lines = await connection.fetch(_LINES, tenant_id, case_id, now)
    if not lines or any(line["handover"] == "instant" for line in lines):
        raise NotReplaceable(case_id)
    for line in lines:
        if line["is_barred"]:
            raise ItemBarred(line["item_id"])
    pieces: dict[UUID, int] = {}
    for line in lines:
        pieces[line["item_id"]] = pieces.get(line["item_id"], 0) + line["quantity"]
    await set_aside(connection, tenant_id=tenant_id, pieces=pieces, now=now)
    await connection.execute(
        _ISSUE,
        tenant_id,
        [line["item_id"] for line in lines],
        [line["quantity"] for line in lines],
        [f"{case_id}:{line['line_no']}" for line in lines],
        now,
    )
    return lines


async def close_replaced(
    connection: Connection, *, tenant_id: UUID, redemption_id: UUID, now: datetime
) -> None:
    """Close the cases of a redemption whose replacements have all come, inside the caller's transaction."""
    for row in await connection.fetch(_CLOSE, tenant_id, redemption_id, now):
        await tell(connection, tenant_id=tenant_id, case_id=row["case_id"], happened="closed")
