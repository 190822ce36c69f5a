"""WeChat Pay's API v3 as the sandbox answers it: the merchant's signature is checked, every answer is signed."""

import re
import secrets
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from transactional.clock import Clock
from transactional.payments.keys import is_signed, sign
from transactional.payments.sandbox import book as books
from transactional.payments.sandbox.book import Book, Order, Refund
from transactional.payments.sandbox.delivery import Courier
from transactional.payments.sandbox.key_files import SandboxKeys, SandboxMerchant
from transactional.payments.sandbox.notices import Fault, notification, rfc3339, wechat_trade
from transactional.payments.wechat_signing import MAX_SKEW_SECONDS, SCHEME, answer_message, request_message

PROVIDER = "wechat"
_CREDENTIAL = re.compile(r'(\w+)="([^"]*)"')
_REFUSALS: dict[type[Exception], tuple[int, str, str]] = {
    books.OrderUnknown: (404, "ORDER_NOT_EXIST", "订单不存在"),
    books.OrderPaid: (400, "ORDERPAID", "该订单已支付"),
    books.OrderClosed: (400, "ORDER_CLOSED", "订单已关闭"),
    books.OrderDiffers: (400, "INVALID_REQUEST", "请求重入时，参数与首次请求时不一致"),
    books.RefundTooHigh: (403, "NOT_ENOUGH", "订单金额或退款金额与之前请求不一致"),
    msgspec.ValidationError: (400, "PARAM_ERROR", "参数错误"),
    msgspec.DecodeError: (400, "PARAM_ERROR", "参数错误"),
}

Work = Callable[[SandboxMerchant, Request, bytes], dict[str, Any] | None]


class _Amount(Struct):
    total: int
    currency: str


class _NewOrder(Struct):
    appid: str
    mchid: str
    description: str
    out_trade_no: str
    notify_url: str
    amount: _Amount
    time_expire: datetime


class _RefundAmount(Struct):
    refund: int
    total: int
    currency: str


class _NewRefund(Struct):
    out_trade_no: str
    out_refund_no: str
    amount: _RefundAmount
    notify_url: str | None = None


class WeChatDesk:
    """Answers WeChat Pay's calls from the sandbox's book."""

    def __init__(self, keys: SandboxKeys, book: Book, courier: Courier, clock: Clock) -> None:
        self._keys, self._book, self._courier, self._clock = keys, book, courier, clock

    def routes(self) -> list[Route]:
        """Return the routes, at the paths of the real host."""
        orders, refunds = "/v3/pay/transactions", "/v3/refund/domestic/refunds"
        return [
            Route(f"{orders}/native", self._answering(self._create), methods=["POST"]),
            Route(f"{orders}/out-trade-no/{{number}}", self._answering(self._query), methods=["GET"]),
            Route(f"{orders}/out-trade-no/{{number}}/close", self._answering(self._close), methods=["POST"]),
            Route(refunds, self._answering(self._refund), methods=["POST"]),
            Route(f"{refunds}/{{number}}", self._answering(self._query_refund), methods=["GET"]),
        ]

    def _answering(self, work: Work) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            if self._book.is_unavailable:
                return Response(msgspec.json.encode({"code": "SYSTEM_ERROR", "message": "系统错误"}), 503)
            body = await request.body()
            merchant = self._merchant(request, body)
            if merchant is None:
                return Response(msgspec.json.encode({"code": "SIGN_ERROR", "message": "签名错误"}), 401)
            try:
                found = work(merchant, request, body)
            except tuple(_REFUSALS) as refusal:
                status, code, message = _REFUSALS[type(refusal)]
                return self._signed(status, {"code": code, "message": message})
            return self._signed(200 if found is not None else 204, found)

        return answer

    def _merchant(self, request: Request, body: bytes) -> SandboxMerchant | None:
        scheme, _, credentials = request.headers.get("authorization", "").partition(" ")
        said = dict(_CREDENTIAL.findall(credentials))
        merchant = next((m for m in self._keys.merchants if m.mchid == said.get("mchid")), None)
        if scheme != SCHEME or merchant is None or said.get("serial_no") != merchant.serial:
            return None
        timestamp, nonce = said.get("timestamp", ""), said.get("nonce_str", "")
        if not timestamp.isdigit() or abs(self._clock().timestamp() - int(timestamp)) > MAX_SKEW_SECONDS:
            return None
        query = request.url.query
        target = request.scope["raw_path"].decode() + (f"?{query}" if query else "")
        message = request_message(request.method, target, timestamp, nonce, body)
        return merchant if is_signed(merchant.wechat_key, message, said.get("signature", "")) else None

    def _signed(self, status: int, found: dict[str, Any] | None) -> Response:
        body = b"" if found is None else msgspec.json.encode(found)
        timestamp, nonce = str(int(self._clock().timestamp())), secrets.token_hex(16)
        headers = {
            "Wechatpay-Serial": self._keys.wechat_serial,
            "Wechatpay-Timestamp": timestamp,
            "Wechatpay-Nonce": nonce,
            "Wechatpay-Signature": sign(self._keys.wechat_key, answer_message(timestamp, nonce, body)),
        }
        return Response(body, status, headers=headers, media_type="application/json")

    def _create(self, merchant: SandboxMerchant, request: Request, body: bytes) -> dict[str, Any]:
        asked = msgspec.json.decode(body, type=_NewOrder)
        if (asked.mchid, asked.appid) != (merchant.mchid, merchant.appid) or asked.amount.total <= 0:
            raise msgspec.ValidationError("mchid, appid or amount")
        order = self._book.open(
            PROVIDER,
            merchant,
            asked.out_trade_no,
            amount_fen=asked.amount.total,
            description=asked.description,
            expires_at=asked.time_expire,
            notify_url=asked.notify_url,
            now=self._clock(),
        )
        return {"code_url": f"{request.base_url}pay/{order.token}"}

    def _query(self, merchant: SandboxMerchant, request: Request, body: bytes) -> dict[str, Any]:
        if request.query_params.get("mchid") != merchant.mchid:
            raise msgspec.ValidationError("mchid")
        order = self._book.of_merchant(PROVIDER, merchant, request.path_params["number"])
        return wechat_trade(order, self._clock())

    def _close(self, merchant: SandboxMerchant, request: Request, body: bytes) -> None:
        order = self._book.of_merchant(PROVIDER, merchant, request.path_params["number"])
        books.close(order, self._clock())

    def _refund(self, merchant: SandboxMerchant, request: Request, body: bytes) -> dict[str, Any]:
        asked = msgspec.json.decode(body, type=_NewRefund)
        order = self._book.of_merchant(PROVIDER, merchant, asked.out_trade_no)
        if asked.amount.total != order.paid_fen and order.state == "paid":
            raise books.RefundTooHigh(asked.out_refund_no)
        now = self._clock()
        refund, is_new = books.ask_refund(
            order, asked.out_refund_no, amount_fen=asked.amount.refund, notify_url=asked.notify_url, now=now
        )
        answer = _refund_answer(order, refund)
        if is_new and self._book.settles_refunds:
            books.settle(refund, now)
            news = notification(self._keys, order, refund, now, Fault.NONE)
            self._courier.until_accepted(refund.number, news)
        return answer

    def _query_refund(self, merchant: SandboxMerchant, request: Request, body: bytes) -> dict[str, Any]:
        order, refund = self._book.with_refund(request.path_params["number"])
        if order.merchant is not merchant or order.provider != PROVIDER:
            raise books.OrderUnknown(refund.number)
        return _refund_answer(order, refund)


def _refund_answer(order: Order, refund: Refund) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "refund_id": refund.reference,
        "out_refund_no": refund.number,
        "transaction_id": order.reference,
        "out_trade_no": order.number,
        "channel": "ORIGINAL",
        "user_received_account": "支付用户零钱",
        "status": {"pending": "PROCESSING", "succeeded": "SUCCESS", "failed": "ABNORMAL"}[refund.state],
        "amount": {"total": order.paid_fen, "refund": refund.amount_fen, "currency": "CNY"},
    }
    if refund.state == "succeeded" and refund.settled_at:
        answer["success_time"] = rfc3339(refund.settled_at)
    return answer
