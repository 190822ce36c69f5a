"""Reads the public log of a draw; a long one in pages, since tickets that are sold stay as they are."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from uuid import UUID

from transactional.database import Connection
from transactional.draws.drawing import FORM
from transactional.draws.log import DrawLog, LogPrize, LogTerms, LogTicket, Reveal, Winner, written
from transactional.draws.queries import find_draw, prizes_of

PAGE = 5_000


@dataclass(frozen=True)
class LogState:
    """A draw as it stood at one moment; the log of that moment has `ticket_count` tickets."""

    terms: LogTerms
    ticket_count: int
    log_head: bytes
    cancelled_at: str | None
    reveal: Reveal | None

    def log(self, tickets: list[LogTicket], won: list[Winner]) -> DrawLog:
        """Return the document."""
        return DrawLog(
            FORM, self.terms, tickets, self.log_head.hex(), self.cancelled_at, self.reveal, won
        )  # fmt: skip


async def log_state(connection: Connection, *, tenant_id: UUID, draw_id: UUID) -> LogState:
    """Return what the log says apart from tickets and winners.

    Raises:
        UnknownDraw: the tenant has none with this id.
    """
    row = await find_draw(connection, tenant_id=tenant_id, draw_id=draw_id)
    prizes = await prizes_of(connection, tenant_id=tenant_id, draw_id=draw_id)
    terms = LogTerms(
        draw_id=str(row["draw_id"]),
        name=row["name"],
        ticket_points=row["ticket_points"],
        starts_at=written(row["starts_at"]),
        ends_at=written(row["ends_at"]),
        max_tickets=row["max_tickets"],
        member_limit=row["member_limit"],
        one_prize_per_member=row["one_prize_per_member"],
        entropy_source=row["entropy_source"],
        seed_hash=row["seed_hash"].hex(),
        prizes=[
            LogPrize(p["prize_no"], str(p["item_id"]), p["name"], p["quantity"], p["value_fen"])
            for p in prizes
        ],
    )
    reveal = None
    if row["revealed_at"] is not None:
        reveal = Reveal(row["seed"].hex(), row["entropy"], written(row["revealed_at"]))
    cancelled_at = None if row["cancelled_at"] is None else written(row["cancelled_at"])
    return LogState(terms, row["ticket_count"], row["log_head"], cancelled_at, reveal)


async def log_tickets(
    connection: Connection, *, tenant_id: UUID, draw_id: UUID, after: int, until: int
) -> list[LogTicket]:
    """Return the tickets numbered above `after` up to `until`."""
    rows = await connection.fetch(
        "select ticket_no, redemption_id, pseudonym, sold_at from mall.draw_ticket "
        "where tenant_id = $1 and draw_id = $2 and ticket_no > $3 and ticket_no <= $4 order by ticket_no",
        tenant_id,
        draw_id,
        after,
        until,
    )
    return [
        LogTicket(
            row["ticket_no"], str(row["redemption_id"]), row["pseudonym"].hex(), written(row["sold_at"])
        )
        for row in rows
    ]


async def log_winners(connection: Connection, *, tenant_id: UUID, draw_id: UUID) -> list[Winner]:
    """Return who won what, in the log's order."""
    rows = await connection.fetch(
        "select prize_no, ticket_no from mall.draw_ticket "
        "where tenant_id = $1 and draw_id = $2 and prize_no is not null order by prize_no, ticket_no",
        tenant_id,
        draw_id,
    )
    return [Winner(row["prize_no"], row["ticket_no"]) for row in rows]


async def whole_log(connection: Connection, *, tenant_id: UUID, draw_id: UUID) -> DrawLog:
    """Return the public log of a draw.

    Raises:
        UnknownDraw: the tenant has none with this id.
    """
    state = await log_state(connection, tenant_id=tenant_id, draw_id=draw_id)
    tickets = [
        ticket async for page in _pages(connection, tenant_id, draw_id, state.ticket_count) for ticket in page
    ]
    won = []
    if state.reveal is not None:
        won = await log_winners(connection, tenant_id=tenant_id, draw_id=draw_id)
    return state.log(tickets, won)


async def _pages(
    connection: Connection, tenant_id: UUID, draw_id: UUID, count: int
) -> AsyncIterator[list[LogTicket]]:
    for after in range(0, count, PAGE):
        yield await log_tickets(
            connection, tenant_id=tenant_id, draw_id=draw_id, after=after, until=min(after + PAGE, count)
        )
