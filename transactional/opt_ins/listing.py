"""Puts items that a tenant opted in to into its shop, one or thousands. Runs inside the caller's transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import partial
from typing import Any, Literal
from uuid import UUID

import asyncpg

from transactional.brand_authorisations.operations import uncovered
from transactional.catalogue.domain import UnknownItem
from transactional.catalogue.items import known_items
from transactional.database import Connection
from transactional.opt_ins.domain import OptInNeeded
from transactional.problems import InvalidRequest, Problem
from transactional.together import attempt, taken_together

# A withdrawal waits until this is committed, and then delists it.
_OPTED_IN = """
select item_id, opted_in_at from mall.offer_opt_in
where tenant_id = $1 and item_id = any($2::uuid[]) and withdrawn_at is null
order by item_id for update
"""
_OFFERS = """
select item_id, price_points, handover, opted_in_at, listed_from, listed_until, cash_share_min_bp, cash_share_max_bp
from mall.offer where tenant_id = $1 and item_id = any($2::uuid[]) order by item_id for update
"""
_GIVEN = """
unnest($2::uuid[], $3::bigint[], $4::text[], $5::timestamptz[], $6::timestamptz[], $7::timestamptz[], $8::int[], $9::int[])
    as o(item_id, price_points, handover, opted_in_at, listed_from, listed_until, cash_share_min_bp, cash_share_max_bp)
"""
_INSERT = f"""
with offered as (
    insert into mall.offer (tenant_id, item_id, price_points, handover, opted_in_at, listed_from, listed_until,
        cash_share_min_bp, cash_share_max_bp)
    select $1, o.* from {_GIVEN}
    returning item_id
)
insert into mall.stock (tenant_id, item_id, on_hand) select $1, item_id, 0 from offered
"""
_UPDATE = f"""
update mall.offer
set price_points = o.price_points, handover = o.handover, opted_in_at = o.opted_in_at, listed_from = o.listed_from,
    listed_until = o.listed_until, cash_share_min_bp = o.cash_share_min_bp, cash_share_max_bp = o.cash_share_max_bp
from {_GIVEN}
where offer.tenant_id = $1 and offer.item_id = o.item_id
"""


class Outcome(StrEnum):
    """Whether an offer is new in the shop, was changed, or stands as it stood."""

    LISTED = "listed"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


@dataclass(frozen=True)
class Listing:
    """How an item is to stand in a tenant's shop from `listed_from` on, which is by default now.

    Attributes:
        cash_share_min_bp, cash_share_max_bp: what part of its price may be paid in cash, within what the program says,
            in basis points; 0 and 0 for points alone.
    """

    item_id: UUID
    price_points: int
    handover: Literal["shipping", "pickup", "instant"]
    listed_from: datetime | None = None
    listed_until: datetime | None = None
    cash_share_min_bp: int = 0
    cash_share_max_bp: int = 10_000


async def list_offers(
    connection: Connection, *, tenant_id: UUID, listings: Sequence[Listing], now: datetime
) -> list[Outcome | Problem]:
    """Put items into a tenant's shop, or change how they stand there.

    When all are listed, `authorise_offers` lets them end with what they are sold under.

    Returns:
        Of each whether it is new in the shop, was changed or stands as before, or why it is refused:
        UnknownItem: it is not there.
        OptInNeeded: the tenant has not opted in to the item, or has withdrawn that.
        AuthorisationNeeded: its brand is sold only under an authorisation, and nobody has one.
        LicenceNeeded: it is sold only under a licence, and no supplier of it has one.
        InvalidRequest: it would be listed before it was opted in to, or end before it begins.
    """
    return await taken_together(
        listings, lambda one: [one.item_id], partial(_list, connection, tenant_id, now)
    )


async def _list(
    connection: Connection, tenant_id: UUID, now: datetime, listings: Sequence[Listing]
) -> list[Outcome | Problem]:
    items = [one.item_id for one in listings]
    known = await known_items(connection, item_ids=items)
    opted_in = {
        row["item_id"]: row["opted_in_at"] for row in await connection.fetch(_OPTED_IN, tenant_id, items)
    }
    barred = await uncovered(
        connection,
        tenant_id=tenant_id,
        listed={one.item_id: one.listed_from or now for one in listings},
        now=now,
    )
    before = {row["item_id"]: row for row in await connection.fetch(_OFFERS, tenant_id, items)}

    def row_of(listing: Listing) -> tuple[Any, ...]:
        item_id = listing.item_id
        if item_id not in known:
            raise UnknownItem(item_id)
        if item_id not in opted_in:
            raise OptInNeeded(item_id)
        _require_days(listing, opted_in[item_id], now)
        if item_id in barred:
            raise barred[item_id]
        return _row(listing, opted_in[item_id], before.get(item_id), now)

    rows = [attempt(partial(row_of, one)) for one in listings]
    outcomes: list[Outcome | Problem] = [
        row if isinstance(row, Problem) else _outcome(row, before.get(row[0])) for row in rows
    ]
    for statement, outcome in ((_INSERT, Outcome.LISTED), (_UPDATE, Outcome.CHANGED)):
        written = [row for row, one in zip(rows, outcomes, strict=True) if one == outcome]
        if written:
            await connection.execute(statement, tenant_id, *map(list, zip(*written, strict=True)))
    return outcomes


def _require_days(listing: Listing, opted_in_at: datetime, now: datetime) -> None:
    listed_from = listing.listed_from or now
    if listed_from < opted_in_at:
        raise InvalidRequest(f"listed_from: the tenant opted in at {opted_in_at.isoformat()}, after this")
    if listing.listed_until is not None and listing.listed_until <= listed_from:
        raise InvalidRequest("listed_until: the offer would end before it begins")


def _row(
    listing: Listing, opted_in_at: datetime, before: asyncpg.Record | None, now: datetime
) -> tuple[Any, ...]:
    listed_from = listing.listed_from or now
    # An offer that is listed already keeps its day unless another is asked for.
    if before is not None and listing.listed_from is None and before["opted_in_at"] == opted_in_at:
        listed_from = before["listed_from"]
    return (
        listing.item_id, listing.price_points, listing.handover, opted_in_at, listed_from, listing.listed_until,
        listing.cash_share_min_bp, listing.cash_share_max_bp,
    )  # fmt: skip


def _outcome(row: tuple[Any, ...], before: asyncpg.Record | None) -> Outcome:
    if before is None:
        return Outcome.LISTED
    return Outcome.UNCHANGED if tuple(before) == row else Outcome.CHANGED
