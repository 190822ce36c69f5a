"""Books deliveries of purchase orders: counted once, into their warehouse and into what can be sold, together."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from transactional.catalogue.allotment import lock_stock
from transactional.catalogue.offers import refuse_codes
from transactional.clock import business_date
from transactional.database import Connection
from transactional.problems import InvalidRequest
from transactional.purchasing.domain import Batch, Move, OrderLine, after, received, with_batches
from transactional.purchasing.operations import stamp
from transactional.purchasing.refusals import ReceiptExists
from transactional.purchasing.writing import lock_order, note_move
from transactional.warehouses.placing import Placed, place

_WRITE_BATCHES = """
insert into mall.receipt_batch (tenant_id, receipt_id, batch_no, purchase_order_id, line_no, item_id, warehouse_id,
    quantity, damaged_quantity, expires_on, received_at)
select $1, $2, b.batch_no, $3, b.line_no, l.item_id, l.warehouse_id, b.quantity, b.damaged_quantity, b.expires_on, $4
from unnest($5::smallint[], $6::smallint[], $7::bigint[], $8::bigint[], $9::date[])
    as b(batch_no, line_no, quantity, damaged_quantity, expires_on)
join mall.purchase_order_line l on l.tenant_id = $1 and l.purchase_order_id = $3 and l.line_no = b.line_no
"""
_COUNT_LINES = """
update mall.purchase_order_line l set received_quantity = c.received_quantity, damaged_quantity = c.damaged_quantity
from unnest($3::smallint[], $4::bigint[], $5::bigint[]) as c(line_no, received_quantity, damaged_quantity)
where l.tenant_id = $1 and l.purchase_order_id = $2 and l.line_no = c.line_no
    and (l.received_quantity, l.damaged_quantity) is distinct from (c.received_quantity, c.damaged_quantity)
"""
# What came in of an item is one movement of its stock.
_RAISE_STOCK = """
with came as (
    select * from unnest($2::uuid[], $3::bigint[]) as c(item_id, quantity)
), moved as (
    insert into mall.stock_movement (tenant_id, item_id, quantity, reason, reference, effective_at)
    select $1, item_id, quantity, 'receipt', $4, $5 from came
)
update mall.stock s set on_hand = s.on_hand + c.quantity
from came c
where s.tenant_id = $1 and s.item_id = c.item_id
"""


@dataclass(frozen=True)
class NewReceipt:
    """A delivery as it was counted; `reference` is the delivery note's, so that it is booked once."""

    reference: str
    batches: tuple[Batch, ...]
    received_by: str
    received_at: datetime


async def receive(
    connection: Connection,
    *,
    tenant_id: UUID,
    order_id: UUID,
    receipt_id: UUID,
    new: NewReceipt,
    request_hash: bytes,
) -> tuple[UUID, bool]:
    """Book a delivery of an order inside the caller's transaction.

    Good pieces raise what can be sold and what lies in the line's warehouse; damaged ones are counted alone.

    Args:
        receipt_id: its id, if it is new.
        request_hash: SHA-256 of what was asked, 32 bytes; the same reference and hash are a retry.

    Returns:
        The receipt's id, and whether this call booked it.

    Raises:
        UnknownOrder: it is not there.
        ReceiptExists: the reference names another receipt of the order.
        IllegalOrderMove: nothing is awaited of the order.
        InvalidRequest: the delivery came before the order was placed.
        UnknownOrderLine, ExpiredOnArrival, OverReceipt: the lines do not take these batches.
        StockOfCodes: the stock of an item is its codes.
    """
    order = await lock_order(connection, tenant_id=tenant_id, order_id=order_id)
    # Under the order's lock, so that nobody books it meanwhile.
    known = await connection.fetchrow(
        "select receipt_id, request_hash from mall.receipt "
        "where tenant_id = $1 and purchase_order_id = $2 and reference = $3",
        tenant_id,
        order_id,
        new.reference,
    )
    if known is not None:
        if known["request_hash"] != request_hash:
            raise ReceiptExists(new.reference, known["receipt_id"])
        return known["receipt_id"], False
    reached = after(order_id, order.status, Move.RECEIVE)
    if order.ordered_at is not None and new.received_at < order.ordered_at:
        raise InvalidRequest(
            f"received_at: the order was placed at {order.ordered_at.isoformat()}, after this"
        )
    counted = with_batches(order.lines, new.batches, business_date(new.received_at))
    status = received(reached, counted)
    await connection.execute(
        "insert into mall.receipt (tenant_id, receipt_id, purchase_order_id, reference, request_hash, received_by, "
        "received_at) values ($1, $2, $3, $4, $5, $6, $7)",
        tenant_id,
        receipt_id,
        order_id,
        new.reference,
        request_hash,
        new.received_by,
        new.received_at,
    )
    await _write_batches(connection, tenant_id, order_id, receipt_id, new)
    await connection.execute(
        _COUNT_LINES,
        tenant_id,
        order_id,
        [line.line_no for line in counted],
        [line.received_quantity for line in counted],
        [line.damaged_quantity for line in counted],
    )
    await _raise_stock(connection, tenant_id, receipt_id, order.lines, counted, new.received_at)
    await stamp(
        connection,
        tenant_id=tenant_id,
        order_id=order_id,
        status=status,
        by=new.received_by,
        now=new.received_at,
    )
    await note_move(
        connection, tenant_id=tenant_id, order_id=order_id, move=Move.RECEIVE, before=order.status, status=status,
        by=new.received_by, note=None, now=new.received_at,
    )  # fmt: skip
    return receipt_id, True


async def _write_batches(
    connection: Connection, tenant_id: UUID, order_id: UUID, receipt_id: UUID, new: NewReceipt
) -> None:
    await connection.execute(
        _WRITE_BATCHES,
        tenant_id,
        receipt_id,
        order_id,
        new.received_at,
        list(range(1, len(new.batches) + 1)),
        [b.line_no for b in new.batches],
        [b.quantity for b in new.batches],
        [b.damaged_quantity for b in new.batches],
        [b.expires_on for b in new.batches],
    )


async def _raise_stock(
    connection: Connection,
    tenant_id: UUID,
    receipt_id: UUID,
    before: Sequence[OrderLine],
    counted: Sequence[OrderLine],
    at: datetime,
) -> None:
    """Put the good pieces on the shelf and into their warehouses; stock is locked first, then its places."""
    placed = [
        Placed(tenant_id, line.warehouse_id, line.item_id, line.received_quantity - former.received_quantity)
        for former, line in zip(before, counted, strict=True)
        if line.received_quantity > former.received_quantity
    ]
    if not placed:
        return
    pieces: dict[UUID, int] = defaultdict(int)
    for one in placed:
        pieces[one.item_id] += one.quantity
    items = sorted(pieces)
    await lock_stock(connection, tenant_id=tenant_id, item_ids=items)
    # Codes may have been added since the order was written.
    await refuse_codes(connection, tenant_id=tenant_id, item_ids=items)
    await connection.execute(
        _RAISE_STOCK, tenant_id, items, [pieces[item] for item in items], str(receipt_id), at
    )
    await place(connection, placed, reason="receipt", at=at)
