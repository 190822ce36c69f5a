"""Draws on PostgreSQL: opened, revealed and read."""

from datetime import datetime
from uuid import UUID

import asyncpg

from tests.transactional.machine.books import Books, DrawRow
from tests.transactional.machine.world import DRAWS, START
from transactional.draws.domain import SALT_BYTES, SEED_BYTES, NewDraw, Prize
from transactional.draws.operations import open_draw
from transactional.draws.revealing import reveal_draw
from transactional.vault import Vault

_VAULT = Vault(b"v" * 32)


async def open_draws(owner: asyncpg.Connection, tenant: UUID, items: dict[str, UUID]) -> None:
    """Open the draws of the world."""
    for draw_id, terms in DRAWS.items():
        new = NewDraw(
            reference=str(draw_id), name="draw", ticket_points=terms.price, starts_at=START, ends_at=terms.ends,
            max_tickets=terms.tickets, member_limit=terms.limit, one_prize_per_member=False, entropy_source=None,
            prizes=tuple(Prize(items[name], pieces, 100) for name, pieces in terms.prizes),
        )  # fmt: skip
        await open_draw(
            owner, tenant_id=tenant, draw_id=draw_id, new=new, request_hash=bytes(32), seed=bytes(SEED_BYTES),
            salt=bytes(SALT_BYTES), seal=_VAULT.seal, prize_limit_fen=100, now=START,
        )  # fmt: skip


async def reveal(pool: asyncpg.Pool, tenant: UUID, draw_id: UUID, now: datetime) -> dict[UUID, int]:
    """Reveal a draw as the worker does, with the committer's rights, and return who won what."""
    async with pool.acquire() as connection:
        won = await reveal_draw(connection, tenant_id=tenant, draw_id=draw_id, unseal=_VAULT.open, now=now)
        tickets = await connection.fetch(
            "select ticket_no, redemption_id from mall.draw_ticket where tenant_id = $1 and draw_id = $2",
            tenant,
            draw_id,
        )
    names = dict(tickets)
    return {names[winner.ticket_no]: winner.prize_no for winner in won}


async def read_draws(owner: asyncpg.Connection, tenant: UUID, books: Books) -> None:
    """Add the rows of draws and tickets."""
    for draw_id, *row in await owner.fetch(
        "select draw_id, ticket_count, revealed_at is not null, cancelled_at is not null "
        "from mall.draw where tenant_id = $1",
        tenant,
    ):
        books.draws[draw_id] = DrawRow(*row)
    for redemption_id, *about in await owner.fetch(
        "select redemption_id, draw_id, member_id from mall.draw_ticket where tenant_id = $1", tenant
    ):
        books.tickets[redemption_id] = (about[0], about[1])
