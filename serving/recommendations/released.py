"""What a release knows of a member, an item's neighbours, the popular items and the shop."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from serving.problems import Problem
from serving.recommendations.arrays import RecommendedFrom
from serving.recommendations.balance import Lot
from serving.recommendations.domain import ListedItem, Offer
from serving.release import Release

# What is left of each member's lots, built in memory when a release is opened: to add it up at publication would
# make every release wait for all entries there are. An index serves a single equality only, which is why the tenant
# is compared afterwards.
LOOKUPS = (
    """
    create table lot_lookup as
    with moved as (
        select tenant_id, lot_id, sum(amount_points)::bigint as points
        from release.marts.fct_entries
        where lot_id is not null
        group by all
        having sum(amount_points) <> 0
    )
    select member_id, tenant_id, lot_id, epoch_us(active_from) as active_from_us, expires_on, points
    from release.marts.dim_lot
    join moved using (tenant_id, lot_id)
    """,
    "create index lot_lookup_by_member on lot_lookup (member_id)",
)
# What is made of the arrays when a release is opened.
MAKES = (RecommendedFrom,)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class NoArrays(Problem):
    """The release in use was published before recommendations were read from arrays; run `pointmart pipeline run`."""

    slug = "no-arrays"
    title = "The release has nothing to recommend from"
    status = 503


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
    """Return what the release knows of a member.

    Raises:
        NoArrays: the release is of an earlier version.
    """
    known = _recommended_from(release)
    if not known.knows(tenant_id, member_id):
        return ReleasedMember(False, (), {}, ())
    lots = await release.rows(
        "select tenant_id, lot_id, active_from_us, expires_on, points from lot_lookup where member_id = ?",
        member_id,
    )
    return ReleasedMember(
        True,
        known.listed(tenant_id, member_id, "all"),
        known.redemption_counts(tenant_id, member_id),
        [_lot(*lot) for owner_id, *lot in lots if owner_id == tenant_id],
    )


def _lot(lot_id: UUID, active_from_us: int, expires_on: date | None, points: int) -> Lot:
    # Counted from the epoch: read as a timestamp, it would need another time zone library.
    return Lot(lot_id, _EPOCH + timedelta(microseconds=active_from_us), expires_on, points)


async def popular_items(release: Release, tenant_id: UUID, limit: int | None = None) -> list[UUID]:
    """Return the tenant's items, most popular first; all of them without a limit.

    Raises:
        NoArrays: the release is of an earlier version.
    """
    return _recommended_from(release).popular(tenant_id, limit)


async def item_neighbours(
    release: Release, tenant_id: UUID, item_id: UUID, kind: str = "together"
) -> list[tuple[UUID, float]]:
    """Return an item's neighbours of a kind with their weights, closest first.

    Raises:
        NoArrays: the release is of an earlier version.
    """
    return _recommended_from(release).neighbours(tenant_id, item_id, kind)


def _recommended_from(release: Release) -> RecommendedFrom:
    if not release.arrays:
        raise NoArrays(
            f"release {release.manifest.release_id} was published before releases had arrays: "
            "run `pointmart pipeline run`"
        )
    return release.made(RecommendedFrom)


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
