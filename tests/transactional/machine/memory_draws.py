"""Draws of a book in memory: as a reader would find them, and ended as the worker does."""

from datetime import datetime
from random import Random
from uuid import UUID

from tests.transactional.machine.world import DRAWS, START
from transactional.draws.domain import Draw, Outcome
from transactional.draws.refusals import DrawNotOpen, DrawNotOver, UnknownDraw
from transactional.engine.book import Book


def add_draws(book: Book, tenant: UUID, items: dict[str, UUID]) -> None:
    """Open the draws of the world."""
    for draw_id, terms in DRAWS.items():
        book.draws[tenant, draw_id] = Draw(
            draw_id, terms.price, START, terms.ends, terms.tickets, terms.limit, bytes(32), 0, bytes(32)
        )
        book.prizes[tenant, draw_id] = [(items[name], pieces) for name, pieces in terms.prizes]


def read_outcomes(book: Book, tenant: UUID) -> None:
    """Fill in what has become of the tickets of cancelled draws; those that were revealed are known."""
    for _, draw_id, ticket in book.sold:
        draw = book.draws[tenant, draw_id]
        if draw.cancelled_at is not None:
            book.outcomes[tenant, ticket.redemption_id] = Outcome(
                draw_id, ticket.ticket_no, None, draw.cancel_reason
            )


def reveal(book: Book, tenant: UUID, draw_id: UUID, now: datetime) -> dict[UUID, int]:
    """End a draw with winners of chance, and put what nobody won back."""
    draw = book.draws.get((tenant, draw_id))
    if draw is None:
        raise UnknownDraw(draw_id)
    if draw.cancelled_at is not None:
        raise DrawNotOpen(draw_id, starts_at=draw.starts_at, ends_at=draw.ends_at, cancelled=True)
    tickets = [ticket for _, of_draw, ticket in book.sold if of_draw == draw_id]
    if not draw.is_revealed:
        if now < draw.ends_at:
            raise DrawNotOver(draw_id, ends_at=draw.ends_at)
        draw.is_revealed = True
        prizes = [
            (number, item)
            for number, (item, pieces) in enumerate(book.prizes[tenant, draw_id], 1)
            for _ in range(pieces)
        ]
        Random(len(tickets)).shuffle(tickets)
        for place, ticket in enumerate(tickets):
            prize = prizes[place] if place < len(prizes) else None
            book.outcomes[tenant, ticket.redemption_id] = Outcome(draw_id, ticket.ticket_no, prize, None)
        for _, item in prizes[len(tickets) :]:
            stock = book.stock[tenant][item]
            stock.on_hand += 1
            stock.allotted -= 1
    outcomes = {ticket.redemption_id: book.outcomes[tenant, ticket.redemption_id] for ticket in tickets}
    return {name: outcome.prize[0] for name, outcome in outcomes.items() if outcome.prize is not None}
