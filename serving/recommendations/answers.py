"""Gathers what an answer needs, from the release and the live database, and has it composed."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from serving.database import DatabaseAway
from serving.keys import DatabaseUnavailable
from serving.problems import Problem
from serving.recommendations.affordability import farthest_price
from serving.recommendations.candidates import put_forward, sources_of
from serving.recommendations.composition import Question, Sources, compose
from serving.recommendations.contexts import Anchors, Context, Filter, anchor_ids
from serving.recommendations.domain import CashRule, Expiring, Policy, Reach, Recommendation, Sale
from serving.recommendations.live import NOTHING_LANDED
from serving.recommendations.members import Member
from serving.recommendations.mirror import Mirror
from serving.recommendations.news import Terms
from serving.recommendations.policies import Experiment
from serving.recommendations.released import ReleasedMember, popular_items, released_member, released_window
from serving.recommendations.released_shop import released_shop
from serving.recommendations.visitors import SOMEBODY, Visitor, as_of_now, as_released, visitor_of
from serving.recommendations.window import Window, merged
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


class Asked(Struct, frozen=True):
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
    context: Context = Context()
    filter: Filter = Filter()


class Answer(Struct, frozen=True):
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


async def recommend(release: Release, live: Mirror, asked: Asked, experiment: Experiment) -> Answer:
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
    visitor = SOMEBODY
    if asked.member_id is not None and released.is_known:
        visitor = _visitor(asked, asked.member_id, as_released(released), released, None, experiment)
    window = await released_window(release, asked.tenant_id)
    # What is drawn has to be deliverable, which a release cannot say.
    return await _answer(release, asked, visitor, window, {}, exploration_share=0.0, is_degraded=True)


async def _live_answer(
    release: Release, live: Mirror, asked: Asked, experiment: Experiment, released: ReleasedMember
) -> Answer:
    tenant = live.tenant(asked.tenant_id)
    landed = release.manifest.landing.snapshot

    def is_as_landed() -> bool:
        return asked.member_id is None or (released.is_known and tenant.is_as_landed(landed, asked.member_id))

    def may_have_bought(terms: Terms) -> bool:
        # Whoever redeemed nothing since the first of them started has bought nothing in any of them.
        started = [since for since, _ in terms.running(asked.now)]
        return bool(started) and not (is_as_landed() and released.habits.redeemed_at < min(started))

    async def of_member() -> Member | None:
        assert asked.member_id is not None, "of nobody the release says all there is"
        return await _member_now(release, live, asked, asked.member_id, released)

    async def own_sales() -> Mapping[UUID, Sale]:
        return await live.sales.running(asked.tenant_id, asked.member_id, now=asked.now)

    # What the release does not say is read beside the look. After it, each of the two would wait for the others' turns
    # once more.
    reading = None if is_as_landed() else asyncio.ensure_future(of_member())
    selling = asyncio.ensure_future(own_sales()) if may_have_bought(tenant.terms) else None
    with _heard(reading, selling):
        shop = await tenant.shop()
        visitor = SOMEBODY
        if asked.member_id is not None:
            if reading is not None:
                member = await reading
            else:
                member = as_released(released) if is_as_landed() else await of_member()
            if member is not None:
                visitor = _visitor(asked, asked.member_id, member, released, shop.terms.cash, experiment)
            elif asked.is_member:
                raise UnknownMember("this tenant has no such member; register the member first")
        sales: Mapping[UUID, Sale] = {sale.item_id: sale for _, sale in shop.terms.running(asked.now)}
        if may_have_bought(shop.terms):
            sales = await own_sales() if selling is None else await selling
    return await _answer(
        release, asked, visitor, shop.window, sales,
        exploration_share=experiment.exploration_share, is_degraded=False,
    )  # fmt: skip


@contextmanager
def _heard(*futures: asyncio.Future[Any] | None) -> Iterator[None]:
    """Let nobody wait in vain for what an answer no longer needs, and hear what became of it."""
    try:
        yield
    finally:
        for future in futures:
            if future is not None and not future.done():
                future.cancel()
            elif future is not None and not future.cancelled():
                future.exception()


async def _member_now(
    release: Release, live: Mirror, asked: Asked, member_id: UUID, released: ReleasedMember
) -> Member | None:
    # Of a member it does not count (a test member, or one whose row had not landed) a release may hold entries
    # without showing them: everything is read.
    landing = release.manifest.landing
    landed, landed_at = (
        (landing.snapshot, landing.landed_at) if released.is_known else (NOTHING_LANDED, _NEVER)
    )
    found = await live.members.member(
        asked.tenant_id, member_id, landed=landed, landed_at=landed_at, now=asked.now
    )
    return found and as_of_now(released, found)


def _visitor(
    asked: Asked, member_id: UUID, member: Member, released: ReleasedMember,
    cash: CashRule | None, experiment: Experiment,
) -> Visitor:  # fmt: skip
    return visitor_of(
        asked.tenant_id, member_id, member, released,
        cash=cash, now=asked.now, context=asked.context, experiment=experiment,
    )  # fmt: skip


async def _answer(
    release: Release,
    asked: Asked,
    visitor: Visitor,
    window: Window,
    sales: Mapping[UUID, Sale],
    *,
    exploration_share: float,
    is_degraded: bool,
) -> Answer:
    """Answer for a visitor from what a shop's window has.

    Raises:
        UnknownItem: the page is about an item that the tenant never offered.
    """
    context, purse = asked.context, visitor.purse
    names = window.names(anchor_ids(context, visitor.state, visitor.policy))
    if context.kind == "goes_with" and not names:
        raise UnknownItem("this tenant offers no such item; look it up among the tenant's offers")
    anchors = Anchors(names, has_redeemed=context.kind == "after_redemption")
    sources = await sources_of(
        release, asked.tenant_id, visitor.policy, visitor.state.signals, asked.now, anchors
    )
    question = Question(asked.request_id, asked.limit, asked.reach, exploration_share, context)
    return Answer(
        visitor.policy,
        purse.available if visitor.is_member else None,
        await _chosen(release, asked, visitor, sources, window, sales, question),
        is_degraded,
        item_ids=tuple(names),
        expiring=purse.expiring if context.kind == "expiring" else None,
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
    if on_sale:
        entries = merged([entries, np.array(list(on_sale), np.int64)], len(whole))
    part = whole.part(entries, on_sale)
    return compose(visitor.policy, question, part, sources, member=visitor.state, purse=purse, shop=shop)
