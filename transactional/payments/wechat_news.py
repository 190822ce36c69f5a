"""WeChat Pay's own words for payments and refunds, and their translation into ours."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from transactional.payments import order_numbers
from transactional.payments.domain import Outcome, PaymentNotice, RefundOutcome, RefundStatus
from transactional.payments.refusals import MalformedNotice, UnknownMerchant, UnknownPayment

Moment = Annotated[datetime, Meta(tz=True)]
Fen = Annotated[int, Meta(ge=0)]

_TRADE_STATES: Mapping[str, Outcome] = {
    "SUCCESS": Outcome.SUCCEEDED,
    "REFUND": Outcome.REFUNDED,
    "NOTPAY": Outcome.PENDING,
    "USERPAYING": Outcome.PENDING,
    "CLOSED": Outcome.CLOSED,
    "REVOKED": Outcome.CLOSED,
    "PAYERROR": Outcome.CLOSED,
}
_REFUND_STATES: Mapping[str, RefundOutcome] = {
    "SUCCESS": RefundOutcome.SUCCEEDED,
    "PROCESSING": RefundOutcome.PENDING,
    "CLOSED": RefundOutcome.FAILED,
    "ABNORMAL": RefundOutcome.FAILED,
}
_REFUND_NEWS: Mapping[RefundOutcome, Outcome] = {
    RefundOutcome.SUCCEEDED: Outcome.REFUNDED,
    RefundOutcome.PENDING: Outcome.PENDING,
    RefundOutcome.FAILED: Outcome.REFUND_FAILED,
}


class TradeAmount(Struct):
    """What a payment costs, before the platform's own coupons."""

    total: Fen
    currency: str = "CNY"


class Trade(Struct):
    """A payment, in an answer or an unsealed notification."""

    mchid: str
    out_trade_no: str
    trade_state: str
    appid: str | None = None
    transaction_id: str | None = None
    success_time: Moment | None = None
    amount: TradeAmount | None = None


class RefundAmount(Struct):
    """What a refund gives back, of how much."""

    total: Fen
    refund: Fen
    currency: str = "CNY"


class Refund(Struct):
    """A refund in an answer."""

    out_trade_no: str
    out_refund_no: str
    refund_id: str
    status: str
    amount: RefundAmount
    success_time: Moment | None = None


class RefundNews(Struct):
    """A refund in an unsealed notification, where the state has another name."""

    mchid: str
    out_trade_no: str
    out_refund_no: str
    refund_id: str
    refund_status: str
    amount: RefundAmount
    transaction_id: str | None = None
    success_time: Moment | None = None


@dataclass(frozen=True)
class Merchant:
    """Whom news must be about."""

    mchid: str
    appid: str


def payment_notice(trade: Trade, merchant: Merchant, notice_id: str, told_at: datetime) -> PaymentNotice:
    """Return the news of a payment, told at `told_at`.

    Raises:
        UnknownMerchant: the payment is another merchant's.
        UnknownPayment: its number is not one of ours.
        MalformedNotice: its state, amount or currency cannot be.
    """
    if trade.mchid != merchant.mchid or trade.appid not in (merchant.appid, None):
        raise UnknownMerchant(f"the payment is for {trade.mchid}/{trade.appid}, not for this merchant")
    outcome = _TRADE_STATES.get(trade.trade_state)
    if outcome is None:
        raise MalformedNotice(f"the trade state {trade.trade_state[:40]} is not a documented one")
    if outcome is Outcome.SUCCEEDED and not (
        trade.appid and trade.transaction_id and trade.success_time and trade.amount and trade.amount.total
    ):
        raise MalformedNotice("news of a payment made lacks its appid, number, time or amount")
    return PaymentNotice(
        payment_id=_payment_id(trade.out_trade_no),
        provider_reference=trade.transaction_id or "",
        amount_fen=_fen(trade.amount) if trade.amount else 0,
        outcome=outcome,
        occurred_at=_utc(trade.success_time) or told_at,
        notice_id=notice_id,
    )


def refund_notice(refund: RefundNews, merchant: Merchant, notice_id: str, told_at: datetime) -> PaymentNotice:
    """Return the news of a refund, told at `told_at`.

    Raises:
        UnknownMerchant: the refund is another merchant's.
        UnknownPayment: the payment's number is not one of ours.
        MalformedNotice: its state or currency cannot be.
    """
    if refund.mchid != merchant.mchid:
        raise UnknownMerchant(f"the refund is for {refund.mchid}, not for this merchant")
    return PaymentNotice(
        payment_id=_payment_id(refund.out_trade_no),
        provider_reference=refund.refund_id,
        amount_fen=_fen(refund.amount),
        outcome=_REFUND_NEWS[_refund_outcome(refund.refund_status)],
        occurred_at=_utc(refund.success_time) or told_at,
        notice_id=notice_id,
        refund_id=order_numbers.identifier(refund.out_refund_no),
        refund_fen=refund.amount.refund,
    )


def refund_status(refund: Refund) -> RefundStatus:
    """Return where a refund of ours stands.

    Raises:
        UnknownPayment: a number is not one of ours.
        MalformedNotice: its state or currency cannot be.
    """
    _fen(refund.amount)
    return RefundStatus(
        refund_id=_payment_id(refund.out_refund_no),
        payment_id=_payment_id(refund.out_trade_no),
        outcome=_refund_outcome(refund.status),
        amount_fen=refund.amount.refund,
        provider_reference=refund.refund_id,
        occurred_at=_utc(refund.success_time),
    )


def _payment_id(number: str) -> UUID:
    found = order_numbers.identifier(number)
    if found is None:
        raise UnknownPayment(f"the number {number[:64]} is not one of Pointmart's")
    return found


def _refund_outcome(state: str) -> RefundOutcome:
    outcome = _REFUND_STATES.get(state)
    if outcome is None:
        raise MalformedNotice(f"the refund state {state[:40]} is not a documented one")
    return outcome


def _fen(amount: TradeAmount | RefundAmount) -> int:
    if amount.currency != "CNY":
        raise MalformedNotice(f"the amount is in {amount.currency[:8]}, not in CNY")
    return amount.total


def _utc(moment: datetime | None) -> datetime | None:
    return moment.astimezone(UTC) if moment else None
