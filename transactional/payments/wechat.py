"""WeChat Pay API v3, native payments (QR codes): https://pay.weixin.qq.com/doc/v3/merchant/4012791874.

The SDKs on the package index fix the host, take no clock, leave a notification's age unchecked or are untyped,
so the seven calls are made here, on httpx and cryptography.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import httpx
import msgspec
from msgspec import Struct

from transactional.clock import BUSINESS_ZONE, Clock
from transactional.payments.domain import (
    NoticeAnswer,
    PayLink,
    PaymentNotice,
    PaymentOrder,
    RefundOrder,
    RefundStatus,
)
from transactional.payments.order_numbers import number
from transactional.payments.refusals import (
    AlreadyPaid,
    MalformedNotice,
    ProviderRefused,
    UnknownMerchant,
    UnknownPayment,
    UntrustedAnswer,
)
from transactional.payments.wechat_calls import WeChatAccount, WeChatCalls, decoded
from transactional.payments.wechat_news import (
    Merchant,
    Refund,
    RefundNews,
    Trade,
    payment_notice,
    refund_notice,
    refund_status,
)
from transactional.payments.wechat_signing import check_platform_signature, unseal
from transactional.problems import Problem

NAME = "wechat"
MAX_DESCRIPTION = 127
MAX_REASON = 80

_NOT_FOUND = ("ORDER_NOT_EXIST", "ORDERNOTEXIST", "RESOURCE_NOT_EXISTS")
_PAID = ("ORDERPAID", "ORDER_PAID")
_CLOSED = ("ORDER_CLOSED", "ORDERCLOSED", *_NOT_FOUND)


class _Prepaid(Struct):
    code_url: str


class _Envelope(Struct):
    id: str
    event_type: str
    resource: dict[str, Any]


class WeChatPay:
    """One merchant's account at WeChat Pay."""

    name = NAME

    def __init__(
        self, account: WeChatAccount, client: httpx.AsyncClient, clock: Clock, nonce: Callable[[], str]
    ) -> None:
        self._account = account
        self._merchant = Merchant(account.mchid, account.appid)
        self._clock = clock
        self._calls = WeChatCalls(account, client, clock, nonce)

    async def create(self, order: PaymentOrder) -> PayLink:
        """Ask for a payment; the same order gives the same code.

        Raises:
            AlreadyPaid: it was paid and the news of it is on its way.
        """
        payload = {
            "appid": self._account.appid,
            "mchid": self._account.mchid,
            "description": order.description[:MAX_DESCRIPTION],
            "out_trade_no": number(order.payment_id),
            "time_expire": order.expires_at.astimezone(BUSINESS_ZONE).isoformat(timespec="seconds"),
            "notify_url": order.notify_url,
            "amount": {"total": order.amount_fen, "currency": "CNY"},
        }
        try:
            answer = await self._calls.call("POST", "/v3/pay/transactions/native", payload)
        except ProviderRefused as refusal:
            if refusal.is_for(_PAID):
                raise AlreadyPaid(
                    f"payment {order.payment_id} was paid; its redemption goes on by itself"
                ) from refusal
            raise
        return PayLink(order.payment_id, decoded(answer, _Prepaid).code_url, order.expires_at)

    async def query(self, payment_id: UUID) -> PaymentNotice:
        """Return the news of a payment; REFUNDED if any part of it was given back.

        Raises:
            UnknownPayment: it was never asked for.
        """
        path = f"/v3/pay/transactions/out-trade-no/{number(payment_id)}?mchid={self._account.mchid}"
        try:
            answer = await self._calls.call("GET", path)
        except ProviderRefused as refusal:
            raise _unless_unknown(refusal, f"payment {payment_id}") from refusal
        trade = decoded(answer, Trade)
        try:
            notice = payment_notice(
                trade, self._merchant, f"query:{trade.out_trade_no}:{trade.trade_state}", self._clock()
            )
        except (MalformedNotice, UnknownMerchant, UnknownPayment) as problem:
            raise UntrustedAnswer(f"WeChat Pay's answer does not count: {problem.detail}") from problem
        if notice.payment_id != payment_id:
            raise UntrustedAnswer("WeChat Pay answers about another payment than was asked about")
        return notice

    async def close(self, payment_id: UUID) -> None:
        """Close an unpaid payment.

        Raises:
            AlreadyPaid: it was paid.
        """
        path = f"/v3/pay/transactions/out-trade-no/{number(payment_id)}/close"
        try:
            await self._calls.call("POST", path, {"mchid": self._account.mchid})
        except ProviderRefused as refusal:
            if refusal.is_for(_PAID):
                raise AlreadyPaid(f"payment {payment_id} was paid already; refund it") from refusal
            if not refusal.is_for(_CLOSED):
                raise

    async def refund(self, order: RefundOrder) -> RefundStatus:
        """Give cash back; WeChat Pay is done later and tells so at the order's `notify_url`.

        Raises:
            UnknownPayment: there is no such payment.
        """
        payload = {
            "out_trade_no": number(order.payment_id),
            "out_refund_no": number(order.refund_id),
            "reason": order.reason[:MAX_REASON],
            "notify_url": order.notify_url,
            "amount": {"refund": order.amount_fen, "total": order.total_fen, "currency": "CNY"},
        }
        try:
            answer = await self._calls.call("POST", "/v3/refund/domestic/refunds", payload)
        except ProviderRefused as refusal:
            raise _unless_unknown(refusal, f"payment {order.payment_id}") from refusal
        return self._refund_status(answer, order.payment_id, order.refund_id)

    async def query_refund(self, *, payment_id: UUID, refund_id: UUID) -> RefundStatus:
        """Return where a refund stands.

        Raises:
            UnknownPayment: there is no such refund.
        """
        try:
            answer = await self._calls.call("GET", f"/v3/refund/domestic/refunds/{number(refund_id)}")
        except ProviderRefused as refusal:
            raise _unless_unknown(refusal, f"refund {refund_id}") from refusal
        return self._refund_status(answer, payment_id, refund_id)

    def read_notice(self, headers: Mapping[str, str], body: bytes, now: datetime) -> PaymentNotice:
        """Verify and unseal a notification and return its news.

        Raises:
            BadSignature: WeChat Pay did not sign this body.
            StaleNotice: it was signed more than five minutes from `now`.
            MalformedNotice: it does not have the documented form or was sealed under another key.
            UnknownMerchant: it is for another merchant.
            UnknownPayment: it is about a payment of another program of the merchant.
        """
        check_platform_signature(self._account.platform_keys, headers, body, now)
        try:
            envelope = msgspec.json.decode(body, type=_Envelope)
            plain = unseal(self._account.api_v3_key, envelope.resource)
            if envelope.event_type.startswith("REFUND."):
                refund = msgspec.json.decode(plain, type=RefundNews)
                return refund_notice(refund, self._merchant, envelope.id, now)
            trade = msgspec.json.decode(plain, type=Trade)
        except ValueError as error:  # msgspec's errors are ValueErrors
            raise MalformedNotice(f"the notification cannot be read: {error}") from error
        return payment_notice(trade, self._merchant, envelope.id, now)

    def accepted(self) -> NoticeAnswer:
        """Return the answer to a notification that was worked off: 204 without a body."""
        return NoticeAnswer(204, None, b"")

    def refused(self, problem: Problem) -> NoticeAnswer:
        """Return the answer to a notification that was refused, on which WeChat Pay sends it again."""
        body = msgspec.json.encode({"code": "FAIL", "message": problem.title})
        return NoticeAnswer(problem.status, "application/json", body)

    def _refund_status(self, answer: bytes, payment_id: UUID, refund_id: UUID) -> RefundStatus:
        try:
            status = refund_status(decoded(answer, Refund))
        except (MalformedNotice, UnknownPayment) as problem:
            raise UntrustedAnswer(f"WeChat Pay's answer does not count: {problem.detail}") from problem
        if (status.payment_id, status.refund_id) != (payment_id, refund_id):
            raise UntrustedAnswer("WeChat Pay answers about another refund than was asked about")
        return status


def _unless_unknown(refusal: ProviderRefused, what: str) -> Problem:
    return UnknownPayment(f"WeChat Pay knows no {what}") if refusal.is_for(_NOT_FOUND) else refusal
