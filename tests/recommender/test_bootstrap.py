import numpy as np
import pytest

from recommender import bootstrap
from recommender.bootstrap import ratio_intervals, resample_counts


def test_every_resample_draws_as_many_units_as_there_are():
    counts = resample_counts(7, n_resamples=50, seed=1)
    assert counts.shape == (50, 7)
    assert (counts.sum(axis=1) == 7).all()


def test_one_seed_gives_one_answer_and_another_seed_another():
    first = resample_counts(30, n_resamples=20, seed=1)
    assert (first == resample_counts(30, n_resamples=20, seed=1)).all()
    assert (first != resample_counts(30, n_resamples=20, seed=2)).any()


def test_the_interval_of_a_mean_is_about_two_standard_errors_wide():
    values = np.random.default_rng(3).normal(10, 2, size=(400, 1))
    counts = resample_counts(400, n_resamples=4000, seed=4)
    mean, low, high = ratio_intervals(values, np.ones_like(values), counts)
    standard_error = values.std() / 20
    assert mean[0] == pytest.approx(values.mean())
    assert low[0] == pytest.approx(values.mean() - 1.96 * standard_error, abs=0.2 * standard_error)
    assert high[0] == pytest.approx(values.mean() + 1.96 * standard_error, abs=0.2 * standard_error)


def test_a_ratio_is_of_sums_and_not_a_mean_of_ratios():
    counts = resample_counts(2, n_resamples=50, seed=1)
    value, low, high = ratio_intervals(np.array([[1.0], [9.0]]), np.array([[1.0], [3.0]]), counts)
    assert value[0] == 2.5
    assert (low[0], high[0]) == (1.0, 3.0)


def test_a_ratio_over_nothing_is_unknown():
    counts = resample_counts(2, n_resamples=5, seed=1)
    value, low, high = ratio_intervals(np.ones((2, 1)), np.zeros((2, 1)), counts)
    assert np.isnan([value[0], low[0], high[0]]).all()


def test_sums_of_resamples_are_those_of_their_counts(monkeypatch):
    values = np.arange(12.0).reshape(6, 2)
    counts = bootstrap.resample_counts(6, n_resamples=50, seed=3)
    monkeypatch.setattr(bootstrap, "_CELLS_AT_ONCE", 40)
    assert np.allclose(bootstrap.resampled_sums(values, n_resamples=50, seed=3), counts @ values)
