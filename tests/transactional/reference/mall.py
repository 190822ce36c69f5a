"""Draws: tickets that are sold, and what becomes of them once their draw has ended.

Every method returns the reasons to refuse, any of which will do; none means that it was done.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from tests.transactional.reference.ledger import DONE, Reasons
from tests.transactional.reference.orders import Draw, Line, Order
from tests.transactional.reference.shop import Shop


@dataclass
class Mall(Shop):
    """A shop that holds draws."""

    draws: dict[UUID, Draw] = field(default_factory=dict)

    def commands_come(self) -> None:
        """Begin a batch: a ticket goes on only if its draw's end was known before the batch."""
        for draw in self.draws.values():
            draw.settles = draw.end is not None

    def buy_ticket(self, *, name: UUID, member: UUID, draw_name: UUID, verdict: str, at: datetime) -> Reasons:
        draw = self.draws.get(draw_name)
        if draw is None:
            return {"unknown-draw"}
        moment = self.ledger.moment(member, at)
        reasons: set[str] = set()
        if not draw.open(moment):
            reasons.add("draw-not-open")
        if draw.bought[member] == draw.limit:
            reasons.add("ticket-limit-reached")
        if not draw.left:
            reasons.add("draw-sold-out")
        if reasons:
            return reasons
        order = Order(name, member, "draw", draw.price, [], draw=draw)
        # A ticket has its number at once, so it cannot wait for a person.
        if reasons := set(self._begin(order, "allow" if verdict == "allow" else "deny", moment)):
            return reasons
        draw.left -= 1
        draw.bought[member] += 1
        draw.tickets.append(name)
        return DONE

    def cancel_draw(self, *, name: UUID) -> Reasons:
        """Put all prizes back; the tickets' points come back when these are settled."""
        draw = self.draws.get(name)
        if draw is None:
            return {"unknown-draw"}
        if draw.end == "revealed":
            return {"draw-revealed"}
        if draw.end is None:
            draw.end = "cancelled"
            self._unset(draw)
        return DONE

    def may_reveal(self, *, name: UUID, at: datetime) -> Reasons:
        draw = self.draws.get(name)
        if draw is None:
            return {"unknown-draw"}
        if draw.end == "cancelled":
            return {"draw-not-open"}
        if draw.end is None and at < draw.ends:
            return {"draw-not-over"}
        return DONE

    def reveal(self, *, name: UUID, won: Mapping[UUID, int]) -> None:
        """Take the winners as they were drawn; what nobody won goes back to the shelf.

        Args:
            won: the number of the prize by ticket.
        """
        draw = self.draws[name]
        if draw.end == "revealed":
            assert won == draw.won, "who has won stays so"
            return
        assert set(won) <= set(draw.tickets)
        given = [number for number, (_, pieces) in enumerate(draw.prizes, 1) for _ in range(pieces)]
        # As many prizes as there are tickets, the first ones first.
        assert sorted(won.values()) == given[: len(draw.tickets)]
        draw.end, draw.won = "revealed", dict(won)
        self._unset(draw)
        for number in won.values():
            item, _ = draw.prizes[number - 1]
            draw.aside[item] += 1
            self.pieces[item] -= 1

    def settle(self, *, name: UUID, at: datetime, transfer: UUID) -> Reasons:
        """Give a winner its prize, a loser nothing, and points back if the draw was cancelled."""
        order = self.orders.get(name)
        if order is None:
            return {"unknown-redemption"}
        draw = order.draw
        if draw is None or not draw.settles or order.status != "paid":
            return DONE
        if draw.end == "cancelled":
            self._give_points(order, order.points, self.ledger.moment(order.member, at), transfer)
            order.status = "cancelled"
            return DONE
        if name in draw.won:
            item, _ = draw.prizes[draw.won[name] - 1]
            draw.aside[item] -= 1
            order.lines.append(Line(item, 1, 0))
        self._hand_over(order)
        return DONE

    def _unset(self, draw: Draw) -> None:
        """Put everything that is set aside for a draw back on the shelf."""
        for item, pieces in draw.aside.items():
            self.pieces[item] += pieces
        draw.aside.clear()
