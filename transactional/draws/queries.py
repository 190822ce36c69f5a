"""Draws as their tenant sees them, and what a worker has to do."""

from datetime import datetime
from typing import Any
from uuid import UUID

from transactional.database import Connection
from transactional.draws.refusals import UnknownDraw

# Neither the sealed seed nor the salt: they are not for whoever asks.
_TERMS = """
draw_id, reference, name, ticket_points, starts_at, ends_at, max_tickets, member_limit, one_prize_per_member,
entropy_source, seed_hash, ticket_count, log_head, entropy, seed, revealed_at, cancelled_at,
cancel_reason, settled_at, recorded_at
"""


async def find_draw(connection: Connection, *, tenant_id: UUID, draw_id: UUID) -> dict[str, Any]:
    """Return a draw's row.

    Raises:
        UnknownDraw: the tenant has none with this id.
    """
    row = await connection.fetchrow(
        f"select {_TERMS} from mall.draw where tenant_id = $1 and draw_id = $2", tenant_id, draw_id
    )
    if row is None:
        raise UnknownDraw(draw_id)
    return dict(row)


async def draws_of(
    connection: Connection, *, tenant_id: UUID, limit: int, after: UUID | None
) -> list[dict[str, Any]]:
    """Return a tenant's draws in the order they were created, those after a draw."""
    rows = await connection.fetch(
        f"select {_TERMS} from mall.draw where tenant_id = $1 and ($2::uuid is null or draw_id > $2) "
        "order by draw_id limit $3",
        tenant_id,
        after,
        limit,
    )
    return [dict(row) for row in rows]


async def prizes_of(connection: Connection, *, tenant_id: UUID, draw_id: UUID) -> list[dict[str, Any]]:
    """Return a draw's prizes, the first first."""
    rows = await connection.fetch(
        "select prize_no, item_id, name, quantity, value_fen, awarded_count from mall.draw_prize "
        "where tenant_id = $1 and draw_id = $2 order by prize_no",
        tenant_id,
        draw_id,
    )
    return [dict(row) for row in rows]


async def member_count(connection: Connection, *, tenant_id: UUID, draw_id: UUID) -> int:
    """Return how many members have a ticket."""
    count: int = await connection.fetchval(
        "select count(distinct member_id) from mall.draw_ticket where tenant_id = $1 and draw_id = $2",
        tenant_id,
        draw_id,
    )
    return count


async def tenant_of_draw(connection: Connection, draw_id: UUID) -> UUID:
    """Return whose draw it is, for what anybody may read.

    Raises:
        UnknownDraw: no draw has this id.
    """
    tenant_id: UUID | None = await connection.fetchval("select mall.tenant_of_draw($1)", draw_id)
    if tenant_id is None:
        raise UnknownDraw(draw_id)
    return tenant_id


async def draws_to_reveal(connection: Connection, *, now: datetime) -> list[tuple[UUID, UUID]]:
    """Return (tenant, draw) of all draws whose winners can be drawn, the longest over first."""
    rows = await connection.fetch(
        "select tenant_id, draw_id from mall.draw where revealed_at is null and cancelled_at is null "
        "and ends_at <= $1 and (entropy_source is null or entropy is not null) order by ends_at, draw_id",
        now,
    )
    return [(row["tenant_id"], row["draw_id"]) for row in rows]
