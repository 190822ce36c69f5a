"""What a release knows of a member, an item's neighbours, the popular items and the shop."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from serving.recommendations.domain import ListedItem, Offer
from serving.release import Release


@dataclass(frozen=True)
class ReleasedMember:
    """A member as of the landing.

    Attributes:
        is_known: whether the release counts the member; test members and newcomers it does not.
        landed_points: lot → sum of its entries.
    """

    is_known: bool
    listed: tuple[ListedItem, ...]
    redemption_counts: dict[UUID, int]
    landed_points: dict[UUID, int]


async def released_member(release: Release, tenant_id: UUID, member_id: UUID) -> ReleasedMember:
    """Return what the release knows of a member."""
    known = await release.rows(
        "select member_id from release.marts.dim_member where tenant_id = ? and member_id = ?",
        tenant_id,
        member_id,
    )
    if not known:
        return ReleasedMember(False, (), {}, {})
    listed = await release.rows(
        "select item_id, stage from release.marts.fct_member_recommendations "
        "where tenant_id = ? and member_id = ? order by recommendation_rank",
        tenant_id,
        member_id,
    )
    counts = await release.rows(
        "select item_id, redemption_count from release.marts.fct_member_items "
        "where tenant_id = ? and member_id = ?",
        tenant_id,
        member_id,
    )
    points = await release.rows(
        "select lot_id, sum(amount_points)::bigint from release.marts.fct_entries "
        "where tenant_id = ? and member_id = ? group by lot_id",
        tenant_id,
        member_id,
    )
    return ReleasedMember(True, tuple(ListedItem(*row) for row in listed), dict(counts), dict(points))


async def popular_items(release: Release, tenant_id: UUID) -> list[UUID]:
    """Return the tenant's items, most popular first."""
    found = await release.rows(
        "select item_id from release.marts.fct_item_popularity where tenant_id = ? order by popularity_rank",
        tenant_id,
    )
    return [item_id for (item_id,) in found]


async def item_neighbours(release: Release, tenant_id: UUID, item_id: UUID) -> list[tuple[UUID, float]]:
    """Return an item's neighbours with their weights, closest first."""
    found = await release.rows(
        "select neighbour_item_id, weight from release.marts.fct_item_neighbours "
        "where tenant_id = ? and item_id = ? and weight > 0 order by neighbour_rank limit 50",
        tenant_id,
        item_id,
    )
    return [(neighbour_id, weight) for neighbour_id, weight in found]


async def offers_at_landing(release: Release, tenant_id: UUID, now: datetime, budget: int) -> list[Offer]:
    """Return the tenant's listed offers within a budget; whether they are in stock now, a release cannot say."""
    found = await release.rows(
        "select item_id, i.name, i.category, o.price_points, epoch(o.listed_from), epoch(o.listed_until) "
        "from release.marts.dim_offer o join release.marts.dim_item i using (item_id) where o.tenant_id = ?",
        tenant_id,
    )
    moment = now.timestamp()
    return [
        Offer(item_id, name, category, price)
        for item_id, name, category, price, listed_from, listed_until in found
        if price <= budget and listed_from <= moment and (listed_until is None or moment < listed_until)
    ]
