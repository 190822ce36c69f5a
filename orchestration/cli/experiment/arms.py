"""The experiment itself: members of randomised arms visit, see the slates of their arm's policy, and choose."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from orchestration.cli.experiment.choice import NOTHING, draw
from orchestration.cli.experiment.mall import Mall, in_turn
from orchestration.cli.experiment.slates import Policy
from orchestration.cli.world.catalogue import BoolArray, FloatArray, IntArray


@dataclass
class Arm:
    """What happened in an arm.

    Attributes:
        members: of the arm, by number.
        redemptions, points: of each of these members.
        new_appeal: of each visit, the share of what is new in all that the member could have and would choose; summed.
    """

    policy: Policy
    members: IntArray
    redemptions: FloatArray
    points: FloatArray
    visits: int = 0
    impressions: int = 0
    new_impressions: int = 0
    new_redemptions: int = 0
    new_appeal: float = 0.0


def run(
    mall: Mall,
    policies: Sequence[Policy],
    outside: float,
    *,
    days: range,
    rng: np.random.Generator,
    advance: Callable[[int, int], None],
) -> list[Arm]:
    """Assign the members who are there on the first day evenly to the policies and live through the days.

    Args:
        outside: worth of taking nothing.
    """
    here = rng.permutation(np.flatnonzero(mall.is_here(days.start)))
    arms = []
    arm_of = np.full(len(mall.members), len(policies))
    place_of = np.zeros(len(mall.members), dtype=np.int64)
    for number, policy in enumerate(policies):
        members = np.sort(here[number :: len(policies)])
        arms.append(Arm(policy, members, np.zeros(len(members)), np.zeros(len(members))))
        arm_of[members], place_of[members] = number, np.arange(len(members))
    for day in days:
        mall.begin_day(day)
        weights = mall.weights(day)
        rates = np.where(arm_of < len(policies), mall.visit_rates(day), 0.0)
        visitors = np.repeat(np.arange(len(rates)), rng.poisson(rates))
        for now in in_turn(visitors):
            for number, arm in enumerate(arms):
                member = visitors[now][arm_of[visitors[now]] == number]
                if len(member):
                    _visit(mall, arm, member, place_of[member], weights, mall.is_new(day), outside, rng)
        advance(day + 1 - days.start, len(days))
    return arms


def _visit(
    mall: Mall, arm: Arm, member: IntArray, place_of: IntArray, weights: FloatArray, is_new: BoolArray,
    outside: float, rng: np.random.Generator,
) -> None:  # fmt: skip
    """Show each of these members a slate, let it choose, and note what happened; nobody comes twice."""
    is_available = mall.is_available(member, weights)
    shown = arm.policy.slates(member, is_available, is_new, rng)
    place = draw(mall.worth(member, shown, weights), outside, rng)
    taker = np.flatnonzero(place != NOTHING)
    item = shown[taker, place[taker]]
    price = mall.catalogue.price[item]
    mall.points.spend(member[taker], price)
    arm.redemptions[place_of[taker]] += 1
    arm.points[place_of[taker]] += price
    arm.visits += len(member)
    arm.impressions += int((shown != NOTHING).sum())
    arm.new_impressions += int(is_new[shown[shown != NOTHING]].sum())
    arm.new_redemptions += int(is_new[item].sum())
    arm.new_appeal += float(_new_appeal(mall, member, is_available, is_new, weights).sum())


def _new_appeal(
    mall: Mall, member: IntArray, is_available: BoolArray, is_new: BoolArray, weights: FloatArray
) -> FloatArray:
    """Return the share of what is new in the worth of all that each member can have; 0 where that is nothing."""
    everything = np.broadcast_to(np.arange(len(weights)), is_available.shape)
    worth = mall.worth(member, everything, weights) * is_available
    total = worth.sum(axis=1)
    share = np.zeros(len(member))
    np.divide(worth[:, is_new].sum(axis=1), total, out=share, where=total > 0)
    return share
