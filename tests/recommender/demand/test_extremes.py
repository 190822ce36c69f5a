"""Extremes are cut for learning, events are not."""

import numpy as np
import pandas as pd
import pytest

from recommender.demand.calendar.calendar import Calendar
from recommender.demand.extremes import usual_peaks, without_extremes
from recommender.demand.panel import History

DATES = np.arange("2025-01-01", "2025-07-20", dtype="datetime64[D]")
CALENDAR = Calendar.from_frame(pd.DataFrame({"date": ["2025-06-18"], "name": ["618"]}))


def history(values):
    ids = np.array([f"s{n:02d}" for n in range(len(values))], dtype=object)
    return History(ids, DATES, np.asarray(values, dtype=float))


@pytest.fixture
def calm():
    return np.tile(np.arange(1.0, 201.0) % 10 + 1, (20, 1))


def test_a_lone_extreme_is_cut_to_five_times_the_usual_peak(calm):
    calm[4, 50] = 900
    found, count = without_extremes(history(calm), CALENDAR)
    assert count == 1
    assert found.values[4, 50] == 50
    assert found.values[3, 50] == calm[3, 50]
    assert not found.values.flags.writeable


def test_a_day_on_which_many_sell_and_a_holiday_stay(calm):
    calm[:3, 60] = 900
    calm[5, np.flatnonzero(np.datetime64("2025-06-16") == DATES)] = 900
    found, count = without_extremes(history(calm), CALENDAR)
    assert count == 0
    assert np.array_equal(found.values, calm)


def test_the_largest_value_of_few_is_no_usual_peak():
    few = np.full((1, 200), np.nan)
    few[0, :12] = [*range(1, 12), 5000]
    assert usual_peaks(few).tolist() == [11]
    few[0, 9:12] = 0
    assert usual_peaks(few).tolist() == [np.inf]
