"""Redemptions: what is taken, held, handed over and given back.

Every method returns the reasons to refuse, any of which will do; none means that it was done.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from math import ceil, floor
from uuid import UUID

from tests.transactional.reference.ledger import DONE, Reasons
from tests.transactional.reference.orders import Line, Order, Payment, Sale
from tests.transactional.reference.refunds import Refunds


@dataclass
class Shop(Refunds):
    """What members ask for, and what others say of it."""

    def redeem(
        self, *, name: UUID, member: UUID, asked: Sequence[tuple[UUID, int]], cash: tuple[str, int] | None,
        sale_name: UUID | None, expected: int | None, verdict: str, at: datetime,
    ) -> Reasons:  # fmt: skip
        moment = self.ledger.moment(member, at)
        sale = None if sale_name is None else self.sales.get(sale_name)
        if sale_name is not None and sale is None:
            return {"unknown-flash-sale"}
        reasons = (
            self._refusals(asked, moment) if sale is None else _sale_refusals(sale, member, asked, moment)
        )
        if reasons:
            return reasons
        lines = [Line(item, quantity, (sale or self.offers[item]).price) for item, quantity in asked]
        mode = "points" if sale is None else "flash_sale"
        short = self._lower(lines, member, moment) if sale is None else False
        price = sum(line.quantity * line.price for line in lines)
        if expected is not None and price > expected:
            return {"campaign-budget-spent"} if short else {"price-rose"}
        order = Order(name, member, mode, price, lines, sale=sale)
        if cash is not None and (reasons := self._split(order, *cash)):
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

    def _lower(self, lines: list[Line], member: UUID, moment: datetime) -> bool:
        """Lower the prices of lines by the campaign that is cheapest for each of those that can pay for all its pieces.

        Returns:
            Whether one could not.
        """
        short = False
        for number, line in enumerate(lines):
            plain = line.price
            able = []
            for campaign in self.ledger.campaigns:
                if (
                    not campaign.is_for(member, moment)
                    or (price := campaign.price(line.item, plain)) == plain
                ):
                    continue
                before = [one for one in lines[:number] if one.campaign is campaign]
                spoken_for = sum(one.saved * one.quantity for one in before)
                is_able = (plain - price) * line.quantity <= campaign.left(member) - spoken_for
                able.append((price, campaign.name, is_able, campaign))
            for price, _, is_able, campaign in sorted(able, key=lambda one: one[:2]):
                if is_able:
                    line.price, line.campaign, line.saved = price, campaign, plain - price
                    break
                short = True
        return short

    def _refusals(self, asked: Sequence[tuple[UUID, int]], moment: datetime) -> Reasons:
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
        return reasons

    def _sell(self, order: Order, line: Line) -> None:
        if order.sale is None:
            self.pieces[line.item] -= line.quantity
        else:
            order.sale.left -= line.quantity
            order.sale.bought[order.member] += line.quantity

    def _split(self, order: Order, provider: str, points: int) -> Reasons:
        rules = self.ledger.rules
        if rules.cash is None:
            return {"cash-not-taken"}
        parts: Counter[tuple[int, int]] = Counter()
        for line in order.lines:
            least, most = self.offers[line.item].cash
            least, most = max(least, rules.least_cash), min(most, rules.most_cash)
            parts[(least, most) if least <= most else (0, 0)] += line.quantity * line.price
        if all(most == 0 for _, most in parts):
            return {"points-only"}
        price, order.points = order.points, points
        order.cash_points = price - points
        # Each part is rounded by itself, so that no more cash is taken for it than it lets.
        least = sum(ceil(Fraction(part * bounds[0], 10_000)) for bounds, part in parts.items())
        most = sum(floor(Fraction(part * bounds[1], 10_000)) for bounds, part in parts.items())
        if points < 1 or order.cash_points < 1 or not least <= order.cash_points <= most:
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
            self._sell(order, line)
            if line.campaign is not None:
                line.campaign.uses.append((order.member, line.saved * line.quantity))
        if verdict == "review":
            order.status = "in_review"
            self._hold(order, good[: order.points], moment, timedelta(hours=self.ledger.rules.review_hours))
        else:
            self._go_on(order, good[: order.points], moment)
        return DONE


def _sale_refusals(sale: Sale, member: UUID, asked: Sequence[tuple[UUID, int]], moment: datetime) -> Reasons:
    if [item for item, _ in asked] != [sale.item]:
        return {"flash-sale-of-other-item"}
    ((_, quantity),) = asked
    reasons: set[str] = set()
    if not sale.open(moment):
        reasons.add("flash-sale-not-open")
    if sale.bought[member] + quantity > sale.limit:
        reasons.add("flash-sale-limit-reached")
    if quantity > sale.left:
        reasons.add("flash-sale-sold-out")
    return reasons
