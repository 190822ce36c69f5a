"""Orders by one integer are those of lexsort, however many rows are alike."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.ranking.sorting import key_of_moments, key_of_scores, numbered, order_by

SEEDS = st.integers(0, 2**32 - 1)
SIZES = st.integers(0, 300)


@given(SEEDS, SIZES, st.sampled_from([1, 3, 10_000_000]))
def test_moments_follow_within_their_group(seed, size, apart):
    rng = np.random.default_rng(seed)
    group = rng.integers(0, 5, size).astype(np.int32)
    moment = rng.integers(-9, 9, size) * apart
    item = rng.integers(0, 4, size)
    found = order_by(key_of_moments(group, moment), moment, -item)
    assert found.tolist() == np.lexsort((-item, moment, group)).tolist()


@pytest.mark.parametrize("years", [1, 5_000])
def test_moments_that_one_integer_cannot_tell_apart_follow_all_the_same(years):
    rng = np.random.default_rng(3)
    group = rng.integers(0, 40_000_000, 2_000)
    group[::2] = group[0]
    moment = rng.integers(0, years * 365 * 86_400 * 1_000_000, 2_000)
    moment[1::5] = moment[0] + np.arange(400)
    found = order_by(key_of_moments(group, moment), moment)
    assert found.tolist() == np.lexsort((moment, group)).tolist()


@given(SEEDS, SIZES)
def test_scores_fall_within_their_row(seed, size):
    rng = np.random.default_rng(seed)
    row = rng.integers(0, 4, size)
    # Differences that single precision does not tell, both signs of nothing, and what bars an item.
    score = rng.choice([-np.inf, -1.5, -1e-30, -0.0, 0.0, 1e-9, 1.0, 1.0 + 1e-12, 7e8], size)
    item = rng.integers(0, 3, size)
    found = order_by(key_of_scores(row, score), -score, item)
    assert found.tolist() == np.lexsort((item, -score, row)).tolist()


@given(SEEDS, SIZES)
def test_keys_are_numbered_as_unique_does(seed, size):
    key = np.random.default_rng(seed).integers(-20, 20, size)
    expected = np.unique(key, return_inverse=True)
    for told, wanted in zip(numbered(key), expected, strict=True):
        assert told.tolist() == wanted.tolist()
