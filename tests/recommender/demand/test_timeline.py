from datetime import date

import numpy as np
import pandas as pd
import pytest

from recommender.demand.calendar.calendar import Calendar
from recommender.demand.rhythm import Rhythm
from recommender.demand.timeline import Timeline


def own_calendar(*rows):
    return Calendar.from_frame(pd.DataFrame(rows, columns=["date", "name"]).astype({"name": "str"}))


FAIR = own_calendar(("2024-02-10", "fair"), ("2025-01-29", "fair"), ("2026-02-17", "fair"))


def timeline(calendar, first, periods, step_days=1):
    return Timeline.of(calendar, np.datetime64(first, "D"), periods, Rhythm.of(step_days))


def place(found, day):
    return int(np.flatnonzero(found.dates == np.datetime64(day))[0])


def test_distances_are_to_the_coming_and_the_passed_occasion_within_a_fortnight():
    found = timeline(FAIR, "2025-01-01", 60)
    day = place(found, "2025-01-25")
    assert (found.coming[day], found.coming_days[day]) == (0, 4)
    assert (found.closest[day], found.closest_days[day]) == (0, -4)
    assert (found.passed[day], np.isnan(found.passed_days[day])) == (-1, True)
    after = place(found, "2025-02-12")
    assert (found.passed_days[after], found.closest_days[after]) == (14, 14)
    assert found.closest[after + 1] == -1


def test_near_an_occasion_the_aligned_day_is_as_far_from_it_a_year_before():
    found = timeline(FAIR, "2024-01-01", 820)
    day = place(found, "2026-02-15")
    assert found.dates[int(found.aligned[0, day])] == np.datetime64("2025-01-27")
    assert found.dates[int(found.aligned[1, day])] == np.datetime64("2024-02-08")
    assert np.isnan(found.aligned[2, day])


def test_far_from_every_occasion_it_is_the_same_weekday():
    found = timeline(FAIR, "2024-01-01", 820)
    day = place(found, "2025-07-09")
    aligned = found.dates[int(found.aligned[0, day])]
    assert aligned == np.datetime64("2024-07-10")
    assert found.weekday[day] == found.weekday[int(found.aligned[0, day])] == 2


def test_a_week_is_aligned_between_two_weeks():
    found = timeline(FAIR, "2024-01-05", 70, step_days=7)
    # 31 January 2025 is two days after the fair, as 12 February 2024 is: three sevenths after the 9th.
    day = place(found, "2025-01-31")
    assert found.aligned[0, day] == pytest.approx(place(found, "2024-02-09") + 3 / 7)


def test_a_week_off_is_one_occasion_that_begins_on_its_first_day():
    golden = own_calendar(*((date(2025, 10, day), "golden week") for day in range(1, 8)))
    found = timeline(golden, "2025-09-20", 30)
    day = place(found, "2025-10-06")
    assert found.closest_days[day] == 5
    assert found.off_run[day] == 7
    assert found.off_place[day] == 6


def test_runs_of_days_off_and_of_work_are_counted():
    found = timeline(FAIR, "2025-06-02", 14)
    # A Monday: the first working day; Friday the fifth, a day before two days off.
    assert found.off_place.tolist()[:7] == [-1, -2, -3, -4, -5, 1, 2]
    assert found.to_off.tolist()[:7] == [5, 4, 3, 2, 1, 0, 0]
    assert found.off_run.tolist()[:7] == [0, 0, 0, 0, 0, 2, 2]


def test_what_comes_every_month_has_a_distance_but_no_season():
    monthly = FAIR.with_member_days(8)
    found = timeline(monthly, "2025-07-01", 31)
    assert found.occasion_ids == ("fair",)
    assert found.frequent_days[place(found, "2025-07-06")] == -2
    assert (found.closest == -1).all()


def test_a_week_is_off_by_its_share():
    found = timeline(FAIR, "2025-06-02", 2, step_days=7)
    np.testing.assert_allclose(found.is_off, [2 / 7, 2 / 7])
