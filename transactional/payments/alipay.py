"""Alipay open platform, face-to-face QR codes: https://opendocs.alipay.com/open/8ad49e4a_alipay.trade.precreate.

Two habits of Alipay's: a trade exists only once its code was scanned, and of refunds it notifies at most partial
ones, so the worker asks. The official SDK is synchronous, untyped and 14 MB, so the five calls are made here.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

import httpx
from msgspec import Struct

from transactional.clock import BUSINESS_ZONE, Clock
from transactional.payments import alipay_news
from transactional.payments.alipay_calls import TIME_FORMAT, AlipayAccount, AlipayCalls
from transactional.payments.domain import (
    NoticeAnswer,
    Outcome,
    PayLink,
    PaymentNotice,
    PaymentOrder,
    RefundOrder,
    RefundOutcome,
    RefundStatus,
)
from transactional.payments.order_numbers import number
from transactional.payments.refusals import AlreadyPaid, ProviderRefused, UnknownPayment, UntrustedAnswer
from transactional.payments.yuan import to_fen, to_yuan
from transactional.problems import Problem

NAME = "alipay"
MAX_SUBJECT = 256

_NOT_FOUND = ("ACQ.TRADE_NOT_EXIST",)
_WRONG_STATE = ("ACQ.TRADE_STATUS_ERROR", "ACQ.REASON_TRADE_STATUS_INVALID", "ACQ.TRADE_HAS_SUCCESS")
_PAID = ("ACQ.TRADE_HAS_SUCCESS",)
_CLOSED = ("ACQ.TRADE_HAS_CLOSE",)


class _Precreated(Struct):
    out_trade_no: str
    qr_code: str


class _Trade(Struct):
    out_trade_no: str
    trade_no: str
    trade_status: str
    total_amount: str
    send_pay_date: str | None = None


class _Closed(Struct):
    out_trade_no: str | None = None


class _Refunded(Struct):
    out_trade_no: str
    trade_no: str
    fund_change: str = "N"


class _RefundFound(Struct):
    out_trade_no: str | None = None
    out_request_no: str | None = None
    refund_amount: str | None = None
    refund_status: str | None = None
    trade_no: str | None = None
    gmt_refund_pay: str | None = None


class Alipay:
    """One merchant's application at Alipay."""

    name = NAME

    def __init__(self, account: AlipayAccount, client: httpx.AsyncClient, clock: Clock) -> None:
        self._account = account
        self._clock = clock
        self._calls = AlipayCalls(account, client, clock)

    async def create(self, order: PaymentOrder) -> PayLink:
        """Ask for a payment; the same order may be sent again.

        Raises:
            AlreadyPaid: it was paid and the news of it is on its way.
        """
        content = {
            "out_trade_no": number(order.payment_id),
            "total_amount": to_yuan(order.amount_fen),
            # Alipay takes none of / = & in a subject.
            "subject": re.sub("[/=&]", " ", order.description)[:MAX_SUBJECT],
            "seller_id": self._account.seller_id,
            "time_expire": order.expires_at.astimezone(BUSINESS_ZONE).strftime(TIME_FORMAT),
        }
        try:
            made = await self._calls.call("alipay.trade.precreate", content, _Precreated, order.notify_url)
        except ProviderRefused as refusal:
            if refusal.is_for(_PAID):
                raise AlreadyPaid(
                    f"payment {order.payment_id} was paid; its redemption goes on by itself"
                ) from refusal
            raise
        _same(made.out_trade_no, order.payment_id)
        return PayLink(order.payment_id, made.qr_code, order.expires_at)

    async def query(self, payment_id: UUID) -> PaymentNotice:
        """Return the news of a payment; one whose code nobody scanned is unknown to Alipay and so PENDING."""
        numbered = {"out_trade_no": number(payment_id)}
        try:
            trade = await self._calls.call("alipay.trade.query", numbered, _Trade)
        except ProviderRefused as refusal:
            if not refusal.is_for(_NOT_FOUND):
                raise
            notice_id = f"query:{number(payment_id)}:unscanned"
            return PaymentNotice(payment_id, "", 0, Outcome.PENDING, self._clock(), notice_id)
        _same(trade.out_trade_no, payment_id)
        outcome = alipay_news.TRADE_STATES.get(trade.trade_status)
        if outcome is None:
            raise UntrustedAnswer(f"Alipay answers with the trade status {trade.trade_status[:40]}")
        if outcome is Outcome.CLOSED and trade.send_pay_date:
            # Only a refund of everything closes what was paid.
            outcome = Outcome.REFUNDED
        try:
            return PaymentNotice(
                payment_id=payment_id,
                provider_reference=trade.trade_no,
                amount_fen=to_fen(trade.total_amount),
                outcome=outcome,
                occurred_at=alipay_news.moment(trade.send_pay_date) if trade.send_pay_date else self._clock(),
                notice_id=f"query:{trade.out_trade_no}:{trade.trade_status}",
            )
        except ValueError as error:
            raise UntrustedAnswer(f"Alipay's answer cannot be read: {error}") from error

    async def close(self, payment_id: UUID) -> None:
        """Close an unpaid payment. One whose code nobody scanned has nothing to close and ends by its own expiry.

        Raises:
            AlreadyPaid: it was paid.
        """
        try:
            await self._calls.call("alipay.trade.close", {"out_trade_no": number(payment_id)}, _Closed)
        except ProviderRefused as refusal:
            if refusal.is_for(_CLOSED + _NOT_FOUND):
                return
            # One reason for every state that cannot be closed: only the trade itself tells which it is in.
            if not refusal.is_for(_WRONG_STATE):
                raise
            outcome = (await self.query(payment_id)).outcome
            if outcome in (Outcome.SUCCEEDED, Outcome.REFUNDED):
                raise AlreadyPaid(f"payment {payment_id} was paid already; refund it") from refusal
            if outcome is not Outcome.CLOSED:
                raise

    async def refund(self, order: RefundOrder) -> RefundStatus:
        """Give cash back; Alipay wants three seconds between two refunds of one payment.

        Raises:
            UnknownPayment: there is no such payment.
        """
        content = {
            "out_trade_no": number(order.payment_id),
            "refund_amount": to_yuan(order.amount_fen),
            "out_request_no": number(order.refund_id),
            "refund_reason": order.reason[:MAX_SUBJECT],
        }
        try:
            done = await self._calls.call("alipay.trade.refund", content, _Refunded)
        except ProviderRefused as refusal:
            if refusal.is_for(_NOT_FOUND):
                raise UnknownPayment(f"Alipay knows no payment {order.payment_id}") from refusal
            raise
        _same(done.out_trade_no, order.payment_id)
        if done.fund_change != "Y":
            # The money did not move now: it moved before (this is a repetition), or will.
            try:
                return await self.query_refund(payment_id=order.payment_id, refund_id=order.refund_id)
            except UnknownPayment:
                return _status(order.payment_id, order.refund_id, RefundOutcome.PENDING, order.amount_fen)
        return _status(
            order.payment_id, order.refund_id, RefundOutcome.SUCCEEDED, order.amount_fen, done.trade_no
        )

    async def query_refund(self, *, payment_id: UUID, refund_id: UUID) -> RefundStatus:
        """Return where a refund stands.

        Raises:
            UnknownPayment: Alipay has not given it back: it is on its way, never arrived or failed; send it again.
        """
        content = {"out_trade_no": number(payment_id), "out_request_no": number(refund_id)}
        try:
            found = await self._calls.call("alipay.trade.fastpay.refund.query", content, _RefundFound)
        except ProviderRefused as refusal:
            if refusal.is_for(_NOT_FOUND):
                raise UnknownPayment(f"Alipay knows no payment {payment_id}") from refusal
            raise
        if found.refund_status != "REFUND_SUCCESS":
            raise UnknownPayment(f"Alipay has not given refund {refund_id} back; send it again")
        _same(found.out_trade_no, payment_id)
        _same(found.out_request_no, refund_id)
        try:
            returned_at = alipay_news.moment(found.gmt_refund_pay) if found.gmt_refund_pay else None
            amount_fen = to_fen(found.refund_amount or "")
        except ValueError as error:
            raise UntrustedAnswer(f"Alipay's answer cannot be read: {error}") from error
        return RefundStatus(
            refund_id, payment_id, RefundOutcome.SUCCEEDED, amount_fen, found.trade_no, returned_at
        )

    def read_notice(self, headers: Mapping[str, str], body: bytes, now: datetime) -> PaymentNotice:
        """Verify a notification and return its news; the signature is in the body, headers say nothing.

        Raises:
            BadSignature: Alipay did not sign these fields.
            StaleNotice: it was sent more than 26 hours ago or more than five minutes ahead.
            MalformedNotice: it does not have the documented form.
            UnknownMerchant: it is for another application or seller.
            UnknownPayment: it is about a payment of another program of the merchant.
        """
        fields = alipay_news.verified_fields(self._account.platform_key, body)
        return alipay_news.payment_notice(
            fields, app_id=self._account.app_id, seller_id=self._account.seller_id, now=now
        )

    def accepted(self) -> NoticeAnswer:
        """Return the answer to a notification that was worked off: the seven letters `success`."""
        return NoticeAnswer(200, "text/plain", b"success")

    def refused(self, problem: Problem) -> NoticeAnswer:
        """Return the answer to a notification that was refused, on which Alipay sends it again."""
        return NoticeAnswer(problem.status, "text/plain", b"failure")


def _status(
    payment_id: UUID, refund_id: UUID, outcome: RefundOutcome, amount_fen: int, reference: str | None = None
) -> RefundStatus:
    return RefundStatus(refund_id, payment_id, outcome, amount_fen, reference, None)


def _same(answered: str | None, asked: UUID) -> None:
    """Make sure that an answer, which has no time or nonce, is at least about what was asked."""
    if answered != number(asked):
        raise UntrustedAnswer("Alipay answers about another payment or refund than was asked about")
