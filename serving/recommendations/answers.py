"""Gathers what an answer needs, from the release and the live database, and has it composed."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from uuid import UUID

from serving.database import Database, DatabaseAway
from serving.keys import DatabaseUnavailable
from serving.problems import Problem
from serving.recommendations.affordability import farthest_price
from serving.recommendations.candidates import put_forward, sources_of
from serving.recommendations.composition import Question, Sources, compose
from serving.recommendations.contexts import Anchors, Context, Filter, anchor_ids
from serving.recommendations.domain import Expiring, Offer, Policy, Reach, Recommendation, Sale, Signal
from serving.recommendations.live import NOTHING_LANDED, LiveMember, live_member, live_signals
from serving.recommendations.live_shop import deliverable_offers, offered_names, running_sales
from serving.recommendations.policies import Experiment
from serving.recommendations.released import (
    ReleasedMember,
    offers_at_landing,
    popular_items,
    released_member,
    released_names,
)
from serving.recommendations.released_shop import released_shop
from serving.recommendations.visitors import SOMEBODY, Visitor, member_as_released, member_now
from serving.release import Release

# From about there on what popularity lends is no more than what every item is lent.
_POPULAR_OF_ALL = 1_500
_NEVER = datetime.min.replace(tzinfo=UTC)


class UnknownMember(Problem):
    """This tenant has no such member; register the member first."""

    slug = "unknown-member"
    title = "This tenant has no such member"
    status = 404


class UnknownItem(Problem):
    """This tenant does not offer such an item and never did; look it up among the tenant's offers."""

    slug = "unknown-item"
    title = "This tenant offers no such item"
    status = 404


@dataclass(frozen=True)
class Asked:
    """One request: who asks for whom, where, how much and how far, when, under which id.

    Attributes:
        member_id: None: nobody knows who looks.
        is_member: whether the member has to be one of the tenant's; else one who is not is answered as somebody.
        filter: what the answer is narrowed to.
    """

    tenant_id: UUID
    member_id: UUID | None
    request_id: UUID
    limit: int
    reach: Reach
    now: datetime
    is_member: bool = True
    context: Context = field(default_factory=Context)
    filter: Filter = field(default_factory=Filter)


@dataclass(frozen=True)
class Answer:
    """Recommendations, with the points they were cut to; degraded: from the release alone, as of its landing.

    Attributes:
        available_points: None of somebody who is no member of the tenant.
        item_ids: what the answer goes with.
        expiring: the points that are to be used up.
    """

    policy: Policy
    available_points: int | None
    recommendations: list[Recommendation]
    is_degraded: bool
    item_ids: Sequence[UUID] = ()
    expiring: Expiring | None = None


async def recommend(release: Release, database: Database, asked: Asked, experiment: Experiment) -> Answer:
    """Return what to show a member, or somebody on an item's page, now.

    Raises:
        UnknownMember: the tenant has no such member.
        UnknownItem: the page is about an item that the tenant never offered.
        DatabaseUnavailable: the database is away and the release does not know the member.
    """
    released = ReleasedMember(False)
    if asked.member_id is not None:
        released = await released_member(release, asked.tenant_id, asked.member_id)
    try:
        return await _live_answer(release, database, asked, experiment, released)
    except DatabaseAway as error:
        if asked.is_member and not released.is_known:
            raise DatabaseUnavailable("nothing is known of this member yet; try again in a moment") from error
    return await _released_answer(release, asked, experiment, released)


async def _released_answer(
    release: Release, asked: Asked, experiment: Experiment, released: ReleasedMember
) -> Answer:
    tenant_id = asked.tenant_id
    visitor = SOMEBODY
    if asked.member_id is not None and released.is_known:
        visitor = member_as_released(
            tenant_id, asked.member_id, released, asked.now, asked.context, experiment
        )
    names = await released_names(release, tenant_id, anchor_ids(asked.context, visitor.state, visitor.policy))
    _refuse_unknown(asked.context, names)
    sources = await sources_of(
        release, tenant_id, visitor.policy, (), asked.now, _anchors(asked.context, names)
    )
    sources = replace(sources, popular=await popular_items(release, tenant_id, _POPULAR_OF_ALL))
    offers = await offers_at_landing(
        release, tenant_id, asked.now, farthest_price(visitor.purse, asked.reach)
    )
    # What is drawn has to be deliverable, which a release cannot say.
    return await _composed(release, asked, visitor, sources, offers, draws=0.0, is_degraded=True)


async def _live_answer(
    release: Release,
    database: Database,
    asked: Asked,
    experiment: Experiment,
    released: ReleasedMember,
) -> Answer:
    tenant_id, now = asked.tenant_id, asked.now
    (live, signals), sales = await asyncio.gather(
        _live_member(release, database, asked, released),
        running_sales(database, tenant_id, asked.member_id, now=now),
    )
    if live is not None and asked.member_id is not None:
        visitor = member_now(
            tenant_id, asked.member_id, released, live, signals, now, asked.context, experiment
        )
    elif asked.is_member:
        raise UnknownMember("this tenant has no such member; register the member first")
    else:
        visitor, signals = SOMEBODY, []
    names = await offered_names(database, tenant_id, anchor_ids(asked.context, visitor.state, visitor.policy))
    _refuse_unknown(asked.context, names)
    sources = await sources_of(
        release, tenant_id, visitor.policy, signals, now, _anchors(asked.context, names)
    )
    offers, sources = await _deliverable(release, database, asked, visitor, sales, sources)
    return await _composed(
        release, asked, visitor, sources, offers, draws=experiment.exploration_share, is_degraded=False
    )


async def _live_member(
    release: Release, database: Database, asked: Asked, released: ReleasedMember
) -> tuple[LiveMember | None, list[Signal]]:
    if asked.member_id is None:
        return None, []
    # Of a member it does not count (a test member, or one whose row had not landed) a release may hold entries
    # without showing them: everything is read.
    landing = release.manifest.landing
    landed, landed_at = (
        (landing.snapshot, landing.landed_at) if released.is_known else (NOTHING_LANDED, _NEVER)
    )
    tenant_id, member_id, now = asked.tenant_id, asked.member_id, asked.now
    return await asyncio.gather(
        live_member(database, tenant_id, member_id, landed=landed, now=now),
        live_signals(database, tenant_id, member_id, landed=landed, landed_at=landed_at, now=now),
    )


async def _deliverable(
    release: Release,
    database: Database,
    asked: Asked,
    visitor: Visitor,
    sales: Mapping[UUID, Sale],
    sources: Sources,
) -> tuple[list[Offer], Sources]:
    """Return what can be delivered of what is put forward; of a small choice, of all that is within reach now."""
    purse, shop = visitor.purse, await released_shop(release, asked.tenant_id)
    item_ids: Collection[UUID] = put_forward(visitor.policy, sources, visitor.state, purse, shop)
    offers = partial(deliverable_offers, database, asked.tenant_id, now=asked.now, sales=sales)
    found = await offers(budget=farthest_price(purse, asked.reach), item_ids=item_ids)
    within = sum(asked.filter.admits(offer) and offer.price_points <= purse.available for offer in found)
    if not purse.available or within >= asked.limit:
        return found, sources
    # Small balances, young shops and narrow filters.
    found += await offers(budget=purse.available)
    return found, replace(sources, popular=await popular_items(release, asked.tenant_id, _POPULAR_OF_ALL))


async def _composed(
    release: Release,
    asked: Asked,
    visitor: Visitor,
    sources: Sources,
    offers: Sequence[Offer],
    *,
    draws: float,
    is_degraded: bool,
) -> Answer:
    context, purse = asked.context, visitor.purse
    shown = compose(
        visitor.policy,
        Question(asked.request_id, asked.limit, asked.reach, draws, context),
        [offer for offer in offers if asked.filter.admits(offer)],
        sources,
        member=visitor.state,
        purse=purse,
        shop=await released_shop(release, asked.tenant_id),
    )
    return Answer(
        visitor.policy,
        purse.available if visitor.is_member else None,
        shown,
        is_degraded,
        item_ids=tuple(sources.anchors.names),
        expiring=purse.expiring if context.kind == "expiring" else None,
    )


def _anchors(context: Context, names: Mapping[UUID, str]) -> Anchors:
    return Anchors(names, has_redeemed=context.kind == "after_redemption")


def _refuse_unknown(context: Context, names: Mapping[UUID, str]) -> None:
    if context.kind == "goes_with" and not names:
        raise UnknownItem("this tenant offers no such item; look it up among the tenant's offers")
