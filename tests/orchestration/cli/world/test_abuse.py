"""Rings: who is in them, and how they strike."""

import numpy as np
import pytest

from orchestration.cli.world.abuse import plan_bursts
from orchestration.cli.world.members import ABUSER_SHARE, make_members
from orchestration.cli.world.presets import PRESETS

DAYS = 500


@pytest.fixture(scope="module")
def people():
    return make_members(PRESETS[1], 20_000, DAYS, np.random.default_rng(4))


def test_a_share_of_the_members_abuses_in_rings_opened_on_one_day(people):
    assert people.is_abuser.mean() == pytest.approx(ABUSER_SHARE)
    for ring in range(people.ring.max() + 1):
        accounts = people.ring == ring
        assert len(set(people.joined[accounts])) == 1
    sizes = np.bincount(people.ring[people.is_abuser])
    assert sizes[:-1].min() >= 12
    # They shop for nothing.
    assert (people.engagement[people.is_abuser] == 0).all()


def test_a_ring_strikes_at_once_and_again_when_much_goes_on(people):
    factors = np.ones(DAYS)
    factors[300] = 20.0
    plan = plan_bursts(people, factors, np.random.default_rng(5))
    bursts = [(day, burst) for day, found in plan.items() for burst in found]
    rings = people.ring.max() + 1
    first = [(day, burst) for day, burst in bursts if burst.is_first]
    assert len(first) == rings
    for day, burst in first:
        assert (people.joined[burst.members] == day).all()
        # Not before they have their welcome gift.
        assert burst.second.min() > people.joined_second[burst.members].max() + 60
    assert len(plan[300]) > rings / 4
    for _, burst in bursts:
        assert burst.second.max() - burst.second.min() < 60
        assert len(burst.member) > len(burst.members)
        assert (np.diff(burst.second) >= 0).all()
    assert len({burst.name for _, burst in bursts}) == len(bursts)
