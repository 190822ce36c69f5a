"""Who looks: a member as it is now or as a release knows it, or somebody of whom nothing is known."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from serving.recommendations.affordability import ANY_PRICE
from serving.recommendations.balance import SOON, Balance, united
from serving.recommendations.contexts import Context
from serving.recommendations.domain import ACTS_WITHIN, Act, CashRule, MemberState, Policy, Purse, Signal
from serving.recommendations.habits import Habits
from serving.recommendations.members import Member
from serving.recommendations.policies import Experiment, policy_of
from serving.recommendations.released import ReleasedMember


class Visitor(Struct, frozen=True):
    """Whom an answer is for.

    Attributes:
        is_member: whether it is a member of the tenant; if not, its purse stands for any.
    """

    policy: Policy
    state: MemberState
    purse: Purse
    is_member: bool = True


SOMEBODY = Visitor("unpersonalised", MemberState(), Purse(ANY_PRICE), is_member=False)


def as_released(released: ReleasedMember) -> Member:
    """Return a member as it was when the release was landed."""
    habits = released.habits
    return Member(habits.is_personalised, habits.profile, Balance(released.lots), released.acts)


def as_of_now(released: ReleasedMember, live: Member) -> Member:
    """Return a member of whose lots the live database told what moved since the landing."""
    lots = united(live.balance.lots, released.lots)
    return replace(live, balance=Balance(lots, live.balance.held))


def visitor_of(
    tenant_id: UUID,
    member_id: UUID,
    member: Member,
    released: ReleasedMember,
    *,
    cash: CashRule | None,
    now: datetime,
    context: Context,
    experiment: Experiment,
) -> Visitor:
    """Return a member as somebody who looks now."""
    policy = policy_of(
        tenant_id, member_id, is_personalised=member.is_personalised, control_share=experiment.control_share
    )
    purse = purse_of(member.balance, released.habits, now, cash=cash, policy=policy, within=context.within)
    return Visitor(policy, member_state(released, member.profile, signals_of(member.acts, now)), purse)


def signals_of(acts: Sequence[Act], now: datetime) -> list[Signal]:
    """Return what a member did with how long ago that was; what is too long ago says something only if it is unlanded."""
    return [
        Signal(act.kind, act.item_id, act.item_name, age, act.is_unlanded)
        for act in acts
        if (age := now - act.at) < ACTS_WITHIN or act.is_unlanded
    ]


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
    balance: Balance,
    habits: Habits,
    now: datetime,
    *,
    cash: CashRule | None,
    policy: Policy = "recipe",
    within: timedelta = SOON,
) -> Purse:
    """Return what a member can pay with; of one who refused, what it usually earns is not looked at."""
    coming = balance.activated_by(now, now + SOON)
    if policy != "unpersonalised":
        coming += habits.earned_points
    return Purse(balance.available(now), coming, balance.expiring(now, within), cash)
