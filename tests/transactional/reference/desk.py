"""What redemptions do with points, pieces and cash. Nothing is refused here."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from tests.transactional.reference.ledger import Ledger
from tests.transactional.reference.orders import Line, Offer, Order, Sale
from tests.transactional.reference.wallet import Point


@dataclass
class Desk:
    """Offers, stock and redemptions of a tenant.

    Attributes:
        pieces: on hand, by item; codes of coded items among them are free.
        codes: how many codes each redemption was issued.
        payments: by the redemption's id; `cash_back` is what providers owe the payers, by redemption.
    """

    ledger: Ledger
    offers: Mapping[UUID, Offer]
    pieces: dict[UUID, int]
    sales: dict[UUID, Sale] = field(default_factory=dict)
    orders: dict[UUID, Order] = field(default_factory=dict)
    codes: Counter[UUID] = field(default_factory=Counter)
    cash_back: Counter[UUID] = field(default_factory=Counter)

    def _go_on(self, order: Order, points: list[Point], moment: datetime) -> None:
        """Take points, or hold them until somebody pays or confirms."""
        order.status = "created"
        rules = self.ledger.rules
        if order.payment is not None:
            self._hold(order, points, moment, timedelta(minutes=rules.payment_minutes))
        elif order.mode == "bill_offset":
            self._hold(order, points, moment, timedelta(hours=rules.confirmation_hours))
        else:
            self.ledger.spend(order.member, points, moment)
            self._paid(order, points)

    def _hold(self, order: Order, points: list[Point], moment: datetime, lasts: timedelta) -> None:
        order.deadline = moment + lasts
        self.ledger.hold(order.name, order.member, points, moment, order.deadline, order.name)
        order.hold = self.ledger.holds[order.name]

    def _take_held(self, order: Order, moment: datetime) -> None:
        assert order.hold is not None
        self._paid(order, self.ledger.capture(order.hold, order.points, moment))

    def _paid(self, order: Order, taken: list[Point]) -> None:
        order.taken, order.was_paid, order.deadline = list(taken), True, None
        self.ledger.note(order.name, "redeem", order.member)
        if order.draw is None:
            self._hand_over(order)
        else:  # its draw decides what there is to hand over
            order.status = "paid"

    def _hand_over(self, order: Order) -> None:
        for line in order.lines:
            if self.offers[line.item].is_coded:
                self.codes[order.name] += line.quantity
        order.status = "completed"
        if any(self.offers[line.item].handover == "shipping" for line in order.lines):
            order.status = "allocated"
        else:
            order.gone = {"shipped", "delivered", "completed"}

    def _let_go(self, order: Order, moment: datetime) -> None:
        """Free everything that was held and never paid."""
        assert order.hold is not None
        self.ledger.release(order.hold, moment)
        for line in order.lines:
            self._unsell(order, line, line.quantity)
            self._unsave(order, line, line.quantity)
        if order.payment is not None and order.payment.status == "pending":
            order.payment.status = "closed"
        order.status, order.deadline = "cancelled", None

    def _give_points(self, order: Order, points: int, moment: datetime, transfer: UUID) -> None:
        """Give points back, the last spent first."""
        if not points:
            return
        back = [order.taken.pop() for _ in range(points)]
        order.points_back += points
        self.ledger.program["redeemed"] -= points
        self.ledger.note(transfer, "refund", order.member)
        self.ledger.bring_back(back, order.member, moment, transfer)

    def _give_cash(self, order: Order, fen: int) -> None:
        if fen:
            assert order.payment is not None
            order.fen_back += fen
            order.payment.back += fen
            self.cash_back[order.name] += fen

    def _restock(self, line: Line, pieces: int) -> None:
        """Put pieces back on the shelf; a code that was told cannot be issued again."""
        if not self.offers[line.item].is_coded:
            self.pieces[line.item] += pieces

    def _unsave(self, order: Order, line: Line, pieces: int) -> None:
        """Put what pieces were cheaper by back into the budget of their campaign."""
        if line.campaign is not None:
            line.campaign.uses.append((order.member, -line.saved * pieces))

    def _unsell(self, order: Order, line: Line, pieces: int) -> None:
        """Take back pieces that were never handed over: those of a sale are the sale's again."""
        if order.sale is None:
            self.pieces[line.item] += pieces
        else:
            order.sale.left += pieces
            order.sale.bought[order.member] -= pieces
