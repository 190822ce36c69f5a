"""Tells a redemption how far its parcels have come, through the engine and its table of moves."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from transactional.after_sales.replacing import close_replaced
from transactional.database import Connection, Pools, tenant_transaction
from transactional.engine.committer import Committer
from transactional.engine.sweeping import NO_BODY
from transactional.fulfilment.clocks import SHIP_WITHIN, due_at
from transactional.fulfilment.compensations import open_for_shipping, waive_kept
from transactional.fulfilment.terms import rest_days_of
from transactional.redemption.commands import Progress
from transactional.redemption.states import Move

_LINES = """
select l.quantity - l.refunded_quantity as wanted,
    coalesce(sum(p.quantity) filter (where s.shipped_at is not null), 0)::int as shipped,
    coalesce(sum(p.quantity) filter (where s.delivered_at is not null), 0)::int as delivered,
    max(s.shipped_at) as shipped_at, max(s.delivered_at) as delivered_at
from mall.redemption_line l
join mall.offer o using (tenant_id, item_id)
left join (
    mall.shipment_line p join mall.shipment s on s.tenant_id = p.tenant_id and s.shipment_id = p.shipment_id
        and s.case_id is null
) on p.tenant_id = l.tenant_id and p.redemption_id = l.redemption_id and p.line_no = l.line_no
where l.tenant_id = $1 and l.redemption_id = $2 and o.handover = 'shipping' and l.quantity > l.refunded_quantity
group by l.line_no, l.quantity, l.refunded_quantity
"""
# One whose status has changed since it was read has more to tell.
_CAUGHT_UP = """
update mall.shipment s set is_behind = false
from unnest($2::uuid[], $3::text[]) as seen(shipment_id, status)
where s.tenant_id = $1 and s.shipment_id = seen.shipment_id and s.status = seen.status and s.is_behind
"""


async def advance(
    pools: Pools, committer: Committer, *, tenant_id: UUID, redemption_id: UUID, now: datetime
) -> None:
    """Ship a redemption once all its pieces were collected, and deliver it once all were handed over.

    A move that its state does not allow, because it was cancelled or has made it before, is not made. If the redemption
    was shipped too late, its compensation is opened, or waived once older news tell that it was in time. Cases whose replacements have come are closed.

    Raises:
        CommitUnavailable, Overloaded: the engine did not take it; the worker tries again.
    """
    async with tenant_transaction(pools.api, tenant_id) as connection:
        seen = await connection.fetch(
            "select shipment_id, status from mall.shipment "
            "where tenant_id = $1 and redemption_id = $2 and is_behind",
            tenant_id,
            redemption_id,
        )
        moves = await _moves(connection, tenant_id, redemption_id)
    for move, occurred_at in moves:
        await committer.submit(
            Progress(
                tenant_id=tenant_id,
                key=None,
                body_hash=NO_BODY,
                at=now,
                redemption_id=redemption_id,
                move=move,
                occurred_at=occurred_at,
            )
        )
    async with tenant_transaction(pools.api, tenant_id) as connection:
        await _compensate(connection, tenant_id, redemption_id, now)
        await close_replaced(connection, tenant_id=tenant_id, redemption_id=redemption_id, now=now)
        await connection.execute(
            _CAUGHT_UP,
            tenant_id,
            [row["shipment_id"] for row in seen],
            [row["status"] for row in seen],
        )


async def _moves(
    connection: Connection, tenant_id: UUID, redemption_id: UUID
) -> list[tuple[Literal[Move.SHIP, Move.DELIVER], datetime]]:
    lines = await connection.fetch(_LINES, tenant_id, redemption_id)
    moves: list[tuple[Literal[Move.SHIP, Move.DELIVER], datetime]] = []
    if lines and all(line["shipped"] >= line["wanted"] for line in lines):
        moves.append((Move.SHIP, max(line["shipped_at"] for line in lines)))
        if all(line["delivered"] >= line["wanted"] for line in lines):
            moves.append((Move.DELIVER, max(line["delivered_at"] for line in lines)))
    return moves


async def _compensate(connection: Connection, tenant_id: UUID, redemption_id: UUID, now: datetime) -> None:
    row = await connection.fetchrow(
        "select paid_at, shipped_at from mall.redemption where tenant_id = $1 and redemption_id = $2",
        tenant_id,
        redemption_id,
    )
    assert row is not None
    if row["paid_at"] is None or row["shipped_at"] is None:
        return
    due = due_at(row["paid_at"], SHIP_WITHIN, await rest_days_of(connection, tenant_id))
    if row["shipped_at"] > due:
        await open_for_shipping(
            connection, tenant_id=tenant_id, redemption_id=redemption_id, due_at=due, now=now
        )
    else:
        await waive_kept(connection, tenant_id=tenant_id, clock="shipping", subject_id=redemption_id, now=now)
