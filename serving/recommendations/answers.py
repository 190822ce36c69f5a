"""Gathers what an answer needs, from the release and the live database, and combines it."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from serving.database import Database, DatabaseAway
from serving.keys import DatabaseUnavailable
from serving.problems import Problem
from serving.recommendations.balance import available_points
from serving.recommendations.domain import MemberState, Recommendation, Signal, combine
from serving.recommendations.live import NOTHING_LANDED, deliverable_offers, live_points, live_signals
from serving.recommendations.released import (
    ReleasedMember,
    item_neighbours,
    offers_at_landing,
    popular_items,
    released_member,
)
from serving.release import Release

# Twice the largest answer, so that stock and price may strike out half of them.
_POPULAR_CANDIDATES = 100
_NEVER = datetime.min.replace(tzinfo=UTC)


class UnknownMember(Problem):
    """This tenant has no such member; register the member first."""

    slug = "unknown-member"
    title = "This tenant has no such member"
    status = 404


@dataclass(frozen=True)
class Answer:
    """Recommendations, with the points they were cut to; degraded: from the release alone, as of its landing."""

    available_points: int
    recommendations: list[Recommendation]
    is_degraded: bool


async def recommend(
    release: Release, database: Database, *, tenant_id: UUID, member_id: UUID, limit: int, now: datetime
) -> Answer:
    """Return what to show a member now.

    Raises:
        UnknownMember: the tenant has no such member.
        DatabaseUnavailable: the database is away and the release does not know the member.
    """
    released = await released_member(release, tenant_id, member_id)
    try:
        return await _live_answer(
            release, database, released, tenant_id=tenant_id, member_id=member_id, limit=limit, now=now
        )
    except DatabaseAway as error:
        if not released.is_known:
            raise DatabaseUnavailable("nothing is known of this member yet; try again in a moment") from error
    budget = available_points(released.lots, now)
    offers = await offers_at_landing(release, tenant_id, now, budget)
    member = MemberState(released.listed, released.redemption_counts)
    popular = await popular_items(release, tenant_id)
    shown = combine(member, popular=popular, neighbours={}, offers=offers, limit=limit)
    return Answer(budget, shown, is_degraded=True)


async def _live_answer(
    release: Release,
    database: Database,
    released: ReleasedMember,
    *,
    tenant_id: UUID,
    member_id: UUID,
    limit: int,
    now: datetime,
) -> Answer:
    # Of a member it does not count (a test member, or one whose row had not landed) a release may hold entries
    # without showing them: everything is read.
    landing = release.manifest.landing
    landed, landed_at = (
        (landing.snapshot, landing.landed_at) if released.is_known else (NOTHING_LANDED, _NEVER)
    )
    points, signals = await asyncio.gather(
        live_points(database, tenant_id, member_id, landed=landed, now=now),
        live_signals(database, tenant_id, member_id, landed=landed, landed_at=landed_at, now=now),
    )
    if points is None:
        raise UnknownMember("this tenant has no such member; register the member first")
    landed_points = {lot.lot_id: lot.points for lot in released.lots}
    budget = available_points(points.lots, now, landed_points, held=points.held)
    member = MemberState(released.listed, released.redemption_counts, signals)
    neighbours = await _neighbours(release, tenant_id, signals)
    popular = await popular_items(release, tenant_id, _POPULAR_CANDIDATES)
    candidates = {listed.item_id for listed in released.listed}.union(popular)
    for item_id, near in neighbours.items():
        candidates.add(item_id)
        candidates.update(neighbour_id for neighbour_id, _ in near)
    offers = await deliverable_offers(database, tenant_id, now=now, budget=budget, item_ids=candidates)
    if len(offers) < limit and budget > 0:
        # Small balances and young shops: take all that is within reach.
        offers = await deliverable_offers(database, tenant_id, now=now, budget=budget)
        popular = await popular_items(release, tenant_id)
    shown = combine(member, popular=popular, neighbours=neighbours, offers=offers, limit=limit)
    return Answer(budget, shown, is_degraded=False)


async def _neighbours(
    release: Release, tenant_id: UUID, signals: Sequence[Signal]
) -> Mapping[UUID, Sequence[tuple[UUID, float]]]:
    item_ids = {signal.item_id for signal in signals}
    return {item_id: await item_neighbours(release, tenant_id, item_id) for item_id in item_ids}
