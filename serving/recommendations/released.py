"""What a release knows of a member, an item's neighbours, the popular items and the shop."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from serving.recommendations.balance import Lot
from serving.recommendations.domain import ListedItem, Offer
from serving.release import Release

# Look-ups by one id, built in memory when a release is opened. A point query on the published tables costs tens
# of milliseconds at 500,000 rows, one here about a millisecond: an index serves a single equality only, which is
# why the tenant is compared afterwards.
LOOKUPS = (
    """
    create table member_lookup as
    with listed as (
        select
            tenant_id,
            member_id,
            list(item_id order by recommendation_rank) as listed_ids,
            list(stage order by recommendation_rank) as stages
        from release.marts.fct_member_recommendations
        where slice = 'all'
        group by all
    ),
    counted as (
        select tenant_id, member_id, list(item_id) as redeemed_ids, list(redemption_count) as redemption_counts
        from release.marts.fct_member_items
        group by all
    ),
    moved as (
        select tenant_id, lot_id, sum(amount_points)::bigint as points
        from release.marts.fct_entries
        where lot_id is not null
        group by all
    ),
    lots as (
        select
            tenant_id,
            member_id,
            list(lot_id) as lot_ids,
            list(epoch_us(active_from)) as lots_active_from,
            list(expires_on) as lots_expire_on,
            list(points) as lot_points
        from release.marts.dim_lot
        join moved using (tenant_id, lot_id)
        group by all
    )
    select
        m.tenant_id, m.member_id,
        coalesce(listed_ids, []) as listed_ids, coalesce(stages, []) as stages,
        coalesce(redeemed_ids, []) as redeemed_ids, coalesce(redemption_counts, []) as redemption_counts,
        coalesce(lot_ids, []) as lot_ids, coalesce(lots_active_from, []) as lots_active_from,
        coalesce(lots_expire_on, []) as lots_expire_on, coalesce(lot_points, []) as lot_points
    from release.marts.dim_member m
    left join listed using (tenant_id, member_id)
    left join counted using (tenant_id, member_id)
    left join lots using (tenant_id, member_id)
    """,
    "create index member_lookup_by_member on member_lookup (member_id)",
    """
    create table neighbour_lookup as
    select
        tenant_id, item_id,
        list(neighbour_item_id order by neighbour_rank) as neighbour_ids,
        list(weight order by neighbour_rank) as weights
    from release.marts.fct_item_neighbours
    where kind = 'together' and weight > 0 and neighbour_rank <= 50
    group by tenant_id, item_id
    """,
    "create index neighbour_lookup_by_item on neighbour_lookup (item_id)",
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class ReleasedMember:
    """A member as of the landing.

    Attributes:
        is_known: whether the release counts the member; test members and newcomers it does not.
        lots: each with the sum of its landed entries.
    """

    is_known: bool
    listed: Sequence[ListedItem]
    redemption_counts: Mapping[UUID, int]
    lots: Sequence[Lot]


async def released_member(release: Release, tenant_id: UUID, member_id: UUID) -> ReleasedMember:
    """Return what the release knows of a member."""
    found = await release.rows(
        "select tenant_id, listed_ids, stages, redeemed_ids, redemption_counts, "
        "lot_ids, lots_active_from, lots_expire_on, lot_points from member_lookup where member_id = ?",
        member_id,
    )
    for owner_id, listed_ids, stages, redeemed_ids, counts, *lots in found:
        if owner_id == tenant_id:
            listed = [ListedItem(*pair) for pair in zip(listed_ids, stages, strict=True)]
            redeemed = dict(zip(redeemed_ids, counts, strict=True))
            return ReleasedMember(True, listed, redeemed, [_lot(*lot) for lot in zip(*lots, strict=True)])
    return ReleasedMember(False, (), {}, ())


def _lot(lot_id: UUID, active_from_us: int, expires_on: date | None, points: int) -> Lot:
    # Counted from the epoch: read as a timestamp, it would need another time zone library.
    return Lot(lot_id, _EPOCH + timedelta(microseconds=active_from_us), expires_on, points)


async def popular_items(release: Release, tenant_id: UUID, limit: int | None = None) -> list[UUID]:
    """Return the tenant's items, most popular first; all of them without a limit."""
    found = await release.rows(
        "select item_id from release.marts.fct_item_popularity where tenant_id = ? "
        "order by popularity_rank limit ?",
        tenant_id,
        limit,
    )
    return [item_id for (item_id,) in found]


async def item_neighbours(release: Release, tenant_id: UUID, item_id: UUID) -> list[tuple[UUID, float]]:
    """Return an item's neighbours with their weights, closest first."""
    found = await release.rows(
        "select tenant_id, neighbour_ids, weights from neighbour_lookup where item_id = ?", item_id
    )
    for owner_id, neighbour_ids, weights in found:
        if owner_id == tenant_id:
            return list(zip(neighbour_ids, weights, strict=True))
    return []


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
