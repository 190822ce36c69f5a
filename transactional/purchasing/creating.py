"""Proposes purchase orders for what was found to be needed: one per supplier, in quantities it sells."""

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from uuid import UUID

from transactional.clock import business_date
from transactional.database import Connection
from transactional.identifiers import uuid7
from transactional.purchasing.domain import Origin
from transactional.purchasing.lines import NewLine
from transactional.purchasing.operations import NewOrder, propose_order
from transactional.supplier_gates.unsold import refuse_unsold
from transactional.suppliers.queries import best_terms


@dataclass(frozen=True)
class Wanted:
    """Pieces of an item that are needed; they are rounded up to what the supplier sells.

    Attributes:
        order_by: the last day to order; None is today, and so is a day that is past.
        warehouse_id: where they are to lie; None is the default warehouse.
        supplier_id: who is to deliver them; None is whoever is asked first.
    """

    item_id: UUID
    quantity: int
    order_by: date | None = None
    warehouse_id: UUID | None = None
    supplier_id: UUID | None = None


async def create_purchase_orders(
    connection: Connection,
    *,
    tenant_id: UUID,
    origin: Origin,
    origin_reference: str,
    wanted: Sequence[Wanted],
    by: str,
    now: datetime,
) -> list[UUID]:
    """Propose an order for each supplier and day to order by, inside the caller's transaction, and return their ids.

    The same wants of the same origin again change nothing and return the same ids.

    Raises:
        NoSupplierTerms, SupplierSuspended, SupplierNotActive, SupplierNotAuthorised: nobody sells an item on the day it
            is to be ordered, or may.
        OrderExists: the origin has proposed other orders before.
        UnknownOffer, UnknownWarehouse, WarehouseClosed, StockOfCodes: as for any order.
    """
    today = business_date(now)
    orders: dict[tuple[UUID, date], list[NewLine]] = defaultdict(list)
    for want in wanted:
        day = max(want.order_by or today, today)
        terms = await best_terms(
            connection, tenant_id=tenant_id, item_ids=[want.item_id], day=day, supplier_id=want.supplier_id
        )
        if want.item_id not in terms:
            await refuse_unsold(connection, tenant_id=tenant_id, item_id=want.item_id, day=day)
        one = terms[want.item_id]
        line = NewLine(want.item_id, one.orderable(want.quantity), want.warehouse_id)
        orders[one.supplier_id, day].append(line)
    created = []
    for (supplier_id, day), lines in orders.items():
        new = NewOrder(
            reference=f"{origin} {origin_reference} {supplier_id} {day}"[:200],
            supplier_id=supplier_id,
            lines=tuple(lines),
            created_by=by,
            order_by=day,
            origin=origin,
            origin_reference=origin_reference,
        )
        order_id, _ = await propose_order(
            connection, tenant_id=tenant_id, order_id=uuid7(now), new=new, request_hash=_hash(new), now=now
        )
        created.append(order_id)
    return created


def _hash(new: NewOrder) -> bytes:
    told = [str(new.supplier_id), str(new.order_by)]
    told += [f"{line.item_id} {line.quantity} {line.warehouse_id}" for line in new.lines]
    return sha256(json.dumps(told).encode()).digest()
