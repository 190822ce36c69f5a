"""What a release knows of a member, an item's neighbours, the popular items and the shop."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from msgspec import Struct, field

from serving.problems import Problem
from serving.recommendations.acts import NAMES, ReleasedActs, acts_before
from serving.recommendations.arrays import RecommendedFrom
from serving.recommendations.balance import Lot
from serving.recommendations.domain import Act, ListedItem
from serving.recommendations.habits import HABITS, Habits, ReleasedHabits
from serving.recommendations.items import Weighted
from serving.recommendations.lots import LEFT, ReleasedLots
from serving.recommendations.window import Window, window_of
from serving.release import Release


class NoArrays(Problem):
    """The release in use was published before recommendations were read from arrays; run `pointmart pipeline run`."""

    slug = "no-arrays"
    title = "The release has nothing to recommend from"
    status = 503


class ReleasedMember(Struct, frozen=True):
    """A member as of the landing.

    Attributes:
        is_known: whether the release counts the member; test members and newcomers it does not.
        listed, novel: its lists of anything, and of what it has never taken, best first.
        lots: those of which something is left, each with the sum of its landed entries.
        acts: what it did in the week before the landing, newest first.
    """

    is_known: bool
    listed: Sequence[ListedItem] = ()
    novel: Sequence[ListedItem] = ()
    redemption_counts: Mapping[UUID, int] = field(default_factory=dict)
    lots: Sequence[Lot] = ()
    acts: Sequence[Act] = ()
    habits: Habits = Habits()


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
        known.listed(place, "all"),
        known.listed(place, "novel"),
        known.redemption_counts(place),
        release.made(released_lots).of_member(place),
        release.made(released_acts).of_member(place),
        release.made(released_habits).of_member(place),
    )


async def popular_items(release: Release, tenant_id: UUID, limit: int | None = None) -> Sequence[UUID]:
    """Return the tenant's items, most popular first; all of them without a limit.

    Raises:
        NoArrays: the release is of an earlier version.
    """

    async def found() -> Sequence[UUID]:
        return _known(release).popular(tenant_id, limit)

    return await release.kept((popular_items, tenant_id, limit), found)


async def item_neighbours(
    release: Release, tenant_id: UUID, item_id: UUID, kind: str = "together"
) -> Weighted:
    """Return an item's neighbours of a kind with their weights, closest first.

    Raises:
        NoArrays: the release is of an earlier version.
    """
    return _known(release).neighbours(tenant_id, item_id, kind)


async def starting_items(release: Release, tenant_id: UUID, group: str) -> Weighted:
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


def released_acts(release: Release) -> ReleasedActs:
    """Gather what a release's members did in the week before its landing."""
    return ReleasedActs(
        release.columns(acts_before(release.manifest.landing.landed_at)),
        release.made(recommended_from).item_ids,
        release.columns(NAMES)["name"].tolist(),
    )


# What is made when a release is opened.
MAKES = (recommended_from, released_lots, released_acts, released_habits)
_OFFERS = """
select item_id, i.name, i.category, i.kind, o.price_points, epoch(o.listed_from), epoch(o.listed_until)
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


async def released_window(release: Release, tenant_id: UUID) -> Window:
    """Return a tenant's offers as of the landing, put together once; whether they are in stock now it cannot say."""
    return await release.kept((Window, tenant_id), lambda: _window(release, tenant_id))


async def _window(release: Release, tenant_id: UUID) -> Window:
    found = await release.rows(_OFFERS, tenant_id)
    return await asyncio.to_thread(window_of, ((*row[:5], _at(row[5]), _at(row[6]), None) for row in found))


def _at(seconds: float | None) -> datetime | None:
    return None if seconds is None else _EPOCH + timedelta(seconds=seconds)
