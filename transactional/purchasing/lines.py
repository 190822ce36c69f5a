"""Writes out the lines of a purchase order: what a supplier's terms make of what was asked for."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from transactional.brand_authorisations.operations import require_authorised
from transactional.catalogue.offers import refuse_codes
from transactional.database import Connection
from transactional.purchasing.domain import OrderLine
from transactional.redemption.domain import UnknownOffer
from transactional.suppliers.domain import NoSupplierTerms, check_quantities
from transactional.suppliers.queries import best_terms
from transactional.warehouses.operations import default_warehouse, require_active


@dataclass(frozen=True)
class NewLine:
    """Pieces of an item to be ordered for a warehouse; None is the default one."""

    item_id: UUID
    quantity: int
    warehouse_id: UUID | None = None


async def written_lines(
    connection: Connection, *, tenant_id: UUID, supplier_id: UUID, lines: Sequence[NewLine], day: date
) -> list[OrderLine]:
    """Return the lines of an order as the supplier's terms of the day have them.

    Raises:
        UnknownOffer, UnknownWarehouse, WarehouseClosed, StockOfCodes: a line names what is not there or cannot be used.
        SupplierNotAuthorised: the supplier may not sell the brand of an item.
        NoSupplierTerms, NotWholePacks, BelowMinimumOrder: the supplier does not sell a line like that.
    """
    items = sorted({line.item_id for line in lines})
    offered = await connection.fetch(
        "select item_id from mall.offer where tenant_id = $1 and item_id = any($2::uuid[])", tenant_id, items
    )
    known = {row["item_id"] for row in offered}
    for item_id in items:
        if item_id not in known:
            raise UnknownOffer(item_id)
    await refuse_codes(connection, tenant_id=tenant_id, item_ids=items)
    await require_authorised(
        connection, tenant_id=tenant_id, supplier_id=supplier_id, item_ids=items, day=day
    )
    terms = await best_terms(
        connection, tenant_id=tenant_id, item_ids=items, day=day, supplier_id=supplier_id
    )
    quantities: dict[UUID, list[int]] = defaultdict(list)
    for line in lines:
        if line.item_id not in terms:
            raise NoSupplierTerms(line.item_id, day)
        quantities[line.item_id].append(line.quantity)
    for item_id, ordered in quantities.items():
        check_quantities(terms[item_id], ordered)
    default = await default_warehouse(connection, tenant_id=tenant_id)
    await require_active(
        connection, tenant_id=tenant_id, warehouse_ids={line.warehouse_id or default for line in lines}
    )
    return [
        OrderLine(
            line_no=line_no,
            item_id=line.item_id,
            warehouse_id=line.warehouse_id or default,
            terms_id=(one := terms[line.item_id]).terms_id,
            quantity=line.quantity,
            # The price breaks of an item count all its lines.
            unit_cost_fen=one.unit_cost(sum(quantities[line.item_id])),
            lead_time_days=one.lead_time_days,
            expected_on=day + timedelta(days=one.lead_time_days),
            most_quantity=one.most_quantity(line.quantity),
        )
        for line_no, line in enumerate(lines, start=1)
    ]
