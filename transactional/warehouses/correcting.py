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
from transactional.together import attempt, taken_together
from transactional.warehouses.booking import Correction, book
from transactional.warehouses.operations import keep_warehouses, refuse_closed
from transactional.warehouses.placing import Placed, PlaceOfItem, lock_places, require_there
from transactional.warehouses.references import Done, acts_done, became, done_before
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
    """What is known of references, warehouses and items, none of which changes meanwhile."""

    done: Mapping[str, Done]
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
    books = _Books(done, active, on_hand, coded, places)
    known = [attempt(partial(_done_or_right, books, tenant_id, one)) for one in corrections]
    right = [one for one, outcome in zip(corrections, known, strict=True) if outcome is None]
    booked = await book(connection, tenant_id=tenant_id, corrections=right, now=now)
    return became(corrections, known, "stock_correction", booked)


def _done_or_right(books: _Books, tenant_id: UUID, correction: Correction) -> UUID | None:
    """Return the id of a correction that was done before, and None of one that can be done; raises as `correct` says."""
    done = done_before(books.done, "stock_correction", correction)
    if done is not None:
        return done
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
    return None
