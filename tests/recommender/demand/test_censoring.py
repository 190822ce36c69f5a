import numpy as np
import pytest

from recommender.demand.censoring import demand_without_stock_outs

DATES = np.datetime64("2025-01-06") + np.arange(140)
WEEK = np.array([1.0, 0.6, 0.8, 1.0, 1.4, 2.2, 1.8])


def world(seed=1):
    generator = np.random.default_rng(seed)
    rates = np.outer(np.linspace(4.0, 60.0, 12), np.tile(WEEK, 20))
    rates[:, 70] *= 3.0
    demand = generator.poisson(rates).astype(float)
    is_out = generator.random(demand.shape) < 0.15
    is_out[11, 70] = True
    return demand, np.where(is_out, np.floor(demand * 0.2), demand), is_out


def test_days_without_stock_are_estimated_and_others_are_as_they_were():
    demand, sold, is_out = world()
    found = demand_without_stock_outs(sold, is_out, DATES)
    np.testing.assert_array_equal(found[~is_out], sold[~is_out])
    error = np.abs(found - demand)[is_out].sum() / demand[is_out].sum()
    assert error < 0.2
    assert np.abs(sold - demand)[is_out].sum() / demand[is_out].sum() > 0.7


def test_a_day_that_was_great_for_all_is_great_for_what_ran_out():
    _, sold, is_out = world()
    found = demand_without_stock_outs(sold, is_out, DATES)
    assert found[11, 70] == pytest.approx(3 * 60 * WEEK[0], rel=0.3)


def test_what_was_sold_is_the_least_that_was_asked_for():
    sold = np.full((1, 60), 5.0)
    sold[0, 30] = 50.0
    is_out = np.zeros((1, 60), dtype=bool)
    is_out[0, [30, 31]] = True
    sold[0, 31] = 0.0
    found = demand_without_stock_outs(sold, is_out, DATES[:60])
    assert found[0, 30] == 50.0
    assert found[0, 31] == pytest.approx(5.0)


def test_a_day_not_on_offer_stays_unknown():
    sold = np.full((1, 60), 5.0)
    sold[0, 3] = np.nan
    is_out = np.isnan(sold)
    assert np.isnan(demand_without_stock_outs(sold, is_out, DATES[:60])[0, 3])
