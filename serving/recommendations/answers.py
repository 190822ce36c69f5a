"""Gathers what an answer needs, from the release and the live database, and has it composed."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from uuid import UUID

import numpy as np

from serving.database import DatabaseAway
from serving.keys import DatabaseUnavailable
from serving.problems import Problem
from serving.recommendations.affordability import farthest_price
from serving.recommendations.candidates import put_forward, sources_of
from serving.recommendations.composition import Question, Sources, compose
from serving.recommendations.contexts import Anchors, Context, Filter, anchor_ids
from serving.recommendations.domain import Expiring, Policy, Reach, Recommendation, Sale, Signal
from serving.recommendations.live import NOTHING_LANDED, LiveMembers, LiveState
from serving.recommendations.live_shop import LiveShops
from serving.recommendations.policies import Experiment
from serving.recommendations.released import ReleasedMember, popular_items, released_member, released_window
from serving.recommendations.released_shop import released_shop
from serving.recommendations.visitors import SOMEBODY, Visitor, member_as_released, member_now
from serving.recommendations.window import Window, merged
from serving.release import Release

# From about there on what popularity lends is no more than what every item is lent.
_POPULAR_OF_ALL = 1_500
# An item may run out while it is being chosen; that it happens so often in one answer is next to impossible.
_ATTEMPTS = 4
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


@dataclass(frozen=True)
class Live:
    """What is asked of the live database."""

    members: LiveMembers
    shops: LiveShops


async def recommend(release: Release, live: Live, asked: Asked, experiment: Experiment) -> Answer:
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
        return await _live_answer(release, live, asked, experiment, released)
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
    window = await released_window(release, tenant_id)
    names = window.names(anchor_ids(asked.context, visitor.state, visitor.policy))
    _refuse_unknown(asked.context, names)
    sources = await sources_of(
        release, tenant_id, visitor.policy, (), asked.now, _anchors(asked.context, names)
    )
    # What is drawn has to be deliverable, which a release cannot say.
    question = Question(asked.request_id, asked.limit, asked.reach, 0.0, asked.context)
    shown = await _chosen(release, asked, visitor, sources, window, {}, question)
    return _answer(visitor, sources, shown, asked.context, is_degraded=True)


async def _live_answer(
    release: Release, live: Live, asked: Asked, experiment: Experiment, released: ReleasedMember
) -> Answer:
    tenant_id, now = asked.tenant_id, asked.now
    state, window = await asyncio.gather(
        _live_state(release, live, asked, released), live.shops.window(tenant_id)
    )
    visitor, signals = SOMEBODY, list[Signal]()
    if asked.member_id is not None and state is not None and state.member is not None:
        signals = state.signals(now)
        visitor = member_now(
            tenant_id, asked.member_id, released, state.member, signals, now, asked.context, experiment
        )
    elif asked.is_member:
        raise UnknownMember("this tenant has no such member; register the member first")
    anchors = anchor_ids(asked.context, visitor.state, visitor.policy)
    if len(names := window.names(anchors)) < len(anchors):
        window = await live.shops.window(tenant_id, is_renewed=True)
        names = window.names(anchors)
    _refuse_unknown(asked.context, names)
    sources = await sources_of(
        release, tenant_id, visitor.policy, signals, now, _anchors(asked.context, names)
    )
    question = Question(
        asked.request_id, asked.limit, asked.reach, experiment.exploration_share, asked.context
    )
    sales: Mapping[UUID, Sale] = {}
    if window.has_sales:
        sales = await live.shops.running_sales(tenant_id, asked.member_id, now=now)
    shown = list[Recommendation]()
    gone: Collection[UUID] = ()
    for _ in range(_ATTEMPTS):
        shown = await _chosen(release, asked, visitor, sources, window, sales, question)
        # Pieces of a sale are its own, and were counted just now.
        on_shelf = [each.offer.item_id for each in shown if each.offer.sale is None]
        checked = await live.shops.check(tenant_id, window, on_shelf)
        gone = [item_id for item_id in on_shelf if checked.stocks.get(item_id, 0) <= 0]
        if checked.is_changed:
            window = await live.shops.window(tenant_id, is_renewed=True)
        elif gone:
            window = live.shops.strike_out(tenant_id, window, gone)
        else:
            break
    else:
        # Sold faster than it can be chosen.
        shown = [each for each in shown if each.offer.item_id not in gone]
    return _answer(visitor, sources, shown, asked.context, is_degraded=False)


async def _live_state(
    release: Release, live: Live, asked: Asked, released: ReleasedMember
) -> LiveState | None:
    if asked.member_id is None:
        return None
    # Of a member it does not count (a test member, or one whose row had not landed) a release may hold entries
    # without showing them: everything is read.
    landing = release.manifest.landing
    landed, landed_at = (
        (landing.snapshot, landing.landed_at) if released.is_known else (NOTHING_LANDED, _NEVER)
    )
    return await live.members.state(
        asked.tenant_id, asked.member_id, landed=landed, landed_at=landed_at, now=asked.now
    )


async def _chosen(
    release: Release,
    asked: Asked,
    visitor: Visitor,
    sources: Sources,
    window: Window,
    sales: Mapping[UUID, Sale],
    question: Question,
) -> list[Recommendation]:
    """Choose from what can be delivered of what is put forward; of a small choice, from all that is within reach now."""
    tenant_id, now, purse = asked.tenant_id, asked.now, visitor.purse
    shop, whole = await released_shop(release, tenant_id), window.shelf
    budget = farthest_price(purse, asked.reach)
    forward = [
        whole.places(items) for items in put_forward(visitor.policy, sources, visitor.state, purse, shop)
    ]
    on_sale = window.on_sale(sales, now, budget, asked.filter)
    entries = window.deliverable(merged(forward, len(whole)), now, budget, asked.filter)
    within = int((whole.prices[entries] <= purse.available).sum()) + len(on_sale)
    if purse.available and within < asked.limit:
        # Small balances, young shops and narrow filters.
        everything = window.deliverable(np.arange(len(whole)), now, purse.available, asked.filter)
        entries = merged([entries, everything], len(whole))
        sources = replace(sources, popular=await popular_items(release, tenant_id, _POPULAR_OF_ALL))
    part = whole.part(merged([entries, np.array(list(on_sale), np.int64)], len(whole)), on_sale)
    return compose(visitor.policy, question, part, sources, member=visitor.state, purse=purse, shop=shop)


def _answer(
    visitor: Visitor, sources: Sources, shown: list[Recommendation], context: Context, *, is_degraded: bool
) -> Answer:
    purse = visitor.purse
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
