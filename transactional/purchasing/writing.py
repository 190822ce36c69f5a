"""Reads and writes purchase orders with their lines, the audit of their moves, and the events that tell of them."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from uuid import UUID

from transactional.database import Connection
from transactional.purchasing.domain import Move, OrderLine, Status
from transactional.purchasing.refusals import UnknownOrder

_LINE_FIELDS = [field.name for field in fields(OrderLine)]
# A line that was struck out stays with a quantity of 0.
_LINES = f"""
select {", ".join(_LINE_FIELDS)}
from mall.purchase_order_line
where tenant_id = $1 and purchase_order_id = $2 and quantity > 0
order by line_no
"""
_WRITE_LINES = """
insert into mall.purchase_order_line (tenant_id, purchase_order_id, line_no, item_id, warehouse_id, terms_id, quantity,
    unit_cost_fen, lead_time_days, expected_on, most_quantity)
select $1, $2, l.*
from unnest($3::smallint[], $4::uuid[], $5::uuid[], $6::uuid[], $7::bigint[], $8::bigint[], $9::int[], $10::date[],
    $11::bigint[]) as l
on conflict (tenant_id, purchase_order_id, line_no) do update set item_id = excluded.item_id,
    warehouse_id = excluded.warehouse_id, terms_id = excluded.terms_id, quantity = excluded.quantity,
    unit_cost_fen = excluded.unit_cost_fen, lead_time_days = excluded.lead_time_days,
    expected_on = excluded.expected_on, most_quantity = excluded.most_quantity
"""
# The event holds the order as it stands after the move.
_TELL = """
insert into mall.outbox (tenant_id, topic, subject_id, payload)
select o.tenant_id, 'purchase_order.' || o.status, o.purchase_order_id, jsonb_build_object(
    'purchase_order_id', o.purchase_order_id, 'reference', o.reference, 'supplier_id', o.supplier_id,
    'origin', o.origin, 'status', o.status, 'order_by', o.order_by,
    'lines', (
        select jsonb_agg(jsonb_build_object('line_no', l.line_no, 'item_id', l.item_id, 'warehouse_id', l.warehouse_id,
            'quantity', l.quantity, 'unit_cost_fen', l.unit_cost_fen, 'expected_on', l.expected_on,
            'received_quantity', l.received_quantity, 'damaged_quantity', l.damaged_quantity) order by l.line_no)
        from mall.purchase_order_line l
        where l.tenant_id = o.tenant_id and l.purchase_order_id = o.purchase_order_id and l.quantity > 0
    ))
from mall.purchase_order o
where o.tenant_id = $1 and o.purchase_order_id = $2
"""


@dataclass(frozen=True)
class LockedOrder:
    """An order that nobody else moves until the transaction ends."""

    order_id: UUID
    supplier_id: UUID
    status: Status
    order_by: date
    ordered_at: datetime | None
    lines: list[OrderLine]


async def lock_order(connection: Connection, *, tenant_id: UUID, order_id: UUID) -> LockedOrder:
    """Lock an order and return it with its lines.

    Raises:
        UnknownOrder: the tenant has none with this id.
    """
    row = await connection.fetchrow(
        "select supplier_id, status, order_by, ordered_at from mall.purchase_order "
        "where tenant_id = $1 and purchase_order_id = $2 for update",
        tenant_id,
        order_id,
    )
    if row is None:
        raise UnknownOrder(order_id)
    lines = [OrderLine(**dict(line)) for line in await connection.fetch(_LINES, tenant_id, order_id)]
    return LockedOrder(
        order_id, row["supplier_id"], Status(row["status"]), row["order_by"], row["ordered_at"], lines
    )


async def write_lines(
    connection: Connection, *, tenant_id: UUID, order_id: UUID, lines: Sequence[OrderLine]
) -> None:
    """Write the lines of an order in place of those it had, which are struck out."""
    await connection.execute(
        "update mall.purchase_order_line set quantity = 0, most_quantity = 0 "
        "where tenant_id = $1 and purchase_order_id = $2 and line_no > $3 and quantity > 0",
        tenant_id,
        order_id,
        len(lines),
    )
    columns = _LINE_FIELDS[: _LINE_FIELDS.index("most_quantity") + 1]
    await connection.execute(
        _WRITE_LINES, tenant_id, order_id, *([getattr(line, name) for line in lines] for name in columns)
    )


async def note_move(
    connection: Connection,
    *,
    tenant_id: UUID,
    order_id: UUID,
    move: Move,
    before: Status | None,
    status: Status,
    by: str,
    note: str | None,
    now: datetime,
) -> None:
    """Write down who moved an order, and tell others where it stands if that is news."""
    await connection.execute(
        "insert into mall.purchase_order_move (tenant_id, purchase_order_id, move, from_status, status, moved_by, note, "
        "moved_at) values ($1, $2, $3, $4, $5, $6, $7, $8)",
        tenant_id,
        order_id,
        move,
        before,
        status,
        by,
        note,
        now,
    )
    # A further delivery is news, another text of a proposal is not.
    if move is not Move.EDIT:
        await connection.execute(_TELL, tenant_id, order_id)
