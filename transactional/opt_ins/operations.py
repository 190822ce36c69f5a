"""Takes tenants' decisions about goods, and lists what they decided for. Runs inside the caller's transaction."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from transactional.brand_authorisations.operations import require_covered
from transactional.catalogue.domain import UnknownItem
from transactional.database import Connection
from transactional.problems import InvalidRequest, Problem

_OFFER = """
select price_points, handover, opted_in_at, listed_from, listed_until, cash_share_min_bp, cash_share_max_bp
from mall.offer where tenant_id = $1 and item_id = $2 for update
"""
_INSERT = """
with offered as (
    insert into mall.offer (tenant_id, item_id, price_points, handover, opted_in_at, listed_from, listed_until,
        cash_share_min_bp, cash_share_max_bp)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
)
insert into mall.stock (tenant_id, item_id, on_hand) values ($1, $2, 0)
"""
_UPDATE = """
update mall.offer
set price_points = $3, handover = $4, opted_in_at = $5, listed_from = $6, listed_until = $7, cash_share_min_bp = $8,
    cash_share_max_bp = $9
where tenant_id = $1 and item_id = $2
"""


class OptInNeeded(Problem):
    """The tenant has not opted in to the item, or no longer."""

    slug = "opt-in-needed"
    title = "The tenant has not opted in to this item"
    status = 409

    def __init__(self, item_id: UUID) -> None:
        super().__init__(
            f"the tenant has not opted in to item {item_id}; only the tenant itself can, by POST /v1/opt-ins",
            item_id=str(item_id),
        )


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


async def opt_in(connection: Connection, *, tenant_id: UUID, item_id: UUID, by: str, now: datetime) -> bool:
    """Note that a tenant wants an item in its shop, and tell whether it had not; the first decision stays.

    Raises:
        UnknownItem: the platform does not have it.
    """
    if not await connection.fetchval("select exists (select from mall.item where item_id = $1)", item_id):
        raise UnknownItem(item_id)
    noted = await connection.fetchval(
        "insert into mall.offer_opt_in (tenant_id, item_id, opted_in_at, opted_in_by) values ($1, $2, $3, $4) "
        "on conflict (tenant_id, item_id) where withdrawn_at is null do nothing returning true",
        tenant_id,
        item_id,
        now,
        by,
    )
    return bool(noted)


async def is_opted_in(connection: Connection, *, tenant_id: UUID, item_id: UUID) -> bool:
    """Tell whether a tenant wants an item in its shop now."""
    found: bool = await connection.fetchval(
        "select exists (select from mall.offer_opt_in where tenant_id = $1 and item_id = $2 and withdrawn_at is null)",
        tenant_id,
        item_id,
    )
    return found


async def withdraw(connection: Connection, *, tenant_id: UUID, item_id: UUID, by: str, now: datetime) -> None:
    """Take a decision back: the item leaves the shop at once. Withdrawn before, nothing changes.

    Raises:
        OptInNeeded: the tenant never opted in to it.
    """
    if not await connection.fetchval(
        "select exists (select from mall.offer_opt_in where tenant_id = $1 and item_id = $2)",
        tenant_id,
        item_id,
    ):
        raise OptInNeeded(item_id)
    await connection.execute(
        "update mall.offer_opt_in set withdrawn_at = greatest($3, opted_in_at + interval '1 microsecond'), "
        "withdrawn_by = $4 where tenant_id = $1 and item_id = $2 and withdrawn_at is null",
        tenant_id,
        item_id,
        now,
        by,
    )


async def list_offer(
    connection: Connection, *, tenant_id: UUID, listing: Listing, now: datetime
) -> Literal["listed", "changed", "unchanged"]:
    """Put an item into a tenant's shop, or change how it stands there; tell whether it is new in it, or stands as before.

    When all are listed, `authorise_offers` lets them end with what they are sold under.

    Raises:
        UnknownItem: it is not there.
        OptInNeeded: the tenant has not opted in to the item, or has withdrawn that.
        AuthorisationNeeded: its brand is sold only under an authorisation, and nobody has one.
        LicenceNeeded: it is sold only under a licence, and no supplier of it has one.
        InvalidRequest: it would be listed before it was opted in to, or end before it begins.
    """
    item_id = listing.item_id
    if not await connection.fetchval("select exists (select from mall.item where item_id = $1)", item_id):
        raise UnknownItem(item_id)
    opted_in_at = await connection.fetchval(
        # A withdrawal waits until this is committed, and then delists it.
        "select opted_in_at from mall.offer_opt_in where tenant_id = $1 and item_id = $2 and withdrawn_at is null for update",
        tenant_id,
        item_id,
    )
    if opted_in_at is None:
        raise OptInNeeded(item_id)
    listed_from = listing.listed_from or now
    if listed_from < opted_in_at:
        raise InvalidRequest(f"listed_from: the tenant opted in at {opted_in_at.isoformat()}, after this")
    if listing.listed_until is not None and listing.listed_until <= listed_from:
        raise InvalidRequest("listed_until: the offer would end before it begins")
    await require_covered(connection, tenant_id=tenant_id, item_id=item_id, listed_from=listed_from, now=now)
    before = await connection.fetchrow(_OFFER, tenant_id, item_id)
    # An offer that is listed already keeps its day unless another is asked for.
    if before is not None and listing.listed_from is None and before["opted_in_at"] == opted_in_at:
        listed_from = before["listed_from"]
    values = (
        listing.price_points, listing.handover, opted_in_at, listed_from, listing.listed_until, listing.cash_share_min_bp,
        listing.cash_share_max_bp,
    )  # fmt: skip
    if before is None:
        await connection.execute(_INSERT, tenant_id, item_id, *values)
        return "listed"
    if tuple(before) == values:
        return "unchanged"
    await connection.execute(_UPDATE, tenant_id, item_id, *values)
    return "changed"
