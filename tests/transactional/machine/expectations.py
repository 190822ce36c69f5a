"""What the reference model says of each command: the reasons to refuse it, none if it is done.

A new kind of command gets a function here, and rules that send it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from tests.transactional.machine.world import BARRED
from tests.transactional.reference.exchange import Exchanges
from tests.transactional.reference.ledger import Reasons
from tests.transactional.reference.mall import Mall
from tests.transactional.reference.shop import Shop
from transactional.draws import commands as draws
from transactional.engine.commands import Command
from transactional.exchange import commands as exchange
from transactional.exchange.state import in_transfer_of
from transactional.identifiers import derived
from transactional.ledger import commands as points
from transactional.ledger.extras import extra_of
from transactional.redemption import commands as redemption


@dataclass
class Names:
    """Ids that the engine makes and the model does not know, with the redemption that each belongs to."""

    holds: dict[UUID, UUID] = field(default_factory=dict)
    payments: dict[UUID, UUID] = field(default_factory=dict)
    refunds: dict[UUID, int] = field(default_factory=dict)

    def hold(self, hold_id: UUID) -> UUID:
        return self.holds.get(hold_id, hold_id)


# The mall, the command, and the names of what the engine made.
Expectation = Callable[[Any, Any, Names], Reasons]


def expect(mall: Exchanges, command: Command, names: Names) -> Reasons:
    """Do in the model what a command asks, or return why it is refused."""
    # An exchange is of both tenants; the partner does with points what the tenant does.
    shop = mall if isinstance(command, exchange.ReverseExchange) else mall.of(command.tenant_id)
    return EXPECTATIONS[type(command)](shop, command, names)


def _earn(mall: Shop, c: points.Earn, names: Names) -> Reasons:
    return mall.ledger.earn(
        name=c.transfer_id,
        extra=extra_of(c.transfer_id),
        member=c.member_id,
        points=c.points,
        kind=c.kind,
        at=c.at,
        effective_at=c.effective_at,
    )


def _adjust(mall: Shop, c: points.Adjust, names: Names) -> Reasons:
    return mall.ledger.adjust(
        name=c.transfer_id, member=c.member_id, points=c.points, at=c.at, effective_at=c.effective_at
    )


def _take_back(mall: Shop, c: points.TakeBack, names: Names) -> Reasons:
    return mall.ledger.take_back(name=c.reversed_id, points=c.points, at=c.at)


def _correct(mall: Shop, c: points.Correct, names: Names) -> Reasons:
    return mall.ledger.correct(name=c.reversed_id, at=c.at, correction=c.transfer_id)


def _place_hold(mall: Shop, c: points.PlaceHold, names: Names) -> Reasons:
    return mall.ledger.place_hold(name=c.hold_id, member=c.member_id, points=c.points, lasts=c.lasts, at=c.at)


def _capture_hold(mall: Shop, c: points.CaptureHold, names: Names) -> Reasons:
    return mall.ledger.capture_hold(name=names.hold(c.hold_id), points=c.points, at=c.at)


def _release_hold(mall: Shop, c: points.ReleaseHold, names: Names) -> Reasons:
    return mall.ledger.release_hold(name=names.hold(c.hold_id), at=c.at)


def _sweep_hold(mall: Shop, c: points.SweepHold, names: Names) -> Reasons:
    return mall.ledger.sweep_hold(name=names.hold(c.hold_id), at=c.at)


def _expire(mall: Shop, c: points.ExpireLots, names: Names) -> Reasons:
    return mall.ledger.expire(member=c.member_id, at=c.at)


def _verdict(c: redemption.Spend) -> str:
    if c.device == BARRED:
        return "deny"
    return "review" if c.ip is None else "allow"


def _redeem(mall: Shop, c: redemption.Redeem, names: Names) -> Reasons:
    cash = None if c.cash is None else (c.cash.provider, c.cash.points)
    return mall.redeem(
        name=c.redemption_id, member=c.member_id, asked=c.asked, cash=cash, sale_name=c.flash_sale_id,
        expected=c.expected_points, verdict=_verdict(c), at=c.at,
    )  # fmt: skip


def _offset_bill(mall: Shop, c: redemption.OffsetBill, names: Names) -> Reasons:
    return mall.offset_bill(
        name=c.redemption_id, member=c.member_id, points=c.points, verdict=_verdict(c), at=c.at
    )


def _exchange(mall: Exchanges, c: exchange.ExchangePoints, names: Names) -> Reasons:
    return mall.take_up(
        name=c.redemption_id, member=c.member_id, quote_name=c.quote_id,
        in_transfer=in_transfer_of(c.redemption_id), verdict=_verdict(c), at=c.at,
    )  # fmt: skip


def _reverse(mall: Exchanges, c: exchange.ReverseExchange, names: Names) -> Reasons:
    return mall.reverse(
        name=c.exchange_id, by=c.tenant_id, to_points=c.to_points, reversal=c.reversal_id, at=c.at
    )


def _cancel(mall: Shop, c: redemption.Cancel, names: Names) -> Reasons:
    return mall.cancel(name=c.redemption_id, at=c.at, transfer=c.transfer_id)


def _time_out(mall: Shop, c: redemption.TimeOut, names: Names) -> Reasons:
    return mall.time_out(name=c.redemption_id, at=c.at)


def _refund(mall: Shop, c: redemption.Refund, names: Names) -> Reasons:
    return mall.refund(
        name=c.redemption_id,
        lines=c.lines,
        points=c.points,
        restock=c.restock,
        at=c.at,
        transfer=c.transfer_id,
    )


def _review(mall: Shop, c: redemption.Review, names: Names) -> Reasons:
    return mall.review(name=c.redemption_id, approve=c.verdict == "approve", at=c.at)


def _confirm(mall: Shop, c: redemption.ConfirmOffset, names: Names) -> Reasons:
    return mall.confirm(name=c.redemption_id, accepted=c.accepted, at=c.at)


def _progress(mall: Shop, c: redemption.Progress, names: Names) -> Reasons:
    return mall.progress(name=c.redemption_id, move=str(c.move))


def _pay(mall: Shop, c: redemption.PaymentArrived, names: Names) -> Reasons:
    return mall.pay(
        name=names.payments.get(c.payment_id, c.payment_id), provider=c.provider, fen=c.amount_fen,
        reference=c.provider_reference, at=c.at,
    )  # fmt: skip


def _cash_returned(mall: Shop, c: redemption.CashReturned, names: Names) -> Reasons:
    return mall.cash_returned(
        name=names.payments[c.payment_id], refund=c.refund_id, fen=names.refunds[c.refund_id]
    )


def _buy_ticket(mall: Mall, c: draws.BuyTicket, names: Names) -> Reasons:
    return mall.buy_ticket(
        name=c.redemption_id, member=c.member_id, draw_name=c.draw_id, verdict=_verdict(c), at=c.at
    )


def _settle_ticket(mall: Mall, c: draws.SettleTicket, names: Names) -> Reasons:
    # Its transfer is named after the redemption, so that points come back once.
    return mall.settle(name=c.redemption_id, at=c.at, transfer=derived(c.redemption_id, 20))


def _cancel_draw(mall: Mall, c: draws.CancelDraw, names: Names) -> Reasons:
    return mall.cancel_draw(name=c.draw_id)


EXPECTATIONS: Mapping[type[Command], Expectation] = {
    points.Earn: _earn,
    points.Adjust: _adjust,
    points.TakeBack: _take_back,
    points.Correct: _correct,
    points.PlaceHold: _place_hold,
    points.CaptureHold: _capture_hold,
    points.ReleaseHold: _release_hold,
    points.SweepHold: _sweep_hold,
    points.ExpireLots: _expire,
    redemption.Redeem: _redeem,
    redemption.OffsetBill: _offset_bill,
    exchange.ExchangePoints: _exchange,
    exchange.ReverseExchange: _reverse,
    redemption.Cancel: _cancel,
    redemption.TimeOut: _time_out,
    redemption.Refund: _refund,
    redemption.Review: _review,
    redemption.ConfirmOffset: _confirm,
    redemption.Progress: _progress,
    redemption.PaymentArrived: _pay,
    redemption.CashReturned: _cash_returned,
    draws.BuyTicket: _buy_ticket,
    draws.SettleTicket: _settle_ticket,
    draws.CancelDraw: _cancel_draw,
}
