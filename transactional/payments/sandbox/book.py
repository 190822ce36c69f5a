"""The sandbox's orders and refunds, in memory: what may happen to them, in no provider's words."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from transactional.payments.sandbox.key_files import SandboxMerchant


class OrderUnknown(Exception):
    """No order or refund has this number."""


class OrderPaid(Exception):
    """The order is paid."""


class OrderClosed(Exception):
    """The order is closed or has expired."""


class OrderDiffers(Exception):
    """The number was used for an order or refund with other contents."""


class RefundTooHigh(Exception):
    """More would be given back than was paid."""


@dataclass
class Refund:
    """Money on its way back; state is pending, succeeded or failed."""

    number: str
    amount_fen: int
    notify_url: str | None
    reference: str
    state: str = "pending"
    settled_at: datetime | None = None


@dataclass
class Order:
    """An order; state is open, paid or closed. `paid_fen` differs from the amount only by a tester's wish."""

    provider: str
    merchant: SandboxMerchant
    number: str
    amount_fen: int
    description: str
    expires_at: datetime
    notify_url: str
    token: str
    reference: str
    state: str = "open"
    is_scanned: bool = False
    paid_fen: int = 0
    paid_at: datetime | None = None
    closed_at: datetime | None = None
    refunds: dict[str, Refund] = field(default_factory=dict)

    def is_closed(self, now: datetime) -> bool:
        """Tell whether the order was closed or ran out unpaid."""
        return self.state == "closed" or (self.state == "open" and now >= self.expires_at)

    @property
    def refunded_fen(self) -> int:
        """The sum given back so far."""
        return sum(refund.amount_fen for refund in self.refunds.values() if refund.state == "succeeded")


class Book:
    """All orders by provider and number, and the testers' switches."""

    def __init__(self) -> None:
        self._orders: dict[tuple[str, str, str], Order] = {}
        self.is_unavailable = False
        self.settles_refunds = True

    def orders(self) -> Iterable[Order]:
        """Return all orders, oldest first."""
        return self._orders.values()

    def open(
        self,
        provider: str,
        merchant: SandboxMerchant,
        number: str,
        *,
        amount_fen: int,
        description: str,
        expires_at: datetime,
        notify_url: str,
        now: datetime,
    ) -> Order:
        """Return a new order, or the one that was opened with the same contents before.

        Raises:
            OrderDiffers: the number stands for another order.
            OrderPaid: it is paid.
            OrderClosed: it is closed.
        """
        key = (provider, merchant.tenant, number)
        order = self._orders.get(key)
        if order is None:
            order = Order(
                provider, merchant, number, amount_fen, description, expires_at, notify_url,
                token=secrets.token_urlsafe(9),
                reference=f"{now:%Y%m%d}{secrets.randbelow(10**20):020d}",
            )  # fmt: skip
            self._orders[key] = order
        if order.amount_fen != amount_fen or order.description != description:
            raise OrderDiffers(number)
        if order.state == "paid":
            raise OrderPaid(number)
        if order.is_closed(now):
            raise OrderClosed(number)
        return order

    def of_merchant(self, provider: str, merchant: SandboxMerchant, number: str) -> Order:
        """Return a merchant's order.

        Raises:
            OrderUnknown: it has none of that number.
        """
        order = self._orders.get((provider, merchant.tenant, number))
        if order is None:
            raise OrderUnknown(number)
        return order

    def numbered(self, number: str) -> Order:
        """Return the order of that number or token, whosever it is.

        Raises:
            OrderUnknown: there is none.
        """
        for order in self._orders.values():
            if number in (order.number, order.token):
                return order
        raise OrderUnknown(number)

    def with_refund(self, number: str) -> tuple[Order, Refund]:
        """Return the order with a refund of that number, and the refund.

        Raises:
            OrderUnknown: there is none.
        """
        for order in self._orders.values():
            if number in order.refunds:
                return order, order.refunds[number]
        raise OrderUnknown(number)


def pay(order: Order, now: datetime, *, amount_fen: int | None = None, late: bool = False) -> None:
    """Pay an order; `late` pays one that is closed or expired, `amount_fen` another amount: both test the merchant.

    Raises:
        OrderPaid: it is paid already.
        OrderClosed: it is closed, and `late` is not wished.
    """
    if order.state == "paid":
        raise OrderPaid(order.number)
    if order.is_closed(now) and not late:
        raise OrderClosed(order.number)
    order.state, order.is_scanned, order.closed_at = "paid", True, None
    order.paid_fen, order.paid_at = amount_fen or order.amount_fen, now


def close(order: Order, now: datetime) -> None:
    """Close an order; twice is once.

    Raises:
        OrderPaid: it is paid.
    """
    if order.state == "paid":
        raise OrderPaid(order.number)
    if order.state == "open":
        order.state, order.closed_at = "closed", now


def ask_refund(
    order: Order, number: str, *, amount_fen: int, notify_url: str | None, now: datetime
) -> tuple[Refund, bool]:
    """Return a refund of an order and whether it is new.

    Raises:
        OrderUnknown: the order was not paid.
        OrderDiffers: the number stands for another refund.
        RefundTooHigh: more than what is left was asked for.
    """
    if order.state != "paid":
        raise OrderUnknown(order.number)
    refund = order.refunds.get(number)
    if refund is not None:
        if refund.amount_fen != amount_fen:
            raise OrderDiffers(number)
        return refund, False
    asked = sum(r.amount_fen for r in order.refunds.values() if r.state != "failed")
    if asked + amount_fen > order.paid_fen:
        raise RefundTooHigh(number)
    refund = Refund(number, amount_fen, notify_url, f"50{now:%Y%m%d}{secrets.randbelow(10**18):018d}")
    order.refunds[number] = refund
    return refund, True


def settle(refund: Refund, now: datetime, *, succeeds: bool = True) -> None:
    """End a pending refund; one that ended stays as it is."""
    if refund.state == "pending":
        refund.state, refund.settled_at = "succeeded" if succeeds else "failed", now
