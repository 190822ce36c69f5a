"""Members that learn nothing, on series whose forecast can be told by hand."""

import numpy as np
import pandas as pd
import pytest

from recommender.demand.aligned_base import AlignedBase
from recommender.demand.calendar.calendar import Calendar
from recommender.demand.context import Context
from recommender.demand.intermittent import Intermittent
from recommender.demand.naive import SeasonalNaive, WeekdayMeans
from recommender.demand.panel import History
from recommender.demand.rhythm import Rhythm
from recommender.demand.seasonal import Decomposition, seasons_of
from recommender.demand.timeline import Timeline

FAIR = Calendar.from_frame(
    pd.DataFrame({"date": ["2024-02-10", "2025-01-29"], "name": ["fair", "fair"]}).astype({"name": "str"})
)
WEEK = np.array([1.0, 0.6, 0.8, 1.0, 1.4, 2.2, 1.8])


def context_of(values, *, horizon=7, step_days=1, first="2024-01-01", calendar=FAIR):
    values = np.atleast_2d(np.asarray(values, dtype=float))
    dates = np.datetime64(first) + step_days * np.arange(values.shape[1])
    ids = np.array([f"s{code}" for code in range(len(values))], dtype=object)
    history = History(ids, dates, values, step_days)
    timeline = Timeline.of(calendar, dates[0], values.shape[1] + horizon, history.rhythm)
    return Context.of(history, timeline, horizon)


def medians(member, context):
    (found,) = member.fit(context).medians(context).values()
    return found


def test_the_naive_model_repeats_the_latest_week_and_a_gap_is_the_weekdays_mean():
    values = np.arange(35.0)
    values[30] = np.nan
    found = medians(SeasonalNaive(), context_of(values, horizon=9))[0]
    assert found.tolist() == [28, 29, (23 + 16 + 9) / 3, 31, 32, 33, 34, 28, 29]


def test_weeks_repeat_last_year_as_soon_as_there_is_one():
    found = medians(SeasonalNaive(), context_of(np.arange(60.0), horizon=2, step_days=7))[0]
    assert found.tolist() == [8, 9]
    assert medians(SeasonalNaive(), context_of(np.arange(51.0), horizon=2, step_days=7))[0].tolist() == [
        50,
        50,
    ]


def test_weekday_means_are_of_four_weeks():
    values = np.tile(WEEK, 6) + np.repeat([90, 90, 0, 1, 2, 3], 7)
    np.testing.assert_allclose(medians(WeekdayMeans(), context_of(values))[0], WEEK + 1.5)


def test_the_aligned_base_is_last_years_holiday_at_this_years_level():
    values = np.full(390, 10.0)
    values[40] = 70.0  # 10 February 2024
    values[350:] = 15.0
    found = medians(AlignedBase(), context_of(values))[0]
    assert context_of(values).timeline.dates[390 + 3] == np.datetime64("2025-01-28")
    np.testing.assert_allclose(found, [15, 15, 15, 15, 105, 15, 15])


def test_a_level_that_grew_tenfold_is_carried_on_only_to_the_double():
    values = np.full(390, 10.0)
    values[350:] = 100.0
    np.testing.assert_allclose(medians(AlignedBase(), context_of(values)), 20.0)


def test_without_a_year_the_aligned_base_is_the_weekday_mean():
    np.testing.assert_allclose(medians(AlignedBase(), context_of(np.tile(WEEK, 10)))[0], WEEK)


def test_a_decomposition_continues_week_and_level():
    values = 30 + np.tile(WEEK, 30)
    np.testing.assert_allclose(medians(Decomposition(), context_of(values))[0], 30 + WEEK, atol=0.05)


def test_a_decomposition_never_falls_below_nothing():
    values = np.maximum(100.0 - np.arange(120), 0.0)
    assert (medians(Decomposition(), context_of(values)) >= 0).all()


@pytest.mark.parametrize(
    ("step_days", "periods", "seasons"),
    [(1, 20, ()), (1, 700, (7,)), (1, 728, (7, 364)), (7, 60, ()), (7, 61, (52,))],
)
def test_seasons_wait_until_they_have_been_seen(step_days, periods, seasons):
    assert seasons_of(Rhythm.of(step_days), periods) == seasons


def test_intermittent_demand_is_chance_times_size():
    values = np.tile([0.0, 0, 0, 8], 40)
    np.testing.assert_allclose(medians(Intermittent(), context_of(values)), 2.0, rtol=0.15)


def test_what_dies_out_is_forecast_towards_nothing_and_a_gap_tells_nothing():
    dying = np.append(np.tile([0.0, 4], 50), np.zeros(60))
    unknown = np.append(np.tile([0.0, 4], 50), np.full(60, np.nan))
    found = medians(Intermittent(), context_of([dying, unknown]))[:, 0]
    assert found[0] < 0.1
    assert found[1] == pytest.approx(2.0, rel=0.15)
