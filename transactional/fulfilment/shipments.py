"""Registers parcels of a redemption: which pieces, by whom, to where."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from transactional.after_sales.domain import UnknownCase
from transactional.database import Connection
from transactional.fulfilment.carriers.domain import CarrierName
from transactional.fulfilment.clocks import region_of
from transactional.fulfilment.refusals import NotToBeShipped, ShipmentExists, TooManyPieces
from transactional.redemption.domain import UnknownRedemption
from transactional.redemption.refusals import UnknownLine
from transactional.redemption.states import Status
from transactional.warehouses.domain import UnknownWarehouse

_SHIPPABLE = (Status.ALLOCATED, Status.SHIPPED, Status.PARTIALLY_REFUNDED)
# What is in a parcel that came back or got lost may be sent again.
_LINES = """
select l.line_no, l.quantity - l.refunded_quantity - coalesce(sum(p.quantity), 0)::int as left_quantity
from mall.redemption_line l
join mall.offer o using (tenant_id, item_id)
left join (
    mall.shipment_line p
    join mall.shipment s on s.tenant_id = p.tenant_id and s.shipment_id = p.shipment_id
        and s.status not in ('returned', 'lost') and s.case_id is null
) on p.tenant_id = l.tenant_id and p.redemption_id = l.redemption_id and p.line_no = l.line_no
where l.tenant_id = $1 and l.redemption_id = $2 and o.handover = 'shipping'
group by l.line_no, l.quantity, l.refunded_quantity
order by l.line_no
"""
# Of a replacement: what its case was decided to send again.
_REPLACED = """
select l.line_no, coalesce(c.quantity, l.quantity - l.refunded_quantity) - coalesce(sum(p.quantity), 0)::int as left_quantity
from mall.after_sales_case c
join mall.redemption_line l on l.tenant_id = c.tenant_id and l.redemption_id = c.redemption_id
    and (c.line_no is null or l.line_no = c.line_no)
join mall.offer o on o.tenant_id = l.tenant_id and o.item_id = l.item_id
left join (
    mall.shipment_line p
    join mall.shipment s on s.tenant_id = p.tenant_id and s.shipment_id = p.shipment_id
        and s.status not in ('returned', 'lost') and s.case_id = $3
) on p.tenant_id = l.tenant_id and p.redemption_id = l.redemption_id and p.line_no = l.line_no
where c.tenant_id = $1 and c.redemption_id = $2 and c.case_id = $3 and c.outcome = 'replace' and c.closed_at is null
    and o.handover = 'shipping' and l.quantity > l.refunded_quantity
group by l.line_no, c.quantity, l.quantity, l.refunded_quantity
order by l.line_no
"""
_KNOWN = """
select shipment_id, redemption_id, request_hash, reference from mall.shipment
where tenant_id = $1 and (reference = $2 or (carrier = $3 and tracking_number = $4))
"""
_INSERT = """
insert into mall.shipment (tenant_id, shipment_id, redemption_id, reference, request_hash, carrier, tracking_number,
    province, region, warehouse_id, created_at, ask_next_at, case_id)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11, $12)
on conflict do nothing returning true
"""


@dataclass(frozen=True)
class NewShipment:
    """A parcel to be registered; `reference` is the sender's own name of it, so that a retry makes no second one.

    Attributes:
        province: where it goes; it decides the promise.
        lines: (line number, quantity) pairs of the redemption; None means all that is in no parcel yet.
        case_id: the after-sales case whose replacement it is.
    """

    reference: str
    carrier: CarrierName
    tracking_number: str
    province: str
    lines: tuple[tuple[int, int], ...] | None = None
    warehouse_id: UUID | None = None
    case_id: UUID | None = None


async def register(
    connection: Connection,
    *,
    tenant_id: UUID,
    redemption_id: UUID,
    shipment_id: UUID,
    new: NewShipment,
    request_hash: bytes,
    now: datetime,
) -> tuple[UUID, bool]:
    """Register a parcel inside the caller's transaction; return its id and whether this call registered it.

    Raises:
        UnknownRedemption, UnknownLine, UnknownWarehouse, UnknownCase: it names what is not there.
        ShipmentExists: the reference or the tracking number is another's.
        NotToBeShipped, TooManyPieces: nothing, or not so much, is left to be shipped.
    """
    # Parcels of one redemption are registered one after another, for each takes from what the others left.
    await connection.execute(
        "select pg_advisory_xact_lock(hashtextextended('shipments of ' || $1, 0))", str(redemption_id)
    )
    known = await _known(connection, tenant_id, redemption_id, new, request_hash)
    if known is not None:
        return known, False
    status = await connection.fetchval(
        "select status from mall.redemption where tenant_id = $1 and redemption_id = $2",
        tenant_id,
        redemption_id,
    )
    if status is None:
        raise UnknownRedemption(f"your tenant has no redemption {redemption_id}")
    if new.case_id is not None:
        found = await _replaced(connection, tenant_id, redemption_id, new.case_id)
    elif status in _SHIPPABLE:
        found = await connection.fetch(_LINES, tenant_id, redemption_id)
    else:
        raise NotToBeShipped(redemption_id, f"it is {status.replace('_', ' ')}")
    lines = _lines(redemption_id, found, new.lines)
    try:
        inserted = await connection.fetchval(
            _INSERT,
            tenant_id,
            shipment_id,
            redemption_id,
            new.reference,
            request_hash,
            new.carrier,
            new.tracking_number,
            new.province,
            region_of(new.province),
            new.warehouse_id,
            now,
            new.case_id,
        )
    except asyncpg.ForeignKeyViolationError as error:
        assert new.warehouse_id is not None
        raise UnknownWarehouse(new.warehouse_id) from error
    if not inserted:
        # Another request, of another redemption, took the reference or the number meanwhile.
        known = await _known(connection, tenant_id, redemption_id, new, request_hash)
        assert known is not None
        return known, False
    await connection.executemany(
        "insert into mall.shipment_line (tenant_id, shipment_id, line_no, redemption_id, quantity) "
        "values ($1, $2, $3, $4, $5)",
        [(tenant_id, shipment_id, line_no, redemption_id, quantity) for line_no, quantity in lines],
    )
    return shipment_id, True


async def _known(
    connection: Connection, tenant_id: UUID, redemption_id: UUID, new: NewShipment, request_hash: bytes
) -> UUID | None:
    rows = await connection.fetch(_KNOWN, tenant_id, new.reference, new.carrier, new.tracking_number)
    for row in rows:
        told = (row["redemption_id"], row["reference"], row["request_hash"])
        if told != (redemption_id, new.reference, request_hash):
            raise ShipmentExists(row["shipment_id"])
    return rows[0]["shipment_id"] if rows else None


async def _replaced(
    connection: Connection, tenant_id: UUID, redemption_id: UUID, case_id: UUID
) -> Sequence[asyncpg.Record]:
    is_there = await connection.fetchval(
        "select true from mall.after_sales_case where tenant_id = $1 and case_id = $2 and redemption_id = $3",
        tenant_id,
        case_id,
        redemption_id,
    )
    if not is_there:
        raise UnknownCase(case_id)
    return await connection.fetch(_REPLACED, tenant_id, redemption_id, case_id)


def _lines(
    redemption_id: UUID, found: Sequence[asyncpg.Record], asked: tuple[tuple[int, int], ...] | None
) -> list[tuple[int, int]]:
    left = {row["line_no"]: row["left_quantity"] for row in found}
    if asked is None:
        lines = [(line_no, quantity) for line_no, quantity in left.items() if quantity > 0]
        if not lines:
            raise NotToBeShipped(redemption_id, "all its pieces are in parcels, or handed over otherwise")
        return lines
    wanted: dict[int, int] = {}
    for line_no, quantity in asked:
        wanted[line_no] = wanted.get(line_no, 0) + quantity
    for line_no, quantity in wanted.items():
        if line_no not in left:
            raise UnknownLine(line_no)
        if quantity > left[line_no]:
            raise TooManyPieces(line_no, asked=quantity, left=max(left[line_no], 0))
    return list(wanted.items())
