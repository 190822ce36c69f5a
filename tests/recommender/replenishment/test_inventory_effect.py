import numpy as np
import pytest

from recommender.demand.model import Forecast
from recommender.replenishment.inventory_effect import Setting, conformal_levels, inventory_effect
from recommender.replenishment.simulation import InvalidSimulation

SETTING = Setting(review=7, lead=7)


def world(n_series=60, n_periods=400, seed=0):
    """Weekly season with a peak every 50 days that only a forecast knows of."""
    generator = np.random.default_rng(seed)
    level = generator.uniform(5, 40, size=(n_series, 1))
    periods = np.arange(n_periods)
    expected = level * np.where(periods % 50 < 7, 3.0, 1.0)
    return expected, generator.poisson(expected).astype(float), np.arange(60, n_periods - 14, 7)


def forecasts_of(expected, reviews, horizon=14):
    padded = np.pad(expected, ((0, 0), (0, horizon)))
    return [
        Forecast(np.array([]), part, np.repeat(part[:, :, None], 4, axis=2))
        for part in (padded[:, review + 1 : review + 1 + horizon] for review in reviews)
    ]


def by_rule(effects):
    return {effect.rule: effect.service for effect in effects}


def test_knowing_the_peaks_serves_better_from_less_stock_than_a_mean_does():
    expected, actual, reviews = world()
    found = by_rule(inventory_effect(forecasts_of(expected, reviews), actual, reviews, SETTING))
    model, mean = found["forecast, conformal 0.975"], found["mean, conformal 0.975"]
    assert model.cycles_short < 0.03
    assert model.stock_periods < mean.stock_periods
    assert found["mean × 1.2"].cycles_short > 0.1


def test_known_demand_is_never_short_and_holds_the_cycle_stock_alone():
    expected, actual, reviews = world()
    known = by_rule(inventory_effect(forecasts_of(expected, reviews), actual, reviews, SETTING))[
        "known demand"
    ]
    assert known.cycles_short == 0.0
    assert known.stock_periods == pytest.approx(3.0, abs=0.35)


def test_no_level_uses_a_period_that_was_not_closed():
    generator = np.random.default_rng(1)
    reviews = np.arange(20, 120, 7)
    forecast, actual = generator.uniform(1, 9, size=(2, len(reviews), 50))
    strata = np.zeros(50, dtype=int)
    before = conformal_levels(forecast, actual, reviews, strata, SETTING, service_level=0.9)
    changed = actual.copy()
    # The sums of reviews 6 and later end after review 7.
    changed[6:] *= 100
    after = conformal_levels(forecast, changed, reviews, strata, SETTING, service_level=0.9)
    np.testing.assert_array_equal(before[:8], after[:8])
    assert (after[8] > before[8]).all()


def test_closed_days_ask_for_nothing_in_any_rule():
    expected, actual, reviews = world()
    is_open = np.ones(actual.shape, dtype=bool)
    is_open[:, ::2] = False
    closed = np.where(is_open, actual, np.nan)
    found = by_rule(
        inventory_effect(forecasts_of(expected, reviews), closed, reviews, SETTING, is_open=is_open)
    )
    assert found["known demand"].cycles_short == 0.0
    assert found["known demand"].stock_periods == pytest.approx(3.0, abs=0.5)
    assert found["forecast, conformal 0.95"].cycles_short < 0.06


def test_forecasts_must_cover_the_protection_period_of_every_review():
    expected, actual, reviews = world(n_series=2)
    with pytest.raises(InvalidSimulation, match="48 forecasts for 47 reviews"):
        inventory_effect(forecasts_of(expected, np.append(reviews, 390)), actual, reviews[:47], SETTING)
    with pytest.raises(InvalidSimulation, match="covers 7 of 14"):
        inventory_effect(forecasts_of(expected, reviews, horizon=7), actual, reviews, SETTING)
