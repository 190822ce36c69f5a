"""Which items a release puts forward for a member, before it is known which of them can be had now."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from msgspec.structs import replace

from serving.clock import business_date
from serving.recommendations.composition import Sources
from serving.recommendations.contexts import Anchors
from serving.recommendations.domain import MemberState, Policy, Purse, Shop, Signal
from serving.recommendations.items import Neighbours, item_ids, joined
from serving.recommendations.released import item_neighbours, popular_items
from serving.recommendations.released_shop import explorable_items
from serving.recommendations.signals import weight
from serving.recommendations.starting import groups_of
from serving.release import Release

# Twice the largest answer, so that stock and price may strike out half of them.
_POPULAR = 100
# Of each followed item the closest neighbours: those after them lend next to nothing, and cost as much to weigh.
_TOGETHER = 30
# What is alike is many times more than what is taken together; the closest are enough to bring a new item in.
_ALIKE = 10
# Of what an answer is to go with, as many as the longest answer may show.
_BESIDE = 50
# Of fifty signals the weaker ones add nearly nothing to what the twenty strongest lend, and cost as much.
_FOLLOWED = 20
# What was listed four weeks ago at most is new.
_NEW = timedelta(days=28)


async def sources_of(
    release: Release,
    tenant_id: UUID,
    policy: Policy,
    signals: Sequence[Signal],
    now: datetime,
    anchors: Anchors | None = None,
) -> Sources:
    """Return what the release has for a policy, with the neighbours of what was signalled most strongly.

    Args:
        anchors: the names of what the answer is to go with; their neighbours are added.

    Raises:
        NoArrays: the release is of an earlier version.
    """
    return Sources(
        new_since=now - _NEW,
        popular=await popular_items(release, tenant_id, _POPULAR),
        neighbours=await _neighbours(release, tenant_id, signals) if policy == "recipe" else {},
        explorable=await explorable_items(release, tenant_id, business_date(now)),
        anchors=await _with_neighbours(release, tenant_id, policy, anchors or Anchors()),
    )


def put_forward(
    policy: Policy, sources: Sources, member: MemberState, purse: Purse, shop: Shop
) -> list[Collection[UUID]]:
    """Return the items that may be shown by a policy, by what puts them forward; some are in several."""
    listed = [sources.popular, *(near.items for near in sources.anchors.neighbours.values())]
    # What is taken again is no neighbour of itself, and may be asked for after a redemption.
    others: list[Collection[UUID]] = [sources.explorable, list(sources.anchors.names)]
    if policy == "recipe":
        listed += [item_ids(member.listed), item_ids(member.novel)]
        listed += [near.items for near in sources.neighbours.values()]
        others += [
            shop.started_by(groups_of(member, shop, purse.available)).items,
            [signal.item_id for signal in member.signals],
        ]
    return [joined(listed), *filter(len, others)]


async def _neighbours(release: Release, tenant_id: UUID, signals: Sequence[Signal]) -> dict[UUID, Neighbours]:
    by_strength = sorted(signals, key=weight, reverse=True)
    followed = list(dict.fromkeys(signal.item_id for signal in by_strength))[:_FOLLOWED]
    return {item_id: await _near(release, tenant_id, item_id, _TOGETHER, _ALIKE) for item_id in followed}


async def _with_neighbours(release: Release, tenant_id: UUID, policy: Policy, anchors: Anchors) -> Anchors:
    # Members who are compared with are shown what is popular, wherever they look.
    if policy == "popularity":
        return anchors
    near = {item_id: await _near(release, tenant_id, item_id, _BESIDE, _BESIDE) for item_id in anchors.names}
    return replace(anchors, neighbours=near)


async def _near(release: Release, tenant_id: UUID, item_id: UUID, together: int, alike: int) -> Neighbours:
    async def found() -> Neighbours:
        return Neighbours(
            (await item_neighbours(release, tenant_id, item_id)).first(together),
            (await item_neighbours(release, tenant_id, item_id, "content")).first(alike),
        )

    return await release.kept((Neighbours, tenant_id, item_id, together, alike), found)
