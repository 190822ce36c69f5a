"""What a tester may do to the sandbox: pay late or wrongly, repeat, delay, spoil, settle and switch off."""

from collections.abc import Awaitable, Callable
from typing import Any, Literal

import msgspec
from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from transactional.clock import Clock
from transactional.payments.sandbox import book as books
from transactional.payments.sandbox.book import Book, Order, Refund
from transactional.payments.sandbox.delivery import Courier, Delivery
from transactional.payments.sandbox.key_files import SandboxKeys
from transactional.payments.sandbox.notices import Fault, aged, notification


class Notify(Struct, frozen=True, forbid_unknown_fields=True):
    """How to tell the merchant: how often, with which fault, signed how many seconds ago, after which delay.

    `replay` sends the bytes of the last notification again instead of a new one.
    """

    times: int = 1
    fault: Fault = Fault.NONE
    age_seconds: int = 0
    delay_seconds: float = 0
    replay: bool = False


class Payment(Struct, frozen=True, forbid_unknown_fields=True):
    """How to pay: another amount, although closed or expired, and whether to tell."""

    amount_fen: int | None = None
    late: bool = False
    notify: Notify | None = Notify()


class Settlement(Struct, frozen=True, forbid_unknown_fields=True):
    """How a pending refund ends, and whether to tell."""

    succeeds: bool = True
    notify: Notify | None = Notify()


class Switches(Struct, frozen=True, forbid_unknown_fields=True):
    """Whether the providers answer at all, and whether refunds end by themselves or wait for a settlement."""

    unavailable: bool | None = None
    refunds: Literal["instant", "manual"] | None = None


class ControlDesk:
    """Carries out the testers' wishes. Notifications sent at once are answered with what the merchant said."""

    def __init__(self, keys: SandboxKeys, book: Book, courier: Courier, clock: Clock) -> None:
        self._keys, self._book, self._courier, self._clock = keys, book, courier, clock

    def routes(self) -> list[Route]:
        """Return the routes under /control."""
        wishes: dict[str, Callable[[Request, bytes], Awaitable[dict[str, Any]]]] = {
            "/control/orders/{number}/pay": self._pay,
            "/control/orders/{number}/cancel": self._cancel,
            "/control/orders/{number}/notify": self._notify,
            "/control/refunds/{number}/settle": self._settle,
            "/control/refunds/{number}/notify": self._notify_refund,
            "/control/switches": self._switch,
        }
        return [
            Route("/control/orders", self._list, methods=["GET"]),
            *(Route(path, _answering(wish), methods=["POST"]) for path, wish in wishes.items()),
        ]

    async def _list(self, request: Request) -> Response:
        now = self._clock()
        return _json(
            [
                {
                    "provider": order.provider,
                    "tenant": order.merchant.tenant,
                    "number": order.number,
                    "amount_fen": order.amount_fen,
                    "paid_fen": order.paid_fen,
                    "state": "closed" if order.is_closed(now) else order.state,
                    "code_url": f"{request.base_url}pay/{order.token}",
                    "refunds": [
                        {"number": r.number, "amount_fen": r.amount_fen, "state": r.state}
                        for r in order.refunds.values()
                    ],
                }
                for order in self._book.orders()
            ]
        )

    async def _pay(self, request: Request, body: bytes) -> dict[str, Any]:
        wish = msgspec.json.decode(body or b"{}", type=Payment)
        order = self._book.numbered(request.path_params["number"])
        books.pay(order, self._clock(), amount_fen=wish.amount_fen, late=wish.late)
        return await self._tell(order, None, wish.notify)

    async def _cancel(self, request: Request, body: bytes) -> dict[str, Any]:
        order = self._book.numbered(request.path_params["number"])
        order.is_scanned = True
        books.close(order, self._clock())
        return {"deliveries": []}

    async def _notify(self, request: Request, body: bytes) -> dict[str, Any]:
        order = self._book.numbered(request.path_params["number"])
        return await self._tell(order, None, msgspec.json.decode(body or b"{}", type=Notify))

    async def _settle(self, request: Request, body: bytes) -> dict[str, Any]:
        wish = msgspec.json.decode(body or b"{}", type=Settlement)
        order, refund = self._book.with_refund(request.path_params["number"])
        books.settle(refund, self._clock(), succeeds=wish.succeeds)
        return await self._tell(order, refund, wish.notify)

    async def _notify_refund(self, request: Request, body: bytes) -> dict[str, Any]:
        order, refund = self._book.with_refund(request.path_params["number"])
        return await self._tell(order, refund, msgspec.json.decode(body or b"{}", type=Notify))

    async def _switch(self, request: Request, body: bytes) -> dict[str, Any]:
        wish = msgspec.json.decode(body or b"{}", type=Switches)
        if wish.unavailable is not None:
            self._book.is_unavailable = wish.unavailable
        if wish.refunds is not None:
            self._book.settles_refunds = wish.refunds == "instant"
        return {
            "unavailable": self._book.is_unavailable,
            "refunds": "instant" if self._book.settles_refunds else "manual",
        }

    async def _tell(self, order: Order, refund: Refund | None, wish: Notify | None) -> dict[str, Any]:
        if wish is None:
            return {"deliveries": []}
        number = refund.number if refund else order.number
        if wish.replay:
            if number not in self._courier.last:
                raise books.OrderUnknown(number)
            news = self._courier.last[number]
        else:
            signed_at = aged(self._clock(), wish.age_seconds)
            news = notification(self._keys, order, refund, signed_at, wish.fault)
        if wish.delay_seconds > 0:
            for _ in range(wish.times):
                self._courier.later(number, news, seconds=wish.delay_seconds)
            return {"deliveries": []}
        done: list[Delivery] = [await self._courier.deliver(number, news) for _ in range(wish.times)]
        return {"deliveries": [{"status": one.status, "answer": one.answer} for one in done]}


def _answering(
    wish: Callable[[Request, bytes], Awaitable[dict[str, Any]]],
) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        try:
            return _json(await wish(request, await request.body()))
        except books.OrderUnknown:
            return _json({"error": "unknown number, or nothing was sent yet"}, 404)
        except (books.OrderPaid, books.OrderClosed) as refusal:
            return _json(
                {"error": f"the order is {type(refusal).__name__.removeprefix('Order').lower()}"}, 409
            )
        except msgspec.MsgspecError as error:
            return _json({"error": str(error)}, 422)

    return answer


def _json(found: object, status: int = 200) -> Response:
    return Response(msgspec.json.encode(found), status, media_type="application/json")
