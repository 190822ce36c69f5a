"""Who looks: a member as it is now or as a release knows it, or somebody of whom nothing is known."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from serving.recommendations.affordability import ANY_PRICE
from serving.recommendations.balance import SOON, Balance, united
from serving.recommendations.contexts import Context
from serving.recommendations.domain import CashRule, MemberState, Policy, Purse, Signal
from serving.recommendations.habits import Habits
from serving.recommendations.live import LiveMember
from serving.recommendations.policies import Experiment, policy_of
from serving.recommendations.released import ReleasedMember


@dataclass(frozen=True)
class Visitor:
    """Whom an answer is for.

    Attributes:
        is_member: whether it is a member of the tenant; if not, its purse stands for any.
    """

    policy: Policy
    state: MemberState
    purse: Purse
    is_member: bool = True


SOMEBODY = Visitor("unpersonalised", MemberState(), Purse(ANY_PRICE), is_member=False)


def member_now(
    tenant_id: UUID,
    member_id: UUID,
    released: ReleasedMember,
    live: LiveMember,
    signals: Sequence[Signal],
    now: datetime,
    context: Context,
    experiment: Experiment,
) -> Visitor:
    """Return a member as it is now: the release with all that came since."""
    policy = policy_of(
        tenant_id, member_id, is_personalised=live.is_personalised, control_share=experiment.control_share
    )
    balance = Balance(united(live.balance.lots, released.lots), live.balance.held)
    purse = purse_of(balance, released.habits, now, cash=live.cash, policy=policy, within=context.within)
    return Visitor(policy, member_state(released, live.profile, signals), purse)


def member_as_released(
    tenant_id: UUID,
    member_id: UUID,
    released: ReleasedMember,
    now: datetime,
    context: Context,
    experiment: Experiment,
) -> Visitor:
    """Return a member as it was when the release was landed."""
    habits = released.habits
    policy = policy_of(
        tenant_id, member_id, is_personalised=habits.is_personalised, control_share=experiment.control_share
    )
    purse = purse_of(Balance(released.lots), habits, now, cash=None, policy=policy, within=context.within)
    return Visitor(policy, member_state(released, habits.profile), purse)


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
