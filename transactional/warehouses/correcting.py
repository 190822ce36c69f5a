"""Corrects what was counted by hand in warehouses, one place or thousands. Runs inside the caller's transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from uuid import UUID

from transactional.catalogue.allotment import lock_stock
from transactional.catalogue.offers import StockOfCodes, offered_items
from transactional.database import Connection
from transactional.problems import Problem
from transactional.redemption.domain import OutOfStock, UnknownOffer
from transactional.together import taken_together
from transactional.warehouses.booking import Correction, book
from transactional.warehouses.operations import keep_warehouses, refuse_closed
from transactional.warehouses.placing import Placed, PlaceOfItem, lock_places, require_there
from transactional.warehouses.references import acts_done, done_once
from transactional.warehouses.settling import settle


async def correct(
    connection: Connection, *, tenant_id: UUID, corrections: Sequence[Correction], now: datetime
) -> list[tuple[UUID, bool] | Problem]:
    """Correct the stock of warehouses, and with it that of the house.

    Returns:
        Of each correction its id, and whether this call did it; or why it is refused:
        ActExists: the reference names another correction.
        UnknownOffer, UnknownWarehouse, WarehouseClosed: it names what is not there.
        StockOfCodes: the item's stock is its codes.
        OutOfStock: what is missing would leave fewer pieces than are set aside.
        TooFewInWarehouse: so many pieces do not lie there.
    """
    return await taken_together(
        corrections,
        lambda one: (("reference", one.reference), ("item", one.item_id)),
        partial(_correct, connection, tenant_id, now),
    )


@dataclass(frozen=True)
class _Books:
    """What is known of warehouses and items, none of which changes meanwhile."""

    active: Mapping[UUID, bool]
    on_hand: Mapping[UUID, int]
    coded: Mapping[UUID, bool]
    places: Mapping[PlaceOfItem, int]


async def _correct(
    connection: Connection, tenant_id: UUID, now: datetime, corrections: Sequence[Correction]
) -> list[tuple[UUID, bool] | Problem]:
    """Correct items, each once."""
    active = await keep_warehouses(
        connection, tenant_id=tenant_id, warehouse_ids={one.warehouse_id for one in corrections}
    )
    items = [one.item_id for one in corrections]
    on_hand = await lock_stock(connection, tenant_id=tenant_id, item_ids=items)
    # Under the stock's locks, so that nobody books the same correction meanwhile.
    done = await acts_done(connection, "stock_correction", tenant_id=tenant_id, acts=corrections)
    coded = await offered_items(connection, tenant_id=tenant_id, item_ids=items)
    fresh = [one.item_id for one in corrections if one.reference not in done]
    await settle(connection, [(tenant_id, item_id) for item_id in fresh], now=now)
    places = await lock_places(connection, tenant_id=tenant_id, item_ids=fresh)
    books = _Books(active, on_hand, coded, places)
    return await done_once(
        corrections,
        done,
        "stock_correction",
        require=partial(_require_right, books, tenant_id),
        do=lambda right: book(connection, tenant_id=tenant_id, corrections=right, now=now),
    )


def _require_right(books: _Books, tenant_id: UUID, correction: Correction) -> None:
    """Refuse a correction that cannot be done, as `correct` says."""
    refuse_closed(books.active, [correction.warehouse_id])
    item_id, quantity = correction.item_id, correction.quantity
    if item_id not in books.on_hand:
        raise UnknownOffer(item_id)
    if books.coded.get(item_id):
        raise StockOfCodes(item_id)
    if books.on_hand[item_id] + quantity < 0:
        raise OutOfStock(item_id, asked=-quantity, on_hand=books.on_hand[item_id])
    if quantity < 0:
        require_there(books.places, Placed(tenant_id, correction.warehouse_id, item_id, -quantity))
