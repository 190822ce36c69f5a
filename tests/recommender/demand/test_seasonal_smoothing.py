import numpy as np
import pytest

from recommender.demand.seasonal_smoothing import SeasonalSmoothing, smoothed_weekdays
from tests.recommender.demand.test_members import WEEK, context_of


def test_weekdays_and_level_are_carried_on():
    found = smoothed_weekdays(np.tile(20 * WEEK, 40)[None, :], 7, 14)
    np.testing.assert_allclose(found[0], np.tile(20 * WEEK, 2), rtol=0.01)


def test_a_weekday_is_told_by_a_quarter_and_not_by_the_latest_weeks_alone():
    generator = np.random.default_rng(3)
    values = np.tile(40 * WEEK, 52) * generator.gamma(4, 0.25, (60, 364))
    found = smoothed_weekdays(values, 7, 7)
    plain = values[:, -28:].reshape(60, 4, 7).mean(axis=1)
    assert np.abs(found - 40 * WEEK).mean() < 0.7 * np.abs(plain - 40 * WEEK).mean()


def test_a_quick_series_takes_quick_weights_and_a_calm_one_slow():
    generator = np.random.default_rng(4)
    steps = np.repeat(generator.gamma(2, 50, 10), 28)
    calm = generator.gamma(50, 2, 280)
    found = smoothed_weekdays(np.stack([steps, calm]), 7, 7)
    assert found[0] == pytest.approx(steps[-1], rel=0.25)
    assert found[1] == pytest.approx(float(calm.mean()), rel=0.25)


def test_what_was_not_observed_changes_nothing_and_a_late_start_is_no_climb_from_zero():
    values = np.full((2, 200), 50.0)
    values[0, 150:] = np.nan
    values[1, :120] = np.nan
    np.testing.assert_allclose(smoothed_weekdays(values, 7, 7), 50.0, rtol=1e-6)


def test_units_do_not_matter_and_nothing_stays_nothing():
    values = np.random.default_rng(5).poisson(6, (4, 150)).astype(float)
    np.testing.assert_allclose(
        smoothed_weekdays(1000 * values, 7, 9), 1000 * smoothed_weekdays(values, 7, 9), rtol=1e-6
    )
    assert (smoothed_weekdays(np.zeros((1, 90)), 7, 7) == 0).all()


def test_it_is_silent_where_periods_are_weeks_or_too_few():
    silent = SeasonalSmoothing()
    assert (
        silent.fit(context_of(np.ones(80), step_days=7)).medians(context_of(np.ones(80), step_days=7)) == {}
    )
    assert silent.medians(context_of(np.ones(55))) == {}
    assert set(silent.medians(context_of(np.ones(56)))) == {"seasonal_smoothing"}
