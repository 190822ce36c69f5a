"""Imports a tenant's purchase orders of the past: decided by the same rules, kept in memory, written once at the end.

An order that is proposed, approved, placed and delivered in parts takes dozens of statements through `operations` and
`receiving`; thousands of them are imported with a handful. No events are told: what is past is no news.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

from transactional.catalogue.operations import StockReceipt
from transactional.clock import business_date
from transactional.database import Connection
from transactional.purchasing.domain import Batch, Move, OrderLine, Status, after, received, with_batches
from transactional.purchasing.lines import NewLine
from transactional.purchasing.refusals import UnknownOrder
from transactional.suppliers.domain import NoSupplierTerms, Terms, check_quantities
from transactional.suppliers.queries import list_terms
from transactional.warehouses.operations import default_warehouse
from transactional.warehouses.placing import Placed, place
from transactional.warehouses.settling import settle

_MOST_TERMS = 1_000_000


@dataclass(frozen=True)
class PastOrder:
    """An order that somebody proposed, approved and placed: three moments of one business day, in this order."""

    order_id: UUID
    reference: str
    supplier_id: UUID
    lines: tuple[NewLine, ...]
    by: str
    proposed_at: datetime
    approved_at: datetime
    ordered_at: datetime


@dataclass(frozen=True)
class PastReceipt:
    """A delivery of an order; with `is_last` nothing more of it will come, whatever is missing."""

    receipt_id: UUID
    order_id: UUID
    batches: tuple[Batch, ...]
    received_at: datetime
    is_last: bool


@dataclass
class _Kept:
    """An order as it stands, with its moves and receipts."""

    order: PastOrder
    lines: list[OrderLine]
    status: Status
    moves: list[tuple[Move, Status | None, Status, datetime]]
    receipts: list[PastReceipt] = field(default_factory=list)


class PastPurchases:
    """A tenant's purchase orders of the past, all for its default warehouse.

    Nobody else may order for the tenant or move its stock meanwhile; the caller sees to that, and books the stock that
    `receive` returns.
    """

    def __init__(self, connection: Connection, tenant_id: UUID, warehouse_id: UUID, terms: list[Terms]):
        """Use `begin`."""
        self._connection = connection
        self._tenant_id = tenant_id
        self._warehouse_id = warehouse_id
        self._terms: dict[tuple[UUID, UUID], list[Terms]] = defaultdict(list)
        for one in terms:
            self._terms[one.supplier_id, one.item_id].append(one)
        self._orders: dict[UUID, _Kept] = {}
        self._arrived: list[tuple[datetime, UUID, int]] = []

    @classmethod
    async def begin(cls, connection: Connection, *, tenant_id: UUID) -> "PastPurchases":
        """Begin with the terms that the tenant has; those that are dated later are not heeded."""
        return cls(
            connection,
            tenant_id,
            await default_warehouse(connection, tenant_id=tenant_id),
            await list_terms(connection, tenant_id=tenant_id, limit=_MOST_TERMS),
        )

    def place(self, order: PastOrder) -> None:
        """Propose, approve and place an order.

        Raises:
            NoSupplierTerms, NotWholePacks, BelowMinimumOrder: the supplier does not sell a line like that.
        """
        day = business_date(order.ordered_at)
        lines = [
            self._line(order.supplier_id, line, number, day) for number, line in enumerate(order.lines, 1)
        ]
        kept = _Kept(
            order, lines, Status.PROPOSED, [(Move.PROPOSE, None, Status.PROPOSED, order.proposed_at)]
        )
        _move(kept, Move.APPROVE, order.approved_at)
        _move(kept, Move.ORDER, order.ordered_at)
        self._orders[order.order_id] = kept

    def receive(self, receipt: PastReceipt) -> list[StockReceipt]:
        """Count a delivery and return what it brings to the shelf.

        Raises:
            UnknownOrder: it was not placed here.
            IllegalOrderMove: nothing is awaited of the order.
            UnknownOrderLine, ExpiredOnArrival, OverReceipt: the lines do not take these batches.
        """
        kept = self._orders.get(receipt.order_id)
        if kept is None:
            raise UnknownOrder(receipt.order_id)
        at = receipt.received_at
        after(receipt.order_id, kept.status, Move.RECEIVE)
        kept.lines = with_batches(kept.lines, receipt.batches, business_date(at))
        _move(kept, Move.RECEIVE, at)
        if receipt.is_last and kept.status is not Status.RECEIVED:
            _move(kept, Move.CLOSE, at)
        kept.receipts.append(receipt)
        pieces: dict[UUID, int] = defaultdict(int)
        for batch in receipt.batches:
            pieces[kept.lines[batch.line_no - 1].item_id] += batch.quantity
        came = [(item, quantity) for item, quantity in sorted(pieces.items()) if quantity]
        self._arrived += [(at, item, quantity) for item, quantity in came]
        return [StockReceipt(item, quantity, str(receipt.receipt_id), at) for item, quantity in came]

    async def put_away(self, items: Collection[UUID], now: datetime) -> None:
        """Put into the warehouse what came since the last time, and take what left the shop's stock until now."""
        by_moment: dict[datetime, list[Placed]] = defaultdict(list)
        for at, item, quantity in self._arrived:
            by_moment[at].append(Placed(self._tenant_id, self._warehouse_id, item, quantity))
        async with self._connection.transaction():
            for at, placed in by_moment.items():
                await place(self._connection, placed, reason="receipt", at=at)
            await settle(self._connection, [(self._tenant_id, item) for item in items], now=now)
        self._arrived.clear()

    async def write(self, order_id: UUID) -> None:
        """Write an order of which nothing more comes before all others are, as for a trial that is judged by it.

        Raises:
            UnknownOrder: it was not placed here.
        """
        kept = self._orders.pop(order_id, None)
        if kept is None:
            raise UnknownOrder(order_id)
        await self._write([kept])

    async def finish(self) -> None:
        """Write all orders as they stand; the import ends with it."""
        await self._write(list(self._orders.values()))
        self._orders.clear()

    async def _write(self, orders: list[_Kept]) -> None:
        async with self._connection.transaction():
            for table, columns, rows in self._rows(orders):
                await self._connection.copy_records_to_table(
                    table, schema_name="mall", columns=("tenant_id", *columns), records=rows
                )

    def _line(self, supplier_id: UUID, line: NewLine, number: int, day: date) -> OrderLine:
        terms = next(
            (
                one
                for one in self._terms[supplier_id, line.item_id]
                if one.valid_from <= day and (one.valid_until is None or one.valid_until >= day)
            ),
            None,
        )
        if terms is None:
            raise NoSupplierTerms(line.item_id, day)
        check_quantities(terms, [line.quantity])
        return OrderLine(
            number, line.item_id, self._warehouse_id, terms.terms_id, line.quantity, terms.unit_cost(line.quantity),
            terms.lead_time_days, day + timedelta(days=terms.lead_time_days), terms.most_quantity(line.quantity),
        )  # fmt: skip

    def _rows(self, orders: list[_Kept]) -> Iterator[tuple[str, tuple[str, ...], list[tuple[Any, ...]]]]:
        """Yield table, columns after the tenant's and rows, in the order in which they depend on each other."""
        tenant = self._tenant_id
        yield "purchase_order", _ORDER, [(tenant, *_order_row(kept)) for kept in orders]
        yield "purchase_order_line", _LINE, [
            (tenant, kept.order.order_id, *(getattr(line, name) for name in _LINE[1:]))
            for kept in orders
            for line in kept.lines
        ]  # fmt: skip
        yield "purchase_order_move", _MOVE, [
            (tenant, kept.order.order_id, *move[:3], kept.order.by, move[3]) for kept in orders for move in kept.moves
        ]  # fmt: skip
        receipts = [(kept, receipt) for kept in orders for receipt in kept.receipts]
        yield "receipt", _RECEIPT, [
            (tenant, r.receipt_id, r.order_id, str(r.receipt_id), _hash(r.receipt_id), kept.order.by, r.received_at)
            for kept, r in receipts
        ]  # fmt: skip
        yield "receipt_batch", _BATCH, [
            (
                tenant, r.receipt_id, number, r.order_id, batch.line_no, kept.lines[batch.line_no - 1].item_id,
                self._warehouse_id, batch.quantity, batch.damaged_quantity, batch.expires_on, r.received_at,
            )
            for kept, r in receipts
            for number, batch in enumerate(r.batches, 1)
        ]  # fmt: skip


_ORDER = (
    "purchase_order_id", "reference", "request_hash", "supplier_id", "origin", "status", "order_by", "created_by",
    "created_at", "approved_by", "approved_at", "ordered_at", "first_received_at", "received_at",
)  # fmt: skip
_LINE = (
    "purchase_order_id", "line_no", "item_id", "warehouse_id", "terms_id", "quantity", "unit_cost_fen", "lead_time_days",
    "expected_on", "most_quantity", "received_quantity", "damaged_quantity",
)  # fmt: skip
_MOVE = ("purchase_order_id", "move", "from_status", "status", "moved_by", "moved_at")
_RECEIPT = ("receipt_id", "purchase_order_id", "reference", "request_hash", "received_by", "received_at")
_BATCH = (
    "receipt_id", "batch_no", "purchase_order_id", "line_no", "item_id", "warehouse_id", "quantity", "damaged_quantity",
    "expires_on", "received_at",
)  # fmt: skip


def _move(kept: _Kept, move: Move, at: datetime) -> None:
    status = after(kept.order.order_id, kept.status, move)
    if move is Move.RECEIVE:
        status = received(status, kept.lines)
    kept.moves.append((move, kept.status, status, at))
    kept.status = status


def _order_row(kept: _Kept) -> tuple[Any, ...]:
    order, receipts = kept.order, kept.receipts
    return (
        order.order_id, order.reference, _hash(order.order_id), order.supplier_id, "manual", kept.status,
        business_date(order.ordered_at), order.by, order.proposed_at, order.by, order.approved_at, order.ordered_at,
        receipts[0].received_at if receipts else None,
        receipts[-1].received_at if kept.status is Status.RECEIVED else None,
    )  # fmt: skip


def _hash(identifier: UUID) -> bytes:
    """Stand for the hash of a request that nobody sent."""
    return sha256(identifier.bytes).digest()
