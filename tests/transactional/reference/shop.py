"""Redemptions: what is taken, held, handed over and given back.

Every method returns the reasons to refuse, any of which will do; none means that it was done.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fractions import Fraction
from math import ceil, floor
from uuid import UUID

from tests.transactional.reference.ledger import DONE, Ledger, Reasons
from tests.transactional.reference.orders import Line, Offer, Order, Payment
from tests.transactional.reference.wallet import Point


@dataclass
class Shop:
    """Offers, stock and redemptions of a tenant.

    Attributes:
        pieces: on hand, by item; codes of coded items among them are free.
        codes: how many codes each redemption was issued.
        payments: by the redemption's id; `cash_back` is what providers owe the payers, by redemption.
    """

    ledger: Ledger
    offers: Mapping[UUID, Offer]
    pieces: dict[UUID, int]
    orders: dict[UUID, Order] = field(default_factory=dict)
    codes: Counter[UUID] = field(default_factory=Counter)
    cash_back: Counter[UUID] = field(default_factory=Counter)

    def redeem(
        self, *, name: UUID, member: UUID, asked: Sequence[tuple[UUID, int]], cash: tuple[str, int] | None,
        verdict: str, at: datetime,
    ) -> Reasons:  # fmt: skip
        moment = self.ledger.moment(member, at)
        reasons: set[str] = set()
        wanted: Counter[UUID] = Counter()
        for item, quantity in asked:
            wanted[item] += quantity
        for item, quantity in wanted.items():
            offer = self.offers.get(item)
            if offer is None:
                reasons.add("unknown-offer")
            elif offer.until is not None and moment >= offer.until:
                reasons.add("offer-not-listed")
            elif self.pieces[item] < quantity:
                reasons.add("out-of-stock")
        if reasons:
            return reasons
        lines = [Line(item, quantity, self.offers[item].price) for item, quantity in asked]
        order = Order(name, member, "points", sum(line.quantity * line.price for line in lines), lines)
        if cash is not None:
            reasons |= self._split(order, *cash)
        if reasons:
            return reasons
        return self._begin(order, verdict, moment)

    def offset_bill(self, *, name: UUID, member: UUID, points: int, verdict: str, at: datetime) -> Reasons:
        rate = self.ledger.rules.offset
        if rate is None:
            return {"offset-not-offered"}
        if floor(Fraction(points * rate[1], rate[0])) == 0:
            return {"offset-too-small"}
        order = Order(name, member, "bill_offset", points, [])
        return self._begin(order, verdict, self.ledger.moment(member, at))

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
            self._restock(line, line.quantity)
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
        if order.mode == "bill_offset":
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
            if restock:
                self._restock(line, quantity)
        order.status = "refunded" if share == 1 else "partially_refunded"
        return DONE

    def review(self, *, name: UUID, approve: bool, at: datetime) -> Reasons:
        order = self.orders.get(name)
        if order is None:
            return {"unknown-redemption"}
        if not order.may("review"):
            return {"illegal-move"}
        moment = self.ledger.moment(order.member, at)
        if order.overdue(moment):
            return {"past-deadline"}
        assert order.hold is not None
        if not approve:
            self._let_go(order, moment)
            return DONE
        held = order.hold.points
        self.ledger.release(order.hold, moment)
        self._go_on(order, held, moment)
        return DONE

    def confirm(self, *, name: UUID, accepted: bool, at: datetime) -> Reasons:
        order = self.orders.get(name)
        if order is None:
            return {"unknown-redemption"}
        if not order.may("confirm"):
            return {"illegal-move"}
        moment = self.ledger.moment(order.member, at)
        if order.overdue(moment):
            return {"past-deadline"}
        if accepted:
            self._take_held(order, moment)
        else:
            self._let_go(order, moment)
        return DONE

    def progress(self, *, name: UUID, move: str) -> Reasons:
        order = self.orders.get(name)
        if order is None:
            return {"unknown-redemption"}
        if not order.may(move):
            return {"illegal-move"}
        done = {"ship": "shipped", "deliver": "delivered", "complete": "completed"}[move]
        order.gone.add(done)
        if order.status != "partially_refunded":
            order.status = done
        return DONE

    def pay(self, *, name: UUID, provider: str, fen: int, reference: str, at: datetime) -> Reasons:
        """A provider says that cash came; if nothing can be given for it any more, it goes back."""
        order = self.orders.get(name)
        payment = None if order is None else order.payment
        if order is None or payment is None:
            return {"unknown-payment"}
        if provider != payment.provider or fen != payment.fen:
            return {"payment-mismatch"}
        if payment.reference not in (None, reference):
            return {"payment-mismatch"}
        if payment.status not in ("pending", "closed"):
            return DONE  # told again
        moment = self.ledger.moment(order.member, at)
        payment.reference = reference
        if order.overdue(moment):
            self._let_go(order, moment)
        if order.status == "created":
            payment.status = "captured"
            self._take_held(order, moment)
        else:
            payment.status, payment.back = "refund_due", fen
            self.cash_back[name] += fen
        return DONE

    def cash_returned(self, *, name: UUID, refund: UUID, fen: int) -> Reasons:
        """A provider says that it has paid a refund."""
        payment = self.orders[name].payment
        assert payment is not None
        payment.returned[refund] = fen
        if sum(payment.returned.values()) == payment.fen:
            payment.status = "refunded"
        return DONE

    def _split(self, order: Order, provider: str, points: int) -> Reasons:
        rules = self.ledger.rules
        if rules.cash is None:
            return {"cash-not-taken"}
        price, order.mode, order.points = order.points, "points_cash", points
        order.cash_points = price - points
        share = Fraction(order.cash_points * 10_000, price)
        if points < 1 or order.cash_points < 1 or not rules.least_cash <= share <= rules.most_cash:
            return {"cash-share-out-of-bounds"}
        order.payment = Payment(provider, ceil(Fraction(order.cash_points * rules.cash[1], rules.cash[0])))
        return DONE

    def _begin(self, order: Order, verdict: str, moment: datetime) -> Reasons:
        reasons = {"risk-denied"} if verdict == "deny" else set()
        good = self.ledger.wallets[order.member].spendable(moment)
        if len(good) < order.points:
            reasons.add("insufficient-points")
        if reasons:
            return reasons
        self.orders[order.name] = order
        for line in order.lines:
            self.pieces[line.item] -= line.quantity
        if verdict == "review":
            order.status = "in_review"
            self._hold(order, good[: order.points], moment, timedelta(hours=self.ledger.rules.review_hours))
        else:
            self._go_on(order, good[: order.points], moment)
        return DONE

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
            self.pieces[line.item] += line.quantity
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
