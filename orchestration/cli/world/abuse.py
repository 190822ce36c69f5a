"""Rings of accounts that are opened together, use one device and empty themselves in bursts."""

from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from orchestration.cli.world.catalogue import FloatArray, IntArray
from orchestration.cli.world.members import Members

_LATER_BURSTS = 3
_BURST_SECONDS = 45
# Each account asks so often in a burst: once, and a few times more because it costs nothing.
_MORE_REQUESTS = 6.0
# What a ring gets hold of before each later burst, per account: coupons meant for others.
LOOT_POINTS = 900


@dataclass(frozen=True)
class Burst:
    """A ring's attack of a day, one element per request, in the order of time.

    Attributes:
        name: names the device that all of it comes from; each burst has a new one.
        members: the accounts of the ring.
        is_first: whether it follows the opening of the accounts.
    """

    name: str
    members: IntArray
    is_first: bool
    member: IntArray
    second: IntArray


def plan_bursts(members: Members, factors: FloatArray, rng: np.random.Generator) -> dict[int, list[Burst]]:
    """Return the bursts of each day: on the day a ring is opened, and later on days when much goes on.

    Args:
        factors: how many times the usual demand each day has.
    """
    plan: defaultdict[int, list[Burst]] = defaultdict(list)
    days = len(factors)
    for ring in range(int(members.ring.max()) + 1 if len(members) else 0):
        accounts = np.flatnonzero(members.ring == ring)
        birth = int(members.joined[accounts[0]])
        later = np.arange(birth + 20, days)
        chosen: list[int] = [birth]
        if len(later):
            busy = factors[later] ** 3
            picked = rng.choice(later, min(_LATER_BURSTS, len(later)), replace=False, p=busy / busy.sum())
            chosen += sorted(picked.tolist())
        for number, day in enumerate(chosen):
            plan[day].append(_burst(f"ring-{ring}-{number}", accounts, members, number == 0, rng))
    return plan


def _burst(
    name: str, accounts: IntArray, members: Members, is_first: bool, rng: np.random.Generator
) -> Burst:
    begin = (
        int(members.joined_second[accounts].max()) + 600 if is_first else int(rng.integers(36_000, 80_000))
    )
    requests = 1 + rng.poisson(_MORE_REQUESTS, len(accounts))
    member = np.repeat(accounts, requests)
    second = begin + rng.integers(0, _BURST_SECONDS, len(member))
    order = np.argsort(second, kind="stable")
    return Burst(name, accounts, is_first, member[order], np.minimum(second[order], 86_399))
