"""What another policy would have earned, where the answer is known."""

from itertools import product

import numpy as np
import pandas as pd
import pytest

from recommender.frames import InvalidFrame
from recommender.off_policy import NoOverlap, estimate_value

# Of three items: how likely the log and the target show each, and how often each is taken.
LOG = np.array([1 / 2, 1 / 3, 1 / 6])
TARGET = np.array([0.1, 0.3, 0.6])
TAKEN = np.array([0.2, 0.5, 0.9])
TRUTH = float(TARGET @ TAKEN)


def log_of(items, rewards, propensity=LOG):
    """Requests of one place each."""
    items = np.asarray(items)
    return pd.DataFrame(
        {
            "request_id": [f"r{number}" for number in range(len(items))],
            "item_id": [f"i{item}" for item in items],
            "position": 1,
            "propensity": propensity[items],
            "reward": np.asarray(rewards, dtype=float),
        }
    )


def drawn(n, seed, propensity=LOG):
    rng = np.random.default_rng(seed)
    items = rng.choice(3, n, p=LOG)
    return log_of(items, rng.random(n) < TAKEN[items], propensity), TARGET[items]


def test_ips_is_unbiased_over_all_logs_that_can_be():
    outcomes = [
        (item, reward, LOG[item] * (TAKEN[item] if reward else 1 - TAKEN[item]))
        for item, reward in product(range(3), (0, 1))
    ]
    expected = certain = 0.0
    for pair in product(outcomes, repeat=2):
        items = [item for item, _, _ in pair]
        chance = float(np.prod([chance for _, _, chance in pair]))
        value = estimate_value(
            log_of(items, [reward for _, reward, _ in pair]), TARGET[items], seed=0, n_resamples=2
        )
        expected += chance * value.ips.value
        certain += chance
    assert certain == pytest.approx(1.0)
    assert expected == pytest.approx(TRUTH)


def test_slates_are_worth_what_their_items_earn_at_their_places():
    # Four equally likely slates of two items, each logged once, so every sum is what is expected of it.
    slates = [("a", "b"), ("b", "a"), ("a", "c"), ("c", "a")]
    worth = {("a", 1): 8.0, ("a", 2): 4.0, ("b", 1): 6.0, ("b", 2): 3.0, ("c", 1): 2.0, ("c", 2): 1.0}
    propensity = {
        ("a", 1): 0.5,
        ("a", 2): 0.5,
        ("b", 1): 0.25,
        ("b", 2): 0.25,
        ("c", 1): 0.25,
        ("c", 2): 0.25,
    }
    rows = [
        (f"r{number}", item, place, propensity[item, place], worth[item, place])
        for number, slate in enumerate(slates)
        for place, item in enumerate(slate, start=1)
    ]
    frame = pd.DataFrame(rows, columns=["request_id", "item_id", "position", "propensity", "reward"])
    target = [float((item, place) in {("b", 1), ("a", 2)}) for _, item, place, _, _ in rows]
    value = estimate_value(frame, target, seed=0)
    assert value.logged.value == pytest.approx((8 + 3 + 6 + 4 + 8 + 1 + 2 + 4) / 4)
    assert value.ips.value == pytest.approx(6 + 4)
    assert value.snips.value == pytest.approx(6 + 4)
    assert value.covered.value == pytest.approx(1.0)
    assert value.outside_share == 0.0
    # Requests weigh 0, 4 + 2, 0 and 2.
    assert value.effective_requests == pytest.approx(8**2 / (6**2 + 2**2))
    assert value.largest_weight == 4.0
    assert (value.requests, value.impressions) == (4, 8)


def test_intervals_hold_the_truth_nineteen_times_in_twenty():
    found = {"ips": 0, "snips": 0, "logged": 0}
    times = 300
    for seed in range(times):
        value = estimate_value(*drawn(250, seed), seed=seed, n_resamples=200)
        for name, truth in (("ips", TRUTH), ("snips", TRUTH), ("logged", float(LOG @ TAKEN))):
            interval = getattr(value, name)
            found[name] += interval.low <= truth <= interval.high
    assert all(0.91 <= count / times <= 0.98 for count in found.values()), found


def test_self_normalising_takes_a_common_factor_out_of_the_propensities():
    frame, target = drawn(3_000, 1)
    halved = frame.assign(propensity=frame["propensity"] / 2)
    right, wrong = (estimate_value(f, target, seed=0) for f in (frame, halved))
    assert wrong.ips.value == pytest.approx(2 * right.ips.value)
    assert wrong.snips == right.snips


@pytest.mark.parametrize(
    ("factor", "is_too_likely", "is_uncovered"), [(0.8, True, False), (1.0, False, False), (1.5, False, True)]
)
def test_a_wrong_propensity_is_noticed(factor, is_too_likely, is_uncovered):
    value = estimate_value(*drawn(5_000, 3, LOG * factor), seed=0)
    assert (value.is_too_likely, value.is_uncovered) == (is_too_likely, is_uncovered)


def test_what_the_log_never_shows_is_told():
    # Half of the target lies on an item that is never logged; the log shows the other one always.
    frame = log_of([0] * 40, [1] * 40, np.array([1.0]))
    value = estimate_value(frame, np.full(40, 0.5), target_mass=np.ones(40), seed=0)
    assert value.outside_share == pytest.approx(0.5)
    assert value.ips.value == pytest.approx(0.5)
    assert value.snips.value == pytest.approx(1.0)
    assert value.is_uncovered


def test_clipping_cuts_large_weights():
    frame = log_of([0, 2], [1, 1])
    value = estimate_value(frame, [0.5, 0.5], clip=2.0, seed=0)
    assert value.ips.value == pytest.approx((1 + 3) / 2)
    assert value.clipped.value == pytest.approx((1 + 2) / 2)
    assert estimate_value(frame, [0.5, 0.5], seed=0).clipped is None


def test_without_overlap_nothing_is_estimated():
    with pytest.raises(NoOverlap, match="none of the 2 logged impressions"):
        estimate_value(log_of([0, 1], [1, 0]), [0.0, 0.0], seed=0)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"propensity": [0.5, 0.0]}, "row 1: a propensity is above 0 and at most 1"),
        ({"propensity": [1.5, 0.5]}, "row 0: a propensity is above 0"),
        ({"propensity": [0.5, np.nan]}, "'propensity', row 1"),
        ({"reward": [1.0, -1.0]}, "'reward', row 1: must be at least 0"),
        ({"position": [1, 0]}, "'position', row 1"),
        ({"request_id": ["r", "r"]}, "a request has one item per position"),
        ({"request_id": ["r", "r"], "position": [1, 2], "item_id": ["x", "x"]}, "shows an item once"),
    ],
)
def test_rows_that_cannot_be_are_refused(change, words):
    with pytest.raises(InvalidFrame, match=words):
        estimate_value(log_of([0, 1], [1, 0]).assign(**change), [0.5, 0.5], seed=0)


@pytest.mark.parametrize("target", [[0.5], [0.5, 1.5], [np.nan, 0.5]])
def test_targets_that_cannot_be_are_refused(target):
    with pytest.raises(InvalidFrame):
        estimate_value(log_of([0, 1], [1, 0]), target, seed=0)


def test_an_empty_log_is_refused():
    with pytest.raises(InvalidFrame, match="no rows"):
        estimate_value(log_of([0], [1]).iloc[:0], [], seed=0)
