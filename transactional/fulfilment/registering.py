"""Registers a parcel as a request or the row of a file describes it."""

from datetime import datetime
from uuid import UUID

from transactional.database import Connection
from transactional.fulfilment.documents import ShipmentRequest
from transactional.fulfilment.shipments import NewShipment, register
from transactional.identifiers import uuid7
from transactional.request_hash import request_hash


async def register_as_asked(
    connection: Connection, *, tenant_id: UUID, redemption_id: UUID, asked: ShipmentRequest, now: datetime
) -> tuple[UUID, bool]:
    """Register a parcel inside the caller's transaction; return its id and whether this call registered it.

    Raises:
        UnknownRedemption, UnknownLine, UnknownWarehouse, UnknownCase, ShipmentExists, NotToBeShipped, TooManyPieces: as
            `register` says.
    """
    lines = None if asked.lines is None else tuple((line.line_no, line.quantity) for line in asked.lines)
    return await register(
        connection,
        tenant_id=tenant_id,
        redemption_id=redemption_id,
        shipment_id=uuid7(now),
        new=NewShipment(
            asked.reference,
            asked.carrier,
            asked.tracking_number,
            asked.province,
            lines,
            asked.warehouse_id,
            asked.case_id,
        ),
        # Without a case it is what it was before there were replacements.
        request_hash=request_hash(asked, without={"case_id"} if asked.case_id is None else frozenset()),
        now=now,
    )
