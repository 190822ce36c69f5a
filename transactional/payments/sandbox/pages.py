"""The page behind a code: a person pays or cancels, as they would in their phone's wallet."""

from html import escape
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from transactional.clock import Clock
from transactional.payments.sandbox import book as books
from transactional.payments.sandbox.book import Book, Order
from transactional.payments.sandbox.delivery import Courier
from transactional.payments.sandbox.key_files import SandboxKeys
from transactional.payments.sandbox.notices import Fault, notification
from transactional.payments.yuan import to_yuan

_PROVIDERS = {"wechat": "微信支付 WeChat Pay", "alipay": "支付宝 Alipay"}
_HEADERS = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'"}
_PAGE = """<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>沙箱支付 Sandbox payment</title><style>
:root {{ color-scheme: light dark; font: 1rem/1.5 system-ui, "Noto Sans CJK SC", sans-serif }}
body {{ max-width: 22rem; margin: 3rem auto; padding: 0 1rem; text-align: center }}
strong {{ display: block; font-size: 2.5rem }} small {{ opacity: .75 }}
button {{ width: 100%; min-height: 3rem; margin-top: .75rem; font: inherit; border-radius: .5rem }}
</style></head><body><main>
<h1>{provider}</h1><p>{description}</p><strong>¥{amount}</strong>{rest}
<p><small>沙箱：不会扣款 · Sandbox: no money moves</small></p>
</main></body></html>"""
_BUTTONS = """<form method="post">
<button name="action" value="pay">支付 Pay</button>
<button name="action" value="cancel">取消 Cancel</button></form>"""


class PayPage:
    """Shows an order to the person who scanned its code and takes their decision."""

    def __init__(self, keys: SandboxKeys, book: Book, courier: Courier, clock: Clock) -> None:
        self._keys, self._book, self._courier, self._clock = keys, book, courier, clock

    def routes(self) -> list[Route]:
        """Return the page's routes."""
        return [
            Route("/pay/{token}", self._show, methods=["GET"]),
            Route("/pay/{token}", self._decide, methods=["POST"]),
        ]

    async def _show(self, request: Request) -> Response:
        order = self._order(request)
        if order is None:
            return HTMLResponse("<p>没有这笔订单 · No such order</p>", 404, headers=_HEADERS)
        order.is_scanned = True
        page = _PAGE.format(
            provider=_PROVIDERS[order.provider],
            description=escape(order.description),
            amount=to_yuan(order.paid_fen or order.amount_fen),
            rest=self._rest(order),
        )
        return HTMLResponse(page, headers=_HEADERS)

    def _rest(self, order: Order) -> str:
        if order.state == "paid":
            return '<p role="status">已支付 Paid</p>'
        if order.is_closed(self._clock()):
            return '<p role="status">已关闭 Closed</p>'
        return _BUTTONS

    async def _decide(self, request: Request) -> Response:
        order = self._order(request)
        if order is None:
            return HTMLResponse("<p>没有这笔订单 · No such order</p>", 404, headers=_HEADERS)
        action = parse_qs((await request.body()).decode(errors="replace")).get("action", [""])[0]
        now = self._clock()
        try:
            if action == "pay":
                books.pay(order, now)
                news = notification(self._keys, order, None, now, Fault.NONE)
                self._courier.until_accepted(order.number, news)
            elif action == "cancel":
                order.is_scanned = True
                books.close(order, now)
        except (books.OrderPaid, books.OrderClosed):
            pass  # Pressed twice or too late: the page shows what is.
        return RedirectResponse(request.url.path, 303)

    def _order(self, request: Request) -> Order | None:
        token = request.path_params["token"]
        return next((order for order in self._book.orders() if order.token == token), None)
