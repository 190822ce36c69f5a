"""How members choose from slates, and what slates are made of."""

import numpy as np
import pytest

from orchestration.cli.experiment.choice import (
    NOTHING,
    PATIENCE,
    PLACES,
    RateUnreachable,
    calibrate,
    chances,
    depth_shares,
    draw,
    gain,
)
from orchestration.cli.experiment.slates import Policy

WORTH = np.array([[2.0, 1.0, 4.0], [0.0, 0.0, 0.0]])


def test_a_place_is_looked_at_with_falling_probability():
    shares = depth_shares()
    assert len(shares) == PLACES
    assert shares.sum() == pytest.approx(1.0)
    reached = shares[::-1].cumsum()[::-1]
    assert reached == pytest.approx(PATIENCE ** np.arange(PLACES))


def test_what_is_seen_is_taken_in_proportion_to_its_worth():
    one, two, three = depth_shares(3)
    found = chances(WORTH, outside=1.0)
    assert found[0] == pytest.approx(
        [one * 2 / 3 + two * 2 / 4 + three * 2 / 8, two * 1 / 4 + three * 1 / 8, three * 4 / 8]
    )
    assert (found[1] == 0).all()
    assert gain(WORTH, 1.0) == pytest.approx([one * np.log(3) + two * np.log(4) + three * np.log(8), 0.0])


def test_places_are_drawn_as_often_as_their_chances_say():
    worth = np.tile(WORTH[0], (40_000, 1))
    place = draw(worth, 1.0, np.random.default_rng(1))
    shares = [(place == n).mean() for n in (NOTHING, 0, 1, 2)]
    expected = chances(WORTH[:1], 1.0)[0]
    assert shares == pytest.approx([1 - expected.sum(), *expected], abs=0.01)


def test_the_outside_worth_gives_the_rate_of_the_world():
    worth = np.random.default_rng(2).gamma(1.0, 1.0, (500, PLACES))
    outside = calibrate(worth, 0.4)
    assert chances(worth, outside).sum(axis=1).mean() == pytest.approx(0.4)
    with pytest.raises(RateUnreachable, match=r"50\.0% of the members can afford"):
        calibrate(WORTH, 0.5)


RANKING = np.array([[3, 1, 0, 2], [0, 1, 2, 3]])
ALL, NONE_NEW = np.ones((2, 4), dtype=bool), np.zeros(4, dtype=bool)


def test_a_slate_is_the_best_that_a_member_can_have():
    can = np.array([[True, False, True, True], [False, False, True, False]])
    shown = Policy("p", RANKING).slates(np.array([0, 1]), can, NONE_NEW, np.random.default_rng(0))
    assert shown.tolist() == [[3, 0, 2, NOTHING], [2, NOTHING, NOTHING, NOTHING]]


def test_exploration_shows_a_new_item_once_and_at_any_place():
    new = np.array([False, False, True, False])
    policy = Policy("p", np.tile(RANKING[0], (4_000, 1)), explores=True)
    can = np.ones((4_000, 4), dtype=bool)
    shown = policy.slates(np.arange(4_000), can, new, np.random.default_rng(0))
    assert (np.sort(shown, axis=1) == np.arange(4)).all()
    place = (shown == 2).argmax(axis=1)
    assert np.bincount(place) / 4_000 == pytest.approx(np.full(4, 0.25), abs=0.03)
    others = shown[shown != 2].reshape(4_000, 3)
    assert (others == [3, 1, 0]).all()


def test_exploration_takes_one_of_ten_places_and_only_what_a_member_can_have():
    items = 30
    ranking = np.tile(np.arange(items), (2, 1))
    new = np.arange(items) >= 28
    can = np.ones((2, items), dtype=bool)
    can[1, 28:] = False
    shown = Policy("p", ranking, explores=True).slates(np.arange(2), can, new, np.random.default_rng(0))
    assert shown.shape == (2, PLACES)
    assert (shown[0] >= 28).sum() == 1
    assert sorted(shown[0][shown[0] < 28]) == list(range(9))
    assert shown[1].tolist() == list(range(10))
