import numpy as np
import pytest

from recommender.demand.hierarchy import Level, reconciled
from recommender.demand.model import Forecast

DATES = np.array(["2025-01-01", "2025-01-02"], dtype="datetime64[D]")


def level(means, variance, parent):
    mean = np.asarray(means, dtype=float)
    quantiles = mean[..., None] * np.array([0.5, 1.0, 1.5, 2.0])
    return Level(Forecast(DATES, mean, quantiles), np.asarray(variance, float)[:, None], np.asarray(parent))


def tree():
    items = level([[10, 8], [20, 30], [5, 5]], [4.0, 1.0, 2.0], [0, 0, 1])
    categories = level([[36, 30], [4, 9]], [3.0, 1.0], [0, 0])
    whole = level([[44, 60]], [2.0], [0])
    return [items, categories, whole]


def test_levels_add_up():
    items, categories, whole = (forecast.mean for forecast in reconciled(tree()))
    np.testing.assert_allclose(categories, [items[0] + items[1], items[2]])
    np.testing.assert_allclose(whole[0], categories.sum(axis=0))


def test_they_are_the_least_squares_solution():
    levels = tree()
    sums = np.array([[1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 1, 0], [0, 0, 1], [1, 1, 1]], dtype=float)
    base = np.concatenate([part.forecast.mean for part in levels])
    inverse = np.diag(1 / np.concatenate([part.variance[:, 0] for part in levels]))
    expected = sums @ np.linalg.solve(sums.T @ inverse @ sums, sums.T @ inverse @ base)
    np.testing.assert_allclose(np.concatenate([part.mean for part in reconciled(levels)]), expected)


def test_quantiles_move_with_the_mean():
    for part in reconciled(tree()):
        np.testing.assert_allclose(part.quantiles[..., 3], 2 * part.mean)


def test_demand_is_never_negative():
    items = level([[1, 1], [50, 50]], [100.0, 1.0], [0, 0])
    whole = level([[20, 20]], [0.01], [0])
    below, above = reconciled([items, whole])
    assert (below.mean >= 0).all()
    assert below.mean.sum(axis=0) == pytest.approx(above.mean[0])
    assert above.mean[0] == pytest.approx([20, 20], rel=0.01)


def test_a_certain_day_of_an_item_takes_no_share():
    items, whole = level([[0, 4], [10, 6]], [1.0, 1.0], [0, 0]), level([[20, 20]], [1.0], [0])
    items = Level(items.forecast, np.array([[0.0, 1.0], [1.0, 1.0]]), items.parent)
    below, above = (forecast.mean for forecast in reconciled([items, whole]))
    assert below[0, 0] == 0
    np.testing.assert_allclose(below, [[0, 4 + 10 / 3], [15, 6 + 10 / 3]])
    np.testing.assert_allclose(below.sum(axis=0), above[0])


def test_certain_items_are_the_whole():
    items, whole = level([[0, 0], [0, 0]], [0.0, 0.0], [0, 0]), level([[20, 20]], [1.0], [0])
    below, above = (forecast.mean for forecast in reconciled([items, whole]))
    assert (below == 0).all()
    assert (above == 0).all()
