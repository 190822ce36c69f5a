"""How redemptions end early: cancelled, timed out, refunded whole or in part."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from math import floor
from uuid import UUID

from tests.transactional.reference.desk import Desk
from tests.transactional.reference.ledger import DONE, Reasons


@dataclass
class Refunds(Desk):
    """What gives back."""

    def cancel(self, *, name: UUID, at: datetime, transfer: UUID) -> Reasons:
        order = self.orders.get(name)
        if order is None:
            return {"unknown-redemption"}
        if not order.may("cancel"):
            return {"illegal-move"}
        moment = self.ledger.moment(order.member, at)
        if not order.was_paid:
            self._let_go(order, moment)
            return DONE
        self._give_points(order, order.points, moment, transfer)
        self._give_cash(order, order.fen)
        for line in order.lines:
            self._unsave(order, line, line.quantity)
            if not self.offers[line.item].is_coded:
                self._unsell(order, line, line.quantity)
        order.status, order.deadline = "cancelled", None
        return DONE

    def time_out(self, *, name: UUID, at: datetime) -> Reasons:
        order = self.orders.get(name)
        if order is None:
            return {"unknown-redemption"}
        moment = self.ledger.moment(order.member, at)
        if order.overdue(moment):
            self._let_go(order, moment)
        return DONE

    def refund(
        self, *, name: UUID, lines: Sequence[tuple[int, int]] | None, points: int | None, restock: bool,
        at: datetime, transfer: UUID,
    ) -> Reasons:  # fmt: skip
        """Give back so much that all parts together give back the whole, each part rounded down."""
        order = self.orders.get(name)
        if order is None:
            return {"unknown-redemption"}
        if not order.may("refund"):
            return {"illegal-move"}
        reasons: set[str] = set()
        parts: Counter[int] = Counter()
        if order.mode in ("bill_offset", "draw"):
            left = order.points - order.points_back
            wanted = left if points is None else points
            if lines is not None:
                reasons.add("refund-by-lines")
            if wanted > left:
                reasons.add("refund-too-large")
            share = Fraction(order.points_back + wanted, order.points)
        else:
            if points is not None:
                reasons.add("refund-by-lines")
            all_left = {no: line.quantity - line.refunded for no, line in enumerate(order.lines, 1)}
            for no, quantity in all_left.items() if lines is None else lines:
                parts[no] += quantity
            if set(parts) - set(all_left):
                reasons.add("unknown-line")
            if any(quantity > all_left.get(no, quantity) for no, quantity in parts.items()):
                reasons.add("refund-too-large")
            back = sum((line.refunded + parts[no]) * line.price for no, line in enumerate(order.lines, 1))
            share = Fraction(back, order.points + order.cash_points)
        if reasons:
            return reasons
        moment = self.ledger.moment(order.member, at)
        self._give_points(order, floor(order.points * share) - order.points_back, moment, transfer)
        self._give_cash(order, floor(order.fen * share) - order.fen_back)
        for no, quantity in parts.items():
            line = order.lines[no - 1]
            line.refunded += quantity
            self._unsave(order, line, quantity)
            if restock:
                self._restock(line, quantity)
        order.status = "refunded" if share == 1 else "partially_refunded"
        return DONE
