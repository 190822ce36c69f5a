"""Ends a draw: opens the seed, draws the winners, puts what nobody won back. Run by the worker as the committer."""

import asyncio
from collections import Counter
from datetime import datetime
from uuid import UUID

import msgspec

from transactional.catalogue.allotment import lock_stock, put_back
from transactional.database import Connection
from transactional.draws.domain import Unseal
from transactional.draws.drawing import first_head, next_head, seed_hash, winners
from transactional.draws.log import DrawLog, Winner
from transactional.draws.log_queries import whole_log
from transactional.draws.operations import seed_context
from transactional.draws.queries import prizes_of
from transactional.draws.refusals import DrawNotOpen, DrawNotOver, EntropyMissing, UnknownDraw


class DrawAltered(Exception):
    """The seed or the stored log is not what was published; nothing may be drawn from it."""


async def reveal_draw(
    connection: Connection, *, tenant_id: UUID, draw_id: UUID, unseal: Unseal, now: datetime
) -> list[Winner]:
    """Reveal a draw that is over and return its winners; a second call returns the same ones.

    What was won stays set aside until it is handed over; what nobody won goes back to the shelf.

    Raises:
        UnknownDraw: the tenant has none with this id.
        DrawNotOpen: it was cancelled.
        DrawNotOver: tickets are still sold.
        EntropyMissing: the public entropy that the terms promise is not recorded.
        DrawAltered: the seed or the log is not what was published.
    """
    async with connection.transaction():
        prizes = await prizes_of(connection, tenant_id=tenant_id, draw_id=draw_id)
        await lock_stock(connection, tenant_id=tenant_id, item_ids=[p["item_id"] for p in prizes])
        draw = await connection.fetchrow(
            "select starts_at, ends_at, entropy_source, entropy, sealed_seed, revealed_at, cancelled_at "
            "from mall.draw where tenant_id = $1 and draw_id = $2 for update",
            tenant_id,
            draw_id,
        )
        if draw is None:
            raise UnknownDraw(draw_id)
        if draw["cancelled_at"] is not None:
            raise DrawNotOpen(draw_id, starts_at=draw["starts_at"], ends_at=draw["ends_at"], cancelled=True)
        log = await whole_log(connection, tenant_id=tenant_id, draw_id=draw_id)
        if draw["revealed_at"] is not None:
            return log.winners
        if now < draw["ends_at"]:
            raise DrawNotOver(draw_id, ends_at=draw["ends_at"])
        if draw["entropy_source"] is not None and draw["entropy"] is None:
            raise EntropyMissing(draw_id, draw["entropy_source"])
        seed = unseal(draw["sealed_seed"], context=seed_context(tenant_id, draw_id))
        # Of a long log this takes seconds, in which the worker has other things to do.
        won = await asyncio.to_thread(_draw, log, seed, draw["entropy"])
        await _write(connection, tenant_id, draw_id, log, seed, won, now)
        awarded = Counter(winner.prize_no for winner in won)
        left: Counter[UUID] = Counter()
        for prize in prizes:
            left[prize["item_id"]] += prize["quantity"] - awarded[prize["prize_no"]]
        await put_back(connection, tenant_id=tenant_id, pieces=left)
    return won


def _draw(log: DrawLog, seed: bytes, entropy: str | None) -> list[Winner]:
    if seed_hash(seed).hex() != log.terms.seed_hash:
        raise DrawAltered(f"the seed of draw {log.terms.draw_id} is not the one that was committed")
    head = first_head(log.terms)
    for ticket in log.tickets:
        head = next_head(head, ticket)
    if head.hex() != log.log_digest:
        raise DrawAltered(
            f"the terms or tickets of draw {log.terms.draw_id} are not those that were published"
        )
    return winners(log.terms, log.tickets, seed=seed, log_digest=head, entropy=entropy)


async def _write(
    connection: Connection,
    tenant_id: UUID,
    draw_id: UUID,
    log: DrawLog,
    seed: bytes,
    won: list[Winner],
    now: datetime,
) -> None:
    await connection.execute(
        "update mall.draw set seed = $3, revealed_at = $4 where tenant_id = $1 and draw_id = $2",
        tenant_id,
        draw_id,
        seed,
        now,
    )
    await connection.execute(
        "update mall.draw_ticket t set prize_no = w.prize_no "
        "from unnest($3::int[], $4::smallint[]) as w(ticket_no, prize_no) "
        "where t.tenant_id = $1 and t.draw_id = $2 and t.ticket_no = w.ticket_no",
        tenant_id,
        draw_id,
        [winner.ticket_no for winner in won],
        [winner.prize_no for winner in won],
    )
    await connection.execute(
        "update mall.draw_prize p set awarded_count = (select count(*) from mall.draw_ticket t "
        "where t.tenant_id = p.tenant_id and t.draw_id = p.draw_id and t.prize_no = p.prize_no) "
        "where p.tenant_id = $1 and p.draw_id = $2",
        tenant_id,
        draw_id,
    )
    told = {
        "draw_id": draw_id,
        "ticket_count": len(log.tickets),
        "winner_count": len(won),
        "revealed_at": now,
    }
    await connection.execute(
        "insert into mall.outbox (tenant_id, topic, subject_id, payload) values ($1, 'draw.revealed', $2, $3)",
        tenant_id,
        draw_id,
        msgspec.json.encode(told).decode(),
    )
