"""Alipay's gateway as the sandbox answers it: the application's signature is checked, every node is signed."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl

import msgspec
from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from transactional.clock import Clock
from transactional.payments.alipay_news import moment
from transactional.payments.alipay_signing import signed_text
from transactional.payments.keys import is_signed, sign
from transactional.payments.sandbox import book as books
from transactional.payments.sandbox.book import Book
from transactional.payments.sandbox.delivery import Courier
from transactional.payments.sandbox.key_files import SandboxKeys, SandboxMerchant
from transactional.payments.sandbox.notices import Fault, beijing, notification
from transactional.payments.yuan import to_fen, to_yuan

PROVIDER = "alipay"
MAX_REQUEST_AGE = timedelta(minutes=15)


class _WrongState(Exception):
    """A paid trade cannot be closed."""


_REFUSALS: dict[type[Exception], tuple[str, str]] = {
    books.OrderUnknown: ("ACQ.TRADE_NOT_EXIST", "交易不存在"),
    books.OrderPaid: ("ACQ.TRADE_HAS_SUCCESS", "交易已被支付"),
    books.OrderClosed: ("ACQ.TRADE_HAS_CLOSE", "交易已经关闭"),
    books.OrderDiffers: ("ACQ.CONTEXT_INCONSISTENT", "交易信息被篡改"),
    books.RefundTooHigh: ("ACQ.REFUND_AMT_NOT_EQUAL_TOTAL", "退款金额超限"),
    _WrongState: ("ACQ.TRADE_STATUS_ERROR", "交易状态不合法"),
    msgspec.ValidationError: ("ACQ.INVALID_PARAMETER", "参数无效"),
    ValueError: ("ACQ.INVALID_PARAMETER", "参数无效"),
}


class _Content(Struct):
    out_trade_no: str
    total_amount: str = ""
    subject: str = ""
    time_expire: str = ""
    refund_amount: str = ""
    out_request_no: str = ""


class AlipayDesk:
    """Answers Alipay's calls from the sandbox's book."""

    def __init__(self, keys: SandboxKeys, book: Book, courier: Courier, clock: Clock) -> None:
        self._keys, self._book, self._courier, self._clock = keys, book, courier, clock
        self._methods: dict[str, Callable[..., dict[str, Any]]] = {
            "alipay.trade.precreate": self._create,
            "alipay.trade.query": self._query,
            "alipay.trade.close": self._close,
            "alipay.trade.refund": self._refund,
            "alipay.trade.fastpay.refund.query": self._query_refund,
        }

    def routes(self) -> list[Route]:
        """Return the gateway's one route."""
        return [Route("/gateway.do", self._gateway, methods=["POST"])]

    async def _gateway(self, request: Request) -> Response:
        if self._book.is_unavailable:
            return Response("Service Unavailable", 503)
        fields = dict(parse_qsl((await request.body()).decode(), keep_blank_values=True))
        method = fields.get("method", "")
        merchant = self._merchant(fields)
        if merchant is None or method not in self._methods:
            refused = {"code": "40002", "msg": "Invalid Arguments", "sub_code": "isv.invalid-signature",
                       "sub_msg": "验签出错"}  # fmt: skip
            return Response(msgspec.json.encode({f"{method.replace('.', '_')}_response": refused}))
        try:
            content = msgspec.json.decode(fields.get("biz_content", ""), type=_Content)
            found = {"code": "10000", "msg": "Success"} | self._methods[method](
                merchant, content, fields, request
            )
        except tuple(_REFUSALS) as refusal:
            code, message = _REFUSALS.get(type(refusal), _REFUSALS[ValueError])
            found = {"code": "40004", "msg": "Business Failed", "sub_code": code, "sub_msg": message}
        # As Alipay does: slashes escaped, so that a node decoded and encoded again is not what was signed.
        node = msgspec.json.encode(found).decode().replace("/", "\\/")
        signature = sign(self._keys.alipay_key, node.encode())
        return Response(
            f'{{"{method.replace(".", "_")}_response":{node},"sign":"{signature}"}}',
            media_type="text/html;charset=utf-8",
        )

    def _merchant(self, fields: dict[str, str]) -> SandboxMerchant | None:
        merchant = next((m for m in self._keys.merchants if m.app_id == fields.get("app_id")), None)
        if merchant is None or fields.get("sign_type") != "RSA2":
            return None
        try:
            age = abs(self._clock() - moment(fields.get("timestamp", "")))
        except ValueError:
            return None
        signed = signed_text(fields, without=frozenset({"sign"}))
        is_good = is_signed(merchant.alipay_key, signed, fields.get("sign", ""))
        return merchant if is_good and age <= MAX_REQUEST_AGE else None

    def _create(
        self, merchant: SandboxMerchant, asked: _Content, fields: dict[str, str], request: Request
    ) -> dict[str, Any]:
        order = self._book.open(
            PROVIDER,
            merchant,
            asked.out_trade_no,
            amount_fen=to_fen(asked.total_amount),
            description=asked.subject,
            expires_at=moment(asked.time_expire),
            notify_url=fields.get("notify_url", ""),
            now=self._clock(),
        )
        return {"out_trade_no": order.number, "qr_code": f"{request.base_url}pay/{order.token}"}

    def _scanned(self, merchant: SandboxMerchant, asked: _Content) -> books.Order:
        order = self._book.of_merchant(PROVIDER, merchant, asked.out_trade_no)
        if not order.is_scanned:
            # The real Alipay makes the trade only when the member scans the code.
            raise books.OrderUnknown(order.number)
        return order

    def _query(self, merchant: SandboxMerchant, asked: _Content, *_: object) -> dict[str, Any]:
        order = self._scanned(merchant, asked)
        found = {"out_trade_no": order.number, "trade_no": order.reference,
                 "total_amount": to_yuan(order.paid_fen or order.amount_fen)}  # fmt: skip
        if order.paid_at:
            gone = order.refunded_fen >= order.paid_fen
            found |= {"trade_status": "TRADE_CLOSED" if gone else "TRADE_SUCCESS",
                      "send_pay_date": beijing(order.paid_at)}  # fmt: skip
        else:
            closed = order.is_closed(self._clock())
            found["trade_status"] = "TRADE_CLOSED" if closed else "WAIT_BUYER_PAY"
        return found

    def _close(self, merchant: SandboxMerchant, asked: _Content, *_: object) -> dict[str, Any]:
        order = self._scanned(merchant, asked)
        try:
            books.close(order, self._clock())
        except books.OrderPaid:
            raise _WrongState from None
        return {"out_trade_no": order.number, "trade_no": order.reference}

    def _refund(self, merchant: SandboxMerchant, asked: _Content, *_: object) -> dict[str, Any]:
        order = self._scanned(merchant, asked)
        now = self._clock()
        refund, is_new = books.ask_refund(
            order, asked.out_request_no, amount_fen=to_fen(asked.refund_amount), notify_url=None, now=now
        )
        moves = is_new and self._book.settles_refunds
        if moves:
            books.settle(refund, now)
            if order.refunded_fen < order.paid_fen:
                # Of a full refund face-to-face payments are not told.
                news = notification(self._keys, order, refund, now, Fault.NONE)
                self._courier.until_accepted(refund.number, news)
        return {"out_trade_no": order.number, "trade_no": order.reference,
                "fund_change": "Y" if moves else "N", "refund_fee": to_yuan(order.refunded_fen)}  # fmt: skip

    def _query_refund(self, merchant: SandboxMerchant, asked: _Content, *_: object) -> dict[str, Any]:
        order = self._scanned(merchant, asked)
        refund = order.refunds.get(asked.out_request_no)
        if refund is None or refund.state != "succeeded":
            return {}
        assert refund.settled_at is not None
        return {"out_trade_no": order.number, "trade_no": order.reference, "out_request_no": refund.number,
                "refund_amount": to_yuan(refund.amount_fen), "refund_status": "REFUND_SUCCESS",
                "total_amount": to_yuan(order.paid_fen),
                "gmt_refund_pay": beijing(refund.settled_at)}  # fmt: skip
