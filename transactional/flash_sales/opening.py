"""Opens a flash sale as it is asked for, by route or by file."""

from datetime import datetime
from uuid import UUID

from transactional.catalogue.items import item_of
from transactional.database import Connection
from transactional.flash_sales.domain import NewSale
from transactional.flash_sales.operations import open_sale
from transactional.flash_sales.requests import NewFlashSale
from transactional.identifiers import uuid7
from transactional.request_hash import request_hash
from transactional.reservations.queries import reservation_of

_NAMES = {"item_code", "reservation"}


async def open_as_asked(
    connection: Connection, *, tenant_id: UUID, asked: NewFlashSale, now: datetime
) -> tuple[UUID, bool]:
    """Open a sale; return its id and whether this call opened it.

    Raises:
        UnknownItem: no item has the code.
        UnknownReservation: the tenant has none of the reference.
        SaleExists, InvalidRequest, UnknownOffer, OutOfStock, ReservationEnded, ReservationOfOther: as `open_sale`.
    """
    named = {
        "item_id": asked.item_id or await item_of(connection, code=asked.item_code or ""),
        "reservation_id": asked.reservation_id
        if asked.reservation is None
        else await reservation_of(connection, tenant_id=tenant_id, reference=asked.reservation),
    }
    # However it is named, it is the same sale. Without a reservation the hash is that of before there were any.
    known = asked.model_copy(update=named | dict.fromkeys(_NAMES))
    unasked = _NAMES | ({"reservation_id"} if known.reservation_id is None else set())
    return await open_sale(
        connection,
        tenant_id=tenant_id,
        sale_id=uuid7(now),
        new=NewSale(**known.model_dump(exclude=_NAMES | {"starts_at"}), starts_at=asked.starts_at or now),
        request_hash=request_hash(known, without=unasked),
        now=now,
    )
