import numpy as np
import pytest

from recommender.demand.decomposition import loess, season_filters


def days(n=140):
    return np.arange(n, dtype=float)


def test_a_local_line_leaves_a_line_as_it_is_and_continues_it():
    smoother = loess(10, 5, degree=1, margin=2)
    np.testing.assert_allclose(smoother @ (3 + 2 * days(10)), 3 + 2 * np.arange(-2, 12), atol=1e-9)


def test_a_local_mean_weighs_by_the_cube_of_the_cubed_distance():
    smoother = loess(5, 3, degree=0)
    side = (1 - (1 / 1.001) ** 3) ** 3
    np.testing.assert_allclose(smoother[2], np.array([0, side, 1, side, 0]) / (1 + 2 * side))


def test_smoothers_of_one_and_two_points_keep_what_there_is():
    np.testing.assert_allclose(loess(1, 21, degree=0, margin=1) @ [4.0], [4.0, 4.0, 4.0])
    np.testing.assert_allclose(loess(2, 21, degree=0) @ [4.0, 4.0], [4.0, 4.0])


def test_a_week_on_a_trend_is_taken_apart():
    week = np.array([3.0, -1, 0, 0, -2, 1, -1])
    values = 50 + 0.3 * days() + np.tile(week, 20)
    (matrix,) = season_filters(140, (7,))
    np.testing.assert_allclose(matrix @ values, np.tile(week, 20), atol=0.05)


def test_two_seasons_are_told_apart():
    n = 1100
    week = np.tile([3.0, -1, 0, 0, -2, 1, -1], n // 7 + 1)[:n]
    year = 5 * np.sin(2 * np.pi * np.arange(n) / 364)
    weekly, yearly = season_filters(n, (7, 364))
    values = 20 + week + year
    np.testing.assert_allclose(weekly @ values, week, atol=0.3)
    np.testing.assert_allclose((yearly @ values)[-364:], year[-364:], atol=0.6)


def test_the_filter_is_linear_so_a_matrix_serves_every_series():
    (matrix,) = season_filters(60, (7,))
    one, other = np.random.default_rng(1).random((2, 60))
    assert matrix @ (2 * one + other) == pytest.approx(2 * (matrix @ one) + matrix @ other)
