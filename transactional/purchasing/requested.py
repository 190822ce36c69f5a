"""Proposes orders and books deliveries as a request or the rows of a file tell them.

Who tells it is no part of what is told: the same order told by another, or the other way, is the same order.
"""

from datetime import datetime
from uuid import UUID

from transactional.database import Connection
from transactional.identifiers import uuid7
from transactional.purchasing.documents import LineRequest, OrderRequest, ReceiptRequest
from transactional.purchasing.domain import Batch
from transactional.purchasing.lines import NewLine
from transactional.purchasing.operations import NewOrder, propose_order
from transactional.purchasing.receiving import NewReceipt, receive
from transactional.request_hash import request_hash
from transactional.request_types import require_past


async def propose_as_asked(
    connection: Connection, *, tenant_id: UUID, asked: OrderRequest, by: str, now: datetime
) -> tuple[UUID, bool]:
    """Propose an order inside the caller's transaction; return its id and whether this call proposed it.

    Raises:
        Problem: as `propose_order` says.
    """
    return await propose_order(
        connection,
        tenant_id=tenant_id,
        order_id=uuid7(now),
        new=NewOrder(
            asked.reference, asked.supplier_id, asked_lines(asked.lines), by, order_by=asked.order_by
        ),
        request_hash=request_hash(asked, without={"created_by"}),
        now=now,
    )


async def receive_as_asked(
    connection: Connection, *, tenant_id: UUID, order_id: UUID, asked: ReceiptRequest, by: str, now: datetime
) -> bool:
    """Book a delivery inside the caller's transaction and tell whether this call booked it.

    Raises:
        InvalidRequest: it came in the future.
        Problem: as `receive` says.
    """
    received_at = asked.received_at or now
    require_past("received_at", received_at, now)
    batches = tuple(Batch(**dict(batch)) for batch in asked.batches)
    _, is_new = await receive(
        connection,
        tenant_id=tenant_id,
        order_id=order_id,
        receipt_id=uuid7(now),
        new=NewReceipt(asked.reference, batches, by, received_at),
        request_hash=request_hash(asked, without={"received_by"}),
    )
    return is_new


def asked_lines(asked: list[LineRequest]) -> tuple[NewLine, ...]:
    """Return lines as an order has them."""
    return tuple(NewLine(line.item_id, line.quantity, line.warehouse_id) for line in asked)
