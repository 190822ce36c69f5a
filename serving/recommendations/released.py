"""What a release knows of a member, an item's neighbours, the popular items and the shop."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

from serving.problems import Problem
from serving.recommendations.arrays import RecommendedFrom
from serving.recommendations.balance import Lot
from serving.recommendations.domain import ListedItem, Offer
from serving.recommendations.habits import HABITS, Habits, ReleasedHabits
from serving.recommendations.lots import LEFT, ReleasedLots
from serving.release import Release


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
        listed, novel: its lists of anything, and of what it has never taken, best first.
        lots: those of which something is left, each with the sum of its landed entries.
    """

    is_known: bool
    listed: Sequence[ListedItem] = ()
    novel: Sequence[ListedItem] = ()
    redemption_counts: Mapping[UUID, int] = field(default_factory=dict)
    lots: Sequence[Lot] = ()
    habits: Habits = field(default_factory=Habits)


async def released_member(release: Release, tenant_id: UUID, member_id: UUID) -> ReleasedMember:
    """Return what the release knows of a member.

    Raises:
        NoArrays: the release is of an earlier version.
    """
    known = _known(release)
    place = known.place(tenant_id, member_id)
    if place is None:
        return ReleasedMember(False)
    return ReleasedMember(
        True,
        known.listed(tenant_id, member_id, "all"),
        known.listed(tenant_id, member_id, "novel"),
        known.redemption_counts(tenant_id, member_id),
        release.made(released_lots).of_member(place),
        release.made(released_habits).of_member(place),
    )


async def popular_items(release: Release, tenant_id: UUID, limit: int | None = None) -> list[UUID]:
    """Return the tenant's items, most popular first; all of them without a limit.

    Raises:
        NoArrays: the release is of an earlier version.
    """
    return _known(release).popular(tenant_id, limit)


async def item_neighbours(
    release: Release, tenant_id: UUID, item_id: UUID, kind: str = "together"
) -> list[tuple[UUID, float]]:
    """Return an item's neighbours of a kind with their weights, closest first.

    Raises:
        NoArrays: the release is of an earlier version.
    """
    return _known(release).neighbours(tenant_id, item_id, kind)


async def starting_items(release: Release, tenant_id: UUID, group: str) -> list[tuple[UUID, float]]:
    """Return what a group of newcomers is shown first with its scores, up to 1, best first.

    Raises:
        NoArrays: the release is of an earlier version.
    """
    return _known(release).starting(tenant_id, group)


def recommended_from(release: Release) -> RecommendedFrom:
    """Make the look-ups in a release's arrays."""
    return RecommendedFrom(release.arrays)


def released_lots(release: Release) -> ReleasedLots:
    """Add up what is left of a release's lots."""
    return ReleasedLots(release.columns(LEFT))


def released_habits(release: Release) -> ReleasedHabits:
    """Add up how a release's members spend and earn."""
    return ReleasedHabits(release.columns(HABITS))


# What is made when a release is opened.
MAKES = (recommended_from, released_lots, released_habits)
_OFFERS = """
select item_id, i.name, i.category, o.price_points, epoch(o.listed_from), epoch(o.listed_until), i.kind
from release.marts.dim_offer o
join release.marts.dim_item i using (item_id)
where o.tenant_id = ?
order by item_id
"""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _known(release: Release) -> RecommendedFrom:
    if not release.arrays:
        raise NoArrays(
            f"release {release.manifest.release_id} was published before releases had arrays: "
            "run `pointmart pipeline run`"
        )
    return release.made(recommended_from)


async def released_names(release: Release, tenant_id: UUID, item_ids: Sequence[UUID]) -> dict[UUID, str]:
    """Return item → name of those of some items that the tenant offers or has offered, in their order."""
    names = (
        {item_id: name for item_id, name, *_ in await release.rows(_OFFERS, tenant_id)} if item_ids else {}
    )
    return {item_id: names[item_id] for item_id in item_ids if item_id in names}


async def offers_at_landing(release: Release, tenant_id: UUID, now: datetime, budget: int) -> list[Offer]:
    """Return the tenant's listed offers within a budget; whether they are in stock now, a release cannot say."""
    found = await release.rows(_OFFERS, tenant_id)
    moment = now.timestamp()
    return [
        Offer(item_id, name, category, price, _EPOCH + timedelta(seconds=listed_from), kind=kind)
        for item_id, name, category, price, listed_from, listed_until, kind in found
        if price <= budget and listed_from <= moment and (listed_until is None or moment < listed_until)
    ]
