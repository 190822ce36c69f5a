import numpy as np
import pytest

from recommender.demand.model import Forecast
from recommender.replenishment.demand_paths import (
    ASSUMED_CORRELATION,
    Draws,
    demand_paths,
    error_correlation,
    normal_scores,
)
from tests.recommender.replenishment.planned import certain, days, normal

MANY = 20_000
SCORES = np.array([-1.6448536, 0.0, 1.2815516, 1.6448536])


def test_a_day_is_distributed_as_its_quantiles_say():
    forecast = Forecast(days(2), np.array([[22.0, 22.0]]), np.array([[[5.0, 20.0, 40.0, 50.0]] * 2]))
    draws = Draws.of(2, correlation=0.0, n_paths=MANY, seed=1)
    paths = np.maximum(forecast.quantiles[:, 0] @ draws.weights[:, 0].T, 0)
    found = np.quantile(paths, [0.05, 0.5, 0.9, 0.95])
    np.testing.assert_allclose(found, [5, 20, 40, 50], rtol=0.05)


@pytest.mark.parametrize("mean", [0.02, 0.3, 20.0])
def test_the_mean_is_the_forecasts_even_where_quantiles_say_nothing(mean):
    upper = np.rint(np.array([0.0, mean, mean * 2, mean * 3]))
    forecast = Forecast(days(3), np.full((1, 3), mean), np.tile(upper, (1, 3, 1)))
    paths = demand_paths(forecast, Draws.of(3, correlation=0.3, n_paths=200, seed=1))
    np.testing.assert_allclose(paths.mean(axis=1), mean)
    assert (paths >= 0).all()


def test_known_demand_has_one_course():
    paths = demand_paths(certain([3.0, 0.0, 7.0]), Draws.of(3, correlation=0.5, n_paths=9, seed=1))
    np.testing.assert_allclose(paths[0], np.tile([3.0, 0.0, 7.0], (16, 1)))


@pytest.mark.parametrize("correlation", [0.0, 0.3, 0.8])
def test_a_sum_is_as_wide_as_the_correlation_makes_it(correlation):
    n = 14
    paths = demand_paths(
        normal([100.0] * n, [10.0] * n), Draws.of(n, correlation=correlation, n_paths=MANY, seed=2)
    )
    expected = 10 * np.sqrt(n + n * (n - 1) * correlation)
    assert paths.sum(axis=2).std() == pytest.approx(expected, rel=0.05)


def test_normal_scores_undo_the_quantile_function():
    quantiles = 50 + 8 * SCORES
    forecast = Forecast(days(5), np.full((1, 5), 50.0), np.tile(quantiles, (1, 5, 1)))
    actual = np.array([[30.0, 42.0, 50.0, 61.0, 70.0]])
    np.testing.assert_allclose(normal_scores(forecast, actual), (actual - 50) / 8, atol=1e-6)


def test_a_value_that_quantiles_share_scores_their_middle():
    forecast = Forecast(days(3), np.full((1, 3), 0.4), np.tile([0.0, 0.0, 1.0, 2.0], (1, 3, 1)))
    scores = normal_scores(forecast, np.array([[0.0, 1.0, np.nan]]))
    np.testing.assert_allclose(scores[0, :2], [SCORES[0] / 2, SCORES[2]], atol=1e-6)
    assert np.isnan(scores[0, 2])


def test_quantiles_that_agree_tell_nothing():
    assert np.isnan(normal_scores(certain([[0.0, 5.0]]), np.array([[0.0, 9.0]]))).all()


@pytest.mark.parametrize("correlation", [0.0, 0.25, 0.7])
def test_the_correlation_of_errors_is_found_again(correlation):
    generator = np.random.default_rng(4)
    own, common = generator.standard_normal((4_000, 14)), generator.standard_normal((4_000, 1))
    scores = np.sqrt(correlation) * common + np.sqrt(1 - correlation) * own
    scores[generator.random(scores.shape) < 0.2] = np.nan
    assert error_correlation(scores) == pytest.approx(correlation, abs=0.02)


def test_without_two_days_to_compare_a_correlation_is_assumed():
    assert error_correlation(np.array([[1.0, np.nan], [np.nan, np.nan]])) == ASSUMED_CORRELATION


@pytest.mark.parametrize("correlation", [0.1, 0.5])
def test_sums_are_covered_as_their_quantiles_say_on_skewed_demand(correlation):
    """Past errors of made-up gamma demand teach the correlation; new sums must fall where the paths say."""
    generator = np.random.default_rng(7)
    n_series, n = 2_000, 14
    level = generator.lognormal(3, 0.7, size=(n_series, 1)) * np.ones((1, n))
    spread = 0.35
    scores = np.sqrt(correlation) * generator.standard_normal((2, n_series, 1)) + np.sqrt(
        1 - correlation
    ) * generator.standard_normal((2, n_series, n))
    past, coming = level * np.exp(spread * scores - spread**2 / 2)
    quantiles = level[:, :, None] * np.exp(spread * SCORES - spread**2 / 2)
    forecast = Forecast(days(n), level, quantiles)
    learned = error_correlation(normal_scores(forecast, past))
    paths = demand_paths(forecast, Draws.of(n, correlation=learned, n_paths=1024, seed=1))
    sums = paths.sum(axis=2)
    for probability in (0.05, 0.5, 0.9, 0.95, 0.975):
        covered = (coming.sum(axis=1) <= np.quantile(sums, probability, axis=1)).mean()
        assert covered == pytest.approx(probability, abs=0.025)
