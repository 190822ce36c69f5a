"""Exchange of points with another tenant: a quote, both legs or none, and both backwards in parts.

Every method that may be refused returns the reasons, any of which will do; none means that it was done.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from fractions import Fraction
from math import floor
from uuid import UUID

from tests.transactional.reference.days import day_of
from tests.transactional.reference.ledger import DONE, Reasons
from tests.transactional.reference.mall import Mall
from tests.transactional.reference.orders import Order
from tests.transactional.reference.shop import Shop
from tests.transactional.reference.trades import Quote, Terms, Trade
from tests.transactional.reference.wallet import Place, Point, Wallet


@dataclass
class Exchanges(Mall):
    """A tenant whose members may also give points for those of a partner.

    Attributes:
        partner: the other tenant, whose members only receive, earn and lose points.
        links: the partner's member that each of the members is.
    """

    partner: Shop = field(kw_only=True)
    partner_name: UUID = field(kw_only=True)
    links: dict[UUID, UUID] = field(kw_only=True)
    terms: Terms = field(kw_only=True)
    quotes: dict[UUID, Quote] = field(default_factory=dict)
    trades: dict[UUID, Trade] = field(default_factory=dict)

    def of(self, tenant: UUID) -> Shop:
        return self.partner if tenant == self.partner_name else self

    def wallet(self, member: UUID) -> Wallet:
        return (self.ledger.wallets | self.partner.ledger.wallets)[member]

    def offer(self, member: UUID, points: int, at: datetime) -> tuple[Quote | None, Reasons]:
        """Return what points buy: of those that buy as much, the fewest are taken."""
        bought = self.terms.bought_for(points)
        if not bought:
            return None, {"too-few-points"} | self._obstacles(at)
        taken = next(n for n in range(points + 1) if self.terms.bought_for(n) == bought)
        reasons = self._obstacles(at) | self._limits(member, taken, day_of(at))
        return Quote(member, taken, bought, at), reasons

    def take_up(
        self, *, name: UUID, member: UUID, quote_name: UUID, in_transfer: UUID, verdict: str, at: datetime
    ) -> Reasons:
        quote = self.quotes.get(quote_name)
        if quote is None or quote.member != member:
            return {"unknown-quote"}
        reasons: set[str] = {"quote-used"} if quote.is_used else set()
        if quote.ends <= at:
            reasons.add("quote-expired")
        reasons |= self._obstacles(at) | self._limits(member, quote.taken, day_of(at))
        if reasons:
            return reasons
        order = Order(name, member, "exchange", quote.taken, [])
        fee = self.terms.fee_of(quote.taken)
        trade = Trade(order, self.links[member], fee, quote.bought, day_of(at), in_transfer)
        self.trades[name] = trade
        if reasons := self._begin(order, verdict, self.ledger.moment(member, at)):
            del self.trades[name]
            return reasons
        quote.is_used = True
        self._credit(trade, at)
        return DONE

    def review(self, *, name: UUID, approve: bool, at: datetime) -> Reasons:
        trade = self.trades.get(name)
        if trade is None or not approve or not trade.order.may("review"):
            return super().review(name=name, approve=approve, at=at)
        if reasons := self._obstacles(at):
            # It may also have waited too long.
            return reasons | {"past-deadline"} if self._is_late(trade, at) else reasons
        reasons = super().review(name=name, approve=approve, at=at)
        if not reasons:
            self._credit(trade, at)
        return reasons

    def refund(
        self, *, name: UUID, lines: Sequence[tuple[int, int]] | None, points: int | None, restock: bool,
        at: datetime, transfer: UUID,
    ) -> Reasons:  # fmt: skip
        """Refuse to give back one leg alone."""
        order = self.orders.get(name)
        if order is None or order.mode != "exchange":
            return super().refund(
                name=name, lines=lines, points=points, restock=restock, at=at, transfer=transfer
            )
        reasons = {"illegal-move"}
        if lines is not None and order.may("refund"):
            reasons.add("refund-by-lines")
        if (points or 0) > order.points - order.points_back and order.may("refund"):
            reasons.add("refund-too-large")
        return reasons

    def reverse(
        self, *, name: UUID, by: UUID, to_points: int | None, reversal: UUID, at: datetime
    ) -> Reasons:
        trade = self.trades.get(name)
        # The partner knows of an exchange once it has credited points.
        if trade is None or (by == self.partner_name and trade.lot is None):
            return {"unknown-exchange"}
        order = trade.order
        if not order.may("refund"):
            return {"illegal-move"}
        left = trade.bought - trade.taken_back
        wanted = left if to_points is None else to_points
        if wanted > left:
            return {"reversal-too-large"}
        # All parts so far are worth their share of the whole, rounded down.
        share = Fraction(trade.taken_back + wanted, trade.bought)
        fee = floor(trade.fee * share) - trade.fee_back
        rest = floor((order.points - trade.fee) * share) - (order.points_back - trade.fee_back)
        reasons: set[str] = set() if fee + rest else {"reversal-too-small"}
        wallet = self.partner.ledger.wallets[trade.receiver]
        moment = wallet.moment(at)
        # First what was credited, expired or not, then others.
        free = [p for p in wallet.loose(moment) if p.lot is trade.lot]
        free += [p for p in wallet.spendable(moment) if p.lot is not trade.lot]
        if len(free) < wanted:
            reasons.add("points-not-free")
        if reasons:
            return reasons
        wallet.move(free[:wanted], Place.WITHDRAWN, moment)
        self.partner.ledger.program["exchange"] += wanted
        self._give_all_back(trade, fee, rest, self.ledger.moment(order.member, at), reversal)
        trade.taken_back += wanted
        trade.settled.append((day_of(at), -1, fee + rest, fee, wanted))
        order.status = "refunded" if share == 1 else "partially_refunded"
        return DONE

    def given_on(self, day: date, members: Iterable[UUID]) -> int:
        """Return the points of what was asked for on a day and came to be, or may."""
        orders = [t.order for t in self.trades.values() if t.asked == day]
        return sum(o.points for o in orders if o.member in members and o.status != "cancelled")

    def _give_all_back(self, trade: Trade, fee: int, rest: int, moment: datetime, reversal: UUID) -> None:
        order = trade.order
        back = [order.taken.pop() for _ in range(fee + rest)]
        order.points_back += fee + rest
        trade.fee_back += fee
        self.ledger.program["fee"] -= fee
        self.ledger.program["exchange"] -= rest
        self.ledger.note(reversal, "exchange_out", order.member)
        self.ledger.bring_back(back, order.member, moment, reversal)

    def _go_on(self, order: Order, points: list[Point], moment: datetime) -> None:
        if order.mode != "exchange":
            super()._go_on(order, points, moment)
            return
        fee = self.trades[order.name].fee
        self.ledger.wallets[order.member].move(points, Place.EXCHANGED, moment)
        self.ledger.program["exchange"] += order.points - fee
        self.ledger.program["fee"] += fee
        self._paid(order, points)

    def _credit(self, trade: Trade, at: datetime) -> None:
        """Credit the receiver, by the clock of its own account, if the points were taken."""
        if not trade.order.was_paid:
            return
        ledger = self.partner.ledger
        moment = ledger.moment(trade.receiver, at)
        ledger.credit(
            trade.in_transfer, trade.receiver, trade.bought, "exchange_in", "exchange", moment, pending=0
        )
        trade.lot = ledger.acts[trade.in_transfer].lot
        trade.settled.append((day_of(at), 1, trade.order.points, trade.fee, trade.bought))

    def _is_late(self, trade: Trade, at: datetime) -> bool:
        return trade.order.overdue(self.ledger.moment(trade.order.member, at))

    def _obstacles(self, at: datetime) -> Reasons:
        return {"no-agreement"} if at >= self.terms.ends else DONE

    def _limits(self, member: UUID, points: int, day: date) -> Reasons:
        mine, all_together = self.given_on(day, {member}), self.given_on(day, self.links)
        if mine + points > self.terms.a_member_a_day or all_together + points > self.terms.all_a_day:
            return {"daily-limit-reached"}
        return DONE
