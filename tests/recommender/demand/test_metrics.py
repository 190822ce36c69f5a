import numpy as np
import pytest

from recommender.demand.metrics import METRICS, Scales, error_sums, pinball
from recommender.demand.model import Forecast
from recommender.demand.panel import History


def history(values):
    values = np.asarray(values, dtype=float)
    dates = np.arange("2025-01-01", values.shape[1], dtype="datetime64[D]")
    ids = np.array([f"s{code}" for code in range(len(values))], dtype=object)
    return History(ids, dates, values)


def ratios():
    """Two series over two days; the last cell of the second was not observed."""
    quantiles = np.array([[[0, 2, 6, 8], [1, 4, 8, 9]], [[0, 1, 2, 2], [0, 0, 0, 0]]], dtype=float)
    mean = np.array([[3, 5], [1, 7]], dtype=float)
    dates = np.array(["2025-01-08", "2025-01-09"], dtype="datetime64[D]")
    actual = np.array([[4, 10], [2, np.nan]])
    numerators, denominators = error_sums(
        Forecast(dates, mean, quantiles), actual, Scales(np.array([2.0, 0.0]), np.array([2.0, 4.0]))
    )
    return dict(zip(METRICS, numerators.sum(axis=0) / denominators.sum(axis=0), strict=True))


def test_pinball_charges_the_side_the_quantile_says():
    loss = pinball(np.array([10.0, 10.0]), np.array([8.0, 12.0]), 0.9)
    assert loss == pytest.approx([1.8, 0.2])


def test_wape_is_of_the_median_over_observed_demand():
    assert ratios()["wape"] == pytest.approx((2 + 6 + 1) / 16)


def test_pinball_is_summed_over_demand():
    found = ratios()
    assert found["pinball_50"] == pytest.approx((1 + 3 + 0.5) / 16)
    assert found["pinball_95"] == pytest.approx((0.05 * 4 + 0.95 * 1 + 0.0) / 16)
    assert found["pinball_05"] == pytest.approx((0.05 * 4 + 0.05 * 9 + 0.05 * 2) / 16)


def test_coverage_counts_the_ends_as_inside():
    # 4 in [0, 8], 10 above [1, 9], 2 at the end of [0, 2].
    assert ratios()["coverage_90"] == pytest.approx(2 / 3)


def test_bias_is_of_the_mean_and_has_a_sign():
    assert ratios()["bias"] == pytest.approx((-1 - 5 - 1) / 16)


def test_mase_leaves_out_series_without_a_scale():
    assert ratios()["mase"] == pytest.approx((2 / 2 + 6 / 2) / 2)


def test_rmsse_is_the_mean_over_series_of_the_root_of_their_scaled_squares():
    """The first series is off by 1 and 5 at a scale of 2, the second by 1 at a scale of 4."""
    assert ratios()["rmsse"] == pytest.approx((np.sqrt((1 + 25) / 2) / 2 + 1 / 4) / 2)


def test_scales_are_the_differences_from_the_week_and_the_day_before():
    values = np.vstack([np.arange(16.0) ** 2, np.full(16, np.nan)])
    values[0, 15] = np.nan
    scales = Scales.of(history(values))
    # n² less (n − 7)² is 14 n − 49, for n of 7 to 14; n² less (n − 1)² is 2 n − 1, for n of 1 to 14.
    assert scales.seasonal[0] == pytest.approx(np.mean([14 * n - 49 for n in range(7, 15)]))
    assert scales.squared[0] == pytest.approx(np.sqrt(np.mean([(2 * n - 1) ** 2 for n in range(1, 15)])))
    assert np.isnan(scales.seasonal[1])
    assert np.isnan(scales.squared[1])


def test_weeks_are_scaled_by_the_year_before():
    values = np.arange(60.0)[None, :] * 2
    dates = np.datetime64("2024-01-05") + 7 * np.arange(60)
    weekly = History(np.array(["s"], dtype=object), dates, values, step_days=7)
    assert Scales.of(weekly).seasonal.tolist() == [104.0]
    assert Scales.of(weekly).squared.tolist() == [2.0]
