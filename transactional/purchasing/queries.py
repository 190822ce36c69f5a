"""Purchase orders as their tenant sees them."""

from typing import Any
from uuid import UUID

from transactional.database import Connection
from transactional.purchasing.refusals import UnknownOrder

_ORDERS = """
select o.purchase_order_id, o.reference, o.supplier_id, s.code as supplier_code, o.origin, o.origin_reference, o.status,
    o.order_by, o.created_by, o.created_at, o.approved_by, o.approved_at, o.ordered_at, o.first_received_at,
    o.received_at, o.ended_at
from mall.purchase_order o
join mall.supplier s using (tenant_id, supplier_id)
where o.tenant_id = $1
"""
_LINES = """
select purchase_order_id, line_no, item_id, warehouse_id, quantity, unit_cost_fen, quantity * unit_cost_fen as cost_fen,
    expected_on, most_quantity, received_quantity, damaged_quantity
from mall.purchase_order_line
where tenant_id = $1 and purchase_order_id = any($2::uuid[]) and quantity > 0
order by purchase_order_id, line_no
"""
_MOVES = """
select move, from_status, status, moved_by, note, moved_at
from mall.purchase_order_move
where tenant_id = $1 and purchase_order_id = $2
order by recorded_at
"""
_RECEIPTS = """
select r.receipt_id, r.reference, r.received_by, r.received_at, b.line_no, b.quantity, b.damaged_quantity, b.expires_on
from mall.receipt r
join mall.receipt_batch b using (tenant_id, receipt_id)
where r.tenant_id = $1 and r.purchase_order_id = $2
order by r.recorded_at, b.batch_no
"""


async def list_orders(
    connection: Connection,
    *,
    tenant_id: UUID,
    status: str | None = None,
    supplier_id: UUID | None = None,
    origin: str | None = None,
    origin_reference: str | None = None,
    after: UUID | None = None,
    limit: int = 1,
) -> list[dict[str, Any]]:
    """Return orders with their lines in the order they were proposed, those after one."""
    rows = await connection.fetch(
        f"{_ORDERS} and ($2::text is null or o.status = $2) and ($3::uuid is null or o.supplier_id = $3) "
        "and ($4::text is null or o.origin = $4) and ($5::text is null or o.origin_reference = $5) "
        "and ($6::uuid is null or o.purchase_order_id > $6) order by o.purchase_order_id limit $7",
        tenant_id,
        status,
        supplier_id,
        origin,
        origin_reference,
        after,
        limit,
    )
    return await _with_lines(connection, tenant_id, [dict(row) for row in rows])


async def order_of(connection: Connection, *, tenant_id: UUID, reference: str) -> UUID:
    """Return the id of the order with a reference.

    Raises:
        UnknownOrder: the tenant has none.
    """
    found: UUID | None = await connection.fetchval(
        "select purchase_order_id from mall.purchase_order where tenant_id = $1 and reference = $2",
        tenant_id,
        reference,
    )
    if found is None:
        raise UnknownOrder(reference)
    return found


async def lines_by_item(connection: Connection, *, tenant_id: UUID, order_id: UUID) -> dict[UUID, list[int]]:
    """Return the numbers of an order's lines by their items."""
    rows = await connection.fetch(
        "select item_id, array_agg(line_no order by line_no) as lines from mall.purchase_order_line "
        "where tenant_id = $1 and purchase_order_id = $2 and quantity > 0 group by item_id",
        tenant_id,
        order_id,
    )
    return {row["item_id"]: row["lines"] for row in rows}


async def find_order(connection: Connection, *, tenant_id: UUID, order_id: UUID) -> dict[str, Any]:
    """Return an order with its lines, its moves and its receipts.

    Raises:
        UnknownOrder: the tenant has none with this id.
    """
    row = await connection.fetchrow(f"{_ORDERS} and o.purchase_order_id = $2", tenant_id, order_id)
    if row is None:
        raise UnknownOrder(order_id)
    (order,) = await _with_lines(connection, tenant_id, [dict(row)])
    order["moves"] = [dict(move) for move in await connection.fetch(_MOVES, tenant_id, order_id)]
    receipts: dict[UUID, dict[str, Any]] = {}
    for batch in await connection.fetch(_RECEIPTS, tenant_id, order_id):
        receipt = receipts.setdefault(batch["receipt_id"], {**batch, "batches": []})
        receipt["batches"].append(dict(batch))
    order["receipts"] = list(receipts.values())
    return order


async def _with_lines(
    connection: Connection, tenant_id: UUID, orders: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    by_id = {order["purchase_order_id"]: order | {"lines": [], "cost_fen": 0} for order in orders}
    for row in await connection.fetch(_LINES, tenant_id, list(by_id)):
        line = dict(row)
        order = by_id[line.pop("purchase_order_id")]
        order["lines"].append(line)
        order["cost_fen"] += line["cost_fen"]
    return list(by_id.values())
