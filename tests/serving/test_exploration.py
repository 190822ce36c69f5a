"""Frequencies of many draws, held against the propensities that are told."""

from collections import Counter
from random import Random
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from serving.recommendations.exploration import EXPLORING_PLACE, Placed, explore

DRAWS = 3_000


def request_ids(seed):
    random = Random(seed)
    return (UUID(int=random.getrandbits(128), version=4) for _ in range(DRAWS))


@settings(max_examples=25, deadline=None)
@given(
    slate=st.lists(st.integers(0, 99), unique=True, max_size=27),
    pool=st.lists(st.integers(0, 120), unique=True, max_size=12),
    chosen_is_in_pool=st.booleans(),
    share=st.sampled_from([0.1, 0.3, 1.0]),
    seed=st.integers(0, 1_000),
)
def test_each_item_is_shown_as_often_as_its_propensity_tells(slate, pool, chosen_is_in_pool, share, seed):
    if chosen_is_in_pool and len(slate) > EXPLORING_PLACE:
        pool = list(dict.fromkeys([*pool, slate[EXPLORING_PLACE]]))
    seen, told = Counter(), {}
    for request_id in request_ids(seed):
        shown = explore(slate, pool, share=share, request_id=request_id)
        assert len({placed.n for placed in shown}) == len(slate)
        for position, placed in enumerate(shown):
            assert 0 < placed.propensity <= 1
            seen[position, placed.n] += 1
            # Whenever an item stands at a position, it is told with the same propensity.
            assert told.setdefault((position, placed.n), placed.propensity) == placed.propensity
    for shown, propensity in told.items():
        # Five deviations: about one test of a million fails by chance.
        deviation = (propensity * (1 - propensity) * DRAWS) ** 0.5
        assert abs(seen[shown] - propensity * DRAWS) <= 5 * deviation + 1
    for position in range(len(slate)):
        at = sum(propensity for (place, _), propensity in told.items() if place == position)
        # What was never drawn is not told, so the sum may miss a little.
        assert at == pytest.approx(1, abs=0.02)


SLATE = list(range(20))


def positions(shown):
    return {position for position, placed in enumerate(shown) if placed.propensity < 1}


def test_only_the_fifth_of_each_ten_explores():
    shown = explore(SLATE, [100, 101], share=0.5, request_id=UUID(int=1))
    assert positions(shown) == {4, 14}


def test_the_chosen_one_loses_what_the_drawn_ones_gain():
    (chosen,) = {
        placed
        for request_id in request_ids(1)
        if not (placed := explore(SLATE[:10], [100, 101], share=0.2, request_id=request_id)[4]).is_drawn
    }
    assert chosen == Placed(4, False, pytest.approx(0.8))
    drawn = {
        explore(SLATE[:10], [100, 101], share=0.2, request_id=request_id)[4] for request_id in request_ids(1)
    }
    assert drawn - {chosen} == {Placed(100, True, 0.1), Placed(101, True, 0.1)}


def test_the_chosen_one_may_be_drawn_for_itself():
    shown = {
        explore(SLATE[:10], [4, 100, 101, 102], share=0.2, request_id=request_id)[4]
        for request_id in request_ids(2)
    }
    assert Placed(4, False, pytest.approx(1 - 0.2 * (1 - 1 / 4))) in list(shown)
    assert len(shown) == 4


def test_what_the_slate_shows_elsewhere_is_not_drawn():
    shown = {
        explore(SLATE[:10], [0, 9, 100], share=1.0, request_id=request_id)[4] for request_id in request_ids(3)
    }
    assert shown == {Placed(100, True, 1.0)}


@pytest.mark.parametrize(
    ("slate", "pool", "share"),
    [(SLATE, [], 1.0), (SLATE, [100], 0.0), (SLATE[:4], [100], 1.0), ([], [100], 1.0)],
)
def test_without_a_place_a_pool_or_a_share_the_slate_stays(slate, pool, share):
    assert explore(slate, pool, share=share, request_id=UUID(int=1)) == [Placed(n, False, 1.0) for n in slate]


def test_the_same_request_draws_the_same_again():
    for request_id in request_ids(4):
        first, again = (explore(SLATE, range(50, 90), share=0.5, request_id=request_id) for _ in range(2))
        assert first == again
