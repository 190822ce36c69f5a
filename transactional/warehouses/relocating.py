"""Carries pieces from one warehouse to another, of one item or of thousands. Runs inside the caller's transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from uuid import UUID

from transactional.catalogue.offers import offered_items
from transactional.database import Connection
from transactional.problems import Problem
from transactional.redemption.domain import UnknownOffer
from transactional.together import taken_together
from transactional.warehouses.operations import keep_warehouses, refuse_closed
from transactional.warehouses.placing import Placed, PlaceOfItem, lock_places, place, require_there, take
from transactional.warehouses.references import acts_done, done_once
from transactional.warehouses.settling import settle

_NOTE = """
insert into mall.relocation (tenant_id, reference, request_hash, item_id, from_warehouse_id, to_warehouse_id, quantity,
    effective_at)
select $1, r.*, $8
from unnest($2::text[], $3::bytea[], $4::uuid[], $5::uuid[], $6::uuid[], $7::bigint[]) as r
on conflict (tenant_id, reference) do nothing
returning reference, relocation_id
"""


@dataclass(frozen=True)
class Relocation:
    """Pieces carried from one warehouse to another.

    Attributes:
        reference: the tenant's own name of it.
        request_hash: SHA-256 of what was asked, 32 bytes; the same reference and hash are a retry.
    """

    reference: str
    item_id: UUID
    from_warehouse_id: UUID
    to_warehouse_id: UUID
    quantity: int
    request_hash: bytes


async def relocate(
    connection: Connection, *, tenant_id: UUID, relocations: Sequence[Relocation], now: datetime
) -> list[tuple[UUID, bool] | Problem]:
    """Carry pieces to other warehouses; the stock of the house stays as it is.

    Returns:
        Of each relocation its id, and whether this call did it; or why it is refused:
        ActExists: the reference names another relocation.
        UnknownOffer, UnknownWarehouse, WarehouseClosed: it names what is not there.
        TooFewInWarehouse: so many pieces do not lie there.
    """
    return await taken_together(
        relocations,
        lambda one: (("reference", one.reference), ("item", one.item_id)),
        partial(_relocate, connection, tenant_id, now),
    )


@dataclass(frozen=True)
class _Books:
    """What is known of warehouses and items, none of which changes meanwhile."""

    active: Mapping[UUID, bool]
    offered: Mapping[UUID, bool]
    places: Mapping[PlaceOfItem, int]


async def _relocate(
    connection: Connection, tenant_id: UUID, now: datetime, relocations: Sequence[Relocation]
) -> list[tuple[UUID, bool] | Problem]:
    """Carry items, each once."""
    active = await keep_warehouses(
        connection,
        tenant_id=tenant_id,
        warehouse_ids={w for one in relocations for w in (one.from_warehouse_id, one.to_warehouse_id)},
    )
    items = [one.item_id for one in relocations]
    offered = await offered_items(connection, tenant_id=tenant_id, item_ids=items)
    # What redemptions took meanwhile may be what is to be carried.
    await settle(connection, [(tenant_id, item_id) for item_id in items], now=now)
    places = await lock_places(connection, tenant_id=tenant_id, item_ids=items)
    # Under the places' locks, so that nobody carries the same meanwhile.
    done = await acts_done(connection, "relocation", tenant_id=tenant_id, acts=relocations)
    books = _Books(active, offered, places)
    return await done_once(
        relocations,
        done,
        "relocation",
        require=partial(_require_right, books, tenant_id),
        do=lambda right: _carry(connection, tenant_id, right, now),
    )


async def _carry(
    connection: Connection, tenant_id: UUID, relocations: Sequence[Relocation], now: datetime
) -> dict[str, UUID]:
    rows = await connection.fetch(
        _NOTE,
        tenant_id,
        [one.reference for one in relocations],
        [one.request_hash for one in relocations],
        [one.item_id for one in relocations],
        [one.from_warehouse_id for one in relocations],
        [one.to_warehouse_id for one in relocations],
        [one.quantity for one in relocations],
        now,
    )
    noted: dict[str, UUID] = {row["reference"]: row["relocation_id"] for row in rows}
    carried = [one for one in relocations if one.reference in noted]
    leaving = [Placed(tenant_id, one.from_warehouse_id, one.item_id, one.quantity) for one in carried]
    await take(connection, leaving, reason="relocation", at=now)
    coming = [Placed(tenant_id, one.to_warehouse_id, one.item_id, one.quantity) for one in carried]
    await place(connection, coming, reason="relocation", at=now)
    return noted


def _require_right(books: _Books, tenant_id: UUID, relocation: Relocation) -> None:
    """Refuse a relocation that cannot be done, as `relocate` says."""
    if relocation.item_id not in books.offered:
        raise UnknownOffer(relocation.item_id)
    refuse_closed(books.active, {relocation.from_warehouse_id, relocation.to_warehouse_id})
    require_there(
        books.places,
        Placed(tenant_id, relocation.from_warehouse_id, relocation.item_id, relocation.quantity),
    )
