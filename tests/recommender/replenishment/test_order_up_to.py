import numpy as np
import pytest

from recommender.replenishment.order_up_to import (
    UNMEASURED_RATIO,
    ClosedPeriods,
    conformal_ratios,
    order_up_to,
    variability_strata,
)


def test_series_fall_into_terciles_of_their_variability():
    steady, uneven, rare = [5, 5, 5, 5], [2, 8, 2, 8], [0, 0, 0, 4]
    assert variability_strata(np.array([rare, steady, uneven], dtype=float)).tolist() == [2, 0, 1]


def test_a_series_without_demand_is_among_the_most_variable():
    values = np.array([[0.0, 0.0], [1.0, 1.0], [1.0, np.nan]])
    assert variability_strata(values).tolist() == [2, 0, 1]


def test_the_ratio_is_the_conformal_quantile_of_actual_over_forecast_each_with_a_piece_more():
    # 99 ratios .01 to .99: the ⌈100 × .95⌉ = 95th is .95.
    actual = np.arange(1.0, 100.0)[:, None]
    past = ClosedPeriods(np.full((99, 1), 99.0), actual - 1.0)
    np.testing.assert_allclose(conformal_ratios(past, np.array([0]), 0.95), [0.95])


def test_a_stratum_with_few_ratios_takes_those_of_all():
    forecast = np.ones((39, 2))
    actual = np.column_stack([np.full(39, 1.0), np.full(39, 3.0)])
    few = conformal_ratios(ClosedPeriods(forecast, actual), np.array([0, 2]), 0.4)
    np.testing.assert_allclose(few, [1.0, 1.0])
    more = ClosedPeriods(np.ones((40, 2)), np.vstack([actual, [[1.0, 3.0]]]))
    np.testing.assert_allclose(conformal_ratios(more, np.array([0, 2]), 0.4), [1.0, 2.0])


def test_unobserved_periods_tell_no_ratio():
    past = ClosedPeriods(np.array([[2.0], [2.0]]), np.array([[5.0], [np.nan]]))
    np.testing.assert_allclose(conformal_ratios(past, np.array([0]), 0.99), [2.0])


def test_what_is_hardly_ever_asked_for_does_not_multiply_the_stock_of_the_others():
    # Of twenty items that are forecast at a hundredth of a piece one sells a piece.
    forecast = np.tile(np.append(np.full(20, 0.01), 100.0), (10, 1))
    actual = np.zeros_like(forecast)
    actual[:, 0], actual[:, -1] = 1.0, 110.0
    past = ClosedPeriods(forecast, actual)
    level = order_up_to(forecast[0], past, np.zeros(21, dtype=int), service_level=0.97)
    assert level[0] == pytest.approx(1.0)
    assert level[-1] == pytest.approx(199.0, abs=1.0)


def test_without_a_closed_period_the_plain_ratio_serves():
    nothing = ClosedPeriods(np.empty((0, 2)), np.empty((0, 2)))
    level = order_up_to(np.array([10.0, 4.0]), nothing, np.array([0, 1]), service_level=0.95)
    np.testing.assert_allclose(level, [11 * UNMEASURED_RATIO - 1, 5 * UNMEASURED_RATIO - 1])


def test_only_the_latest_periods_count():
    past = ClosedPeriods(np.ones((3, 1)), np.array([[9.0], [2.0], [2.0]]))
    level = order_up_to(np.array([1.0]), past, np.array([0]), service_level=0.95, periods=2)
    np.testing.assert_allclose(level, [2.0])


@pytest.mark.parametrize("service_level", [0.9, 0.95])
def test_new_periods_are_covered_at_the_level(service_level):
    generator = np.random.default_rng(3)
    forecast = generator.uniform(5, 50, size=(40, 300))
    actual = forecast * generator.lognormal(0, 0.4, size=forecast.shape)
    past = ClosedPeriods(forecast[:20], actual[:20])
    ratio = conformal_ratios(past, np.zeros(300, dtype=int), service_level)
    assert (actual[20:] + 1 <= (forecast[20:] + 1) * ratio).mean() == pytest.approx(service_level, abs=0.01)
