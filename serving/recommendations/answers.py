"""Gathers what an answer needs, from the release and the live database, and has it composed."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from uuid import UUID

from serving.database import Database, DatabaseAway
from serving.keys import DatabaseUnavailable
from serving.problems import Problem
from serving.recommendations.affordability import farthest_price
from serving.recommendations.balance import SOON, Balance, united
from serving.recommendations.candidates import put_forward, sources_of
from serving.recommendations.composition import Question, Sources, compose
from serving.recommendations.domain import (
    CashRule,
    MemberState,
    Offer,
    Policy,
    Purse,
    Reach,
    Recommendation,
    Sale,
    Signal,
)
from serving.recommendations.habits import Habits
from serving.recommendations.live import NOTHING_LANDED, live_member, live_signals
from serving.recommendations.live_shop import deliverable_offers, running_sales
from serving.recommendations.policies import Experiment, policy_of
from serving.recommendations.released import (
    ReleasedMember,
    offers_at_landing,
    popular_items,
    released_member,
)
from serving.recommendations.released_shop import released_shop
from serving.release import Release

# From about there on what popularity lends is no more than what every item is lent.
_POPULAR_OF_ALL = 1_500
_NEVER = datetime.min.replace(tzinfo=UTC)


class UnknownMember(Problem):
    """This tenant has no such member; register the member first."""

    slug = "unknown-member"
    title = "This tenant has no such member"
    status = 404


@dataclass(frozen=True)
class Asked:
    """One request: who asks for whom, how much and how far, when, under which id."""

    tenant_id: UUID
    member_id: UUID
    request_id: UUID
    limit: int
    reach: Reach
    now: datetime


@dataclass(frozen=True)
class Answer:
    """Recommendations, with the points they were cut to; degraded: from the release alone, as of its landing."""

    policy: Policy
    available_points: int
    recommendations: list[Recommendation]
    is_degraded: bool


async def recommend(release: Release, database: Database, asked: Asked, experiment: Experiment) -> Answer:
    """Return what to show a member now.

    Raises:
        UnknownMember: the tenant has no such member.
        DatabaseUnavailable: the database is away and the release does not know the member.
    """
    tenant_id, member_id = asked.tenant_id, asked.member_id
    released = await released_member(release, tenant_id, member_id)
    habits = released.habits
    try:
        return await _live_answer(release, database, asked, experiment, released)
    except DatabaseAway as error:
        if not released.is_known:
            raise DatabaseUnavailable("nothing is known of this member yet; try again in a moment") from error
    policy = policy_of(
        tenant_id, member_id, is_personalised=habits.is_personalised, control_share=experiment.control_share
    )
    purse = purse_of(Balance(released.lots), habits, asked.now, cash=None, policy=policy)
    offers = await offers_at_landing(release, tenant_id, asked.now, farthest_price(purse, asked.reach))
    shown = compose(
        policy,
        # What is drawn has to be deliverable, which a release cannot say.
        Question(asked.request_id, asked.limit, asked.reach),
        offers,
        Sources(asked.now, popular=await popular_items(release, tenant_id, _POPULAR_OF_ALL)),
        member=member_state(released, habits.profile),
        purse=purse,
        shop=await released_shop(release, tenant_id),
    )
    return Answer(policy, purse.available, shown, is_degraded=True)


async def _live_answer(
    release: Release,
    database: Database,
    asked: Asked,
    experiment: Experiment,
    released: ReleasedMember,
) -> Answer:
    # Of a member it does not count (a test member, or one whose row had not landed) a release may hold entries
    # without showing them: everything is read.
    landing = release.manifest.landing
    landed, landed_at = (
        (landing.snapshot, landing.landed_at) if released.is_known else (NOTHING_LANDED, _NEVER)
    )
    tenant_id, member_id, now = asked.tenant_id, asked.member_id, asked.now
    live, signals, sales = await asyncio.gather(
        live_member(database, tenant_id, member_id, landed=landed, now=now),
        live_signals(database, tenant_id, member_id, landed=landed, landed_at=landed_at, now=now),
        running_sales(database, tenant_id, member_id, now=now),
    )
    if live is None:
        raise UnknownMember("this tenant has no such member; register the member first")
    policy = policy_of(
        tenant_id, member_id, is_personalised=live.is_personalised, control_share=experiment.control_share
    )
    balance = Balance(united(live.balance.lots, released.lots), live.balance.held)
    purse = purse_of(balance, released.habits, now, cash=live.cash, policy=policy)
    member = member_state(released, live.profile, signals)
    shop = await released_shop(release, tenant_id)
    sources = await sources_of(release, tenant_id, policy, signals, now)
    item_ids = put_forward(policy, sources, member, purse, shop)
    offers, sources = await _deliverable(release, database, asked, purse, sales, sources, item_ids)
    question = Question(asked.request_id, asked.limit, asked.reach, experiment.exploration_share)
    shown = compose(policy, question, offers, sources, member=member, purse=purse, shop=shop)
    return Answer(policy, purse.available, shown, is_degraded=False)


async def _deliverable(
    release: Release,
    database: Database,
    asked: Asked,
    purse: Purse,
    sales: Mapping[UUID, Sale],
    sources: Sources,
    item_ids: Collection[UUID],
) -> tuple[list[Offer], Sources]:
    """Return what can be delivered of some items; of a small choice, of all that is within reach now."""
    offers = partial(deliverable_offers, database, asked.tenant_id, now=asked.now, sales=sales)
    found = await offers(budget=farthest_price(purse, asked.reach), item_ids=item_ids)
    if not purse.available or sum(offer.price_points <= purse.available for offer in found) >= asked.limit:
        return found, sources
    # Small balances and young shops.
    found += await offers(budget=purse.available)
    return found, replace(sources, popular=await popular_items(release, asked.tenant_id, _POPULAR_OF_ALL))


def member_state(
    released: ReleasedMember, profile: str | None, signals: Sequence[Signal] = ()
) -> MemberState:
    """Return what is known of a member."""
    return MemberState(
        released.listed,
        released.novel,
        released.redemption_counts,
        released.habits.usual_points,
        profile,
        signals,
    )


def purse_of(
    balance: Balance, habits: Habits, now: datetime, *, cash: CashRule | None, policy: Policy = "recipe"
) -> Purse:
    """Return what a member can pay with; of one who refused, what it usually earns is not looked at."""
    coming = balance.activated_by(now, now + SOON)
    if policy != "unpersonalised":
        coming += habits.earned_points
    return Purse(balance.available(now), coming, balance.expiring(now), cash)
