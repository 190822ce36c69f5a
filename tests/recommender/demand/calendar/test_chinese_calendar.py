"""The Chinese calendar beside published dates, which were typed in and not computed."""

from datetime import date

import numpy as np
import pytest

from recommender.demand.calendar.calendar import Calendar
from recommender.demand.calendar.chinese import YearUnknown, days_of

# (month, day) of 2015 to 2027, as printed in the calendars of the Purple Mountain Observatory.
PUBLISHED = {
    "spring-festival": [(2, 19), (2, 8), (1, 28), (2, 16), (2, 5), (1, 25), (2, 12), (2, 1), (1, 22), (2, 10), (1, 29), (2, 17), (2, 6)],
    "lantern": [(3, 5), (2, 22), (2, 11), (3, 2), (2, 19), (2, 8), (2, 26), (2, 15), (2, 5), (2, 24), (2, 12), (3, 3), (2, 20)],
    "qingming": [(4, 5), (4, 4), (4, 4), (4, 5), (4, 5), (4, 4), (4, 4), (4, 5), (4, 5), (4, 4), (4, 4), (4, 5), (4, 5)],
    "dragon-boat": [(6, 20), (6, 9), (5, 30), (6, 18), (6, 7), (6, 25), (6, 14), (6, 3), (6, 22), (6, 10), (5, 31), (6, 19), (6, 9)],
    "qixi": [(8, 20), (8, 9), (8, 28), (8, 17), (8, 7), (8, 25), (8, 14), (8, 4), (8, 22), (8, 10), (8, 29), (8, 19), (8, 8)],
    "mid-autumn": [(9, 27), (9, 15), (10, 4), (9, 24), (9, 13), (10, 1), (9, 21), (9, 10), (9, 29), (9, 17), (10, 6), (9, 25), (9, 15)],
    "double-ninth": [(10, 21), (10, 9), (10, 28), (10, 17), (10, 7), (10, 25), (10, 14), (10, 4), (10, 23), (10, 11), (10, 29), (10, 18), (10, 8)],
}  # fmt: skip
# Weekend days that are worked, by the State Council's notices.
WORKED = {
    2015: ["01-04", "02-15", "02-28", "09-06", "10-10"],
    2016: ["02-06", "02-14", "06-12", "09-18", "10-08", "10-09"],
    2017: ["01-22", "02-04", "04-01", "05-27", "09-30"],
    2018: ["02-11", "02-24", "04-08", "04-28", "09-29", "09-30", "12-29"],
    2019: ["02-02", "02-03", "04-28", "05-05", "09-29", "10-12"],
    2020: ["01-19", "04-26", "05-09", "06-28", "09-27", "10-10"],
    2021: ["02-07", "02-20", "04-25", "05-08", "09-18", "09-26", "10-09"],
    2022: ["01-29", "01-30", "04-02", "04-24", "05-07", "10-08", "10-09"],
    2023: ["01-28", "01-29", "04-23", "05-06", "06-25", "10-07", "10-08"],
    2024: ["02-04", "02-18", "04-07", "04-28", "05-11", "09-14", "09-29", "10-12"],
    2025: ["01-26", "02-08", "04-27", "09-28", "10-11"],
    2026: ["01-04", "02-14", "02-28", "05-09", "09-20", "10-10"],
}
# First and last day of the longer breaks.
BREAKS = [
    ("2015-02-18", "2015-02-24"), ("2015-10-01", "2015-10-07"), ("2016-02-07", "2016-02-13"), ("2017-01-27", "2017-02-02"),
    ("2017-10-01", "2017-10-08"), ("2018-02-15", "2018-02-21"), ("2018-12-30", "2019-01-01"), ("2019-02-04", "2019-02-10"),
    ("2019-05-01", "2019-05-04"), ("2020-05-01", "2020-05-05"), ("2020-10-01", "2020-10-08"), ("2021-02-11", "2021-02-17"),
    ("2022-01-31", "2022-02-06"), ("2022-04-03", "2022-04-05"), ("2023-01-21", "2023-01-27"), ("2023-09-29", "2023-10-06"),
    ("2024-02-10", "2024-02-17"), ("2024-09-15", "2024-09-17"), ("2025-01-28", "2025-02-04"), ("2025-10-01", "2025-10-08"),
    ("2026-02-15", "2026-02-23"), ("2026-10-01", "2026-10-07"),
]  # fmt: skip


@pytest.fixture(scope="module")
def china():
    return Calendar.of_country("CN", 2014, 2036)


def dates(calendar, occasion_id):
    found = next(occasion for occasion in calendar.occasions() if occasion.id == occasion_id)
    return found.days.astype(str).tolist()


@pytest.mark.parametrize("occasion_id", PUBLISHED)
def test_lunar_days_are_the_published_ones(china, occasion_id):
    published = [
        f"{year}-{month:02d}-{day:02d}"
        for year, (month, day) in enumerate(PUBLISHED[occasion_id], start=2015)
    ]
    assert [day for day in dates(china, occasion_id) if "2015" <= day[:4] <= "2027"] == published


@pytest.mark.parametrize(
    ("occasion_id", "day"),
    [("618", "06-18"), ("double-11", "11-11"), ("double-12", "12-12"), ("new-year", "01-01"), ("labour-day", "05-01"), ("national-day", "10-01")],
)  # fmt: skip
def test_days_that_do_not_move(china, occasion_id, day):
    assert {found[5:] for found in dates(china, occasion_id)} == {day}
    assert len(dates(china, occasion_id)) == 23


def test_new_year_shopping_opens_as_the_ministry_of_commerce_opened_it(china):
    """2021 to 2025: the National Online New Year Shopping Festival, each on the eighth of the twelfth month."""
    opened = ["2021-01-20", "2022-01-10", "2022-12-30", "2024-01-18", "2025-01-07"]
    assert [day for day in dates(china, "new-year-shopping") if "2020-06" < day < "2025-06"] == opened


def test_worked_weekends_are_those_of_the_notices(china):
    worked = china.worked_days.astype(str).tolist()
    assert [day for day in worked if "2015" <= day < "2027"] == [
        f"{year}-{day}" for year, days in WORKED.items() for day in days
    ]
    assert not china.is_off(china.worked_days).any()


@pytest.mark.parametrize(("first", "last"), BREAKS)
def test_breaks_are_those_of_the_notices(china, first, last):
    inside = np.arange(np.datetime64(first), np.datetime64(last) + 1)
    assert china.is_off(inside).all()
    beside = np.array([inside[0] - 1, inside[-1] + 1])
    weekday = (beside.astype(int) + 3) % 7
    # The day before and the day after are worked, or an ordinary weekend.
    assert (~china.is_off(beside) | (weekday >= 5)).all()


def test_a_year_without_a_notice_has_its_customary_breaks(china):
    spring = np.datetime64("2031-01-23")
    assert china.is_off(spring + np.arange(-1, 7)).all()
    assert not china.is_off(np.array(["2031-01-30", "2031-10-08"], dtype="datetime64[D]")).any()
    assert china.is_off(np.array(["2031-10-07", "2031-05-05"], dtype="datetime64[D]")).all()


def test_a_lunar_year_nobody_knows_is_refused():
    assert days_of(2100)["spring-festival"] == date(2100, 2, 9)
    with pytest.raises(YearUnknown, match="the lunar days of 1901 to 2100 are known, not those of 2101"):
        Calendar.of_country("CN", 2099, 2101)


def test_two_sources_agree_for_two_generations():
    """`holidays` has its own tables of the lunar days that are public holidays; they part in 2089, by a day."""
    import holidays

    other = holidays.country_holidays("CN", years=range(2008, 2089), observed=False, language="en_US")
    names = {
        "Tomb-Sweeping Day": "qingming",
        "Dragon Boat Festival": "dragon-boat",
        "Mid-Autumn Festival": "mid-autumn",
    }
    seen = 0
    for day, found in other.items():
        for name in found.split("; "):
            if name in names:
                assert days_of(day.year)[names[name]] == day
                seen += 1
    assert seen == 3 * 81
