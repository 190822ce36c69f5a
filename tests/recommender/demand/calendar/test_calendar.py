"""Distances, calendars of other countries and of one's own."""

import numpy as np
import pandas as pd
import pytest

from recommender.demand.calendar.calendar import Calendar
from recommender.demand.calendar.country import CountryUnknown
from recommender.demand.calendar.names import occasion_id, slug
from recommender.frames import InvalidFrame


def days(*texts):
    return np.array(texts, dtype="datetime64[D]")


def occurrences(calendar, wanted):
    return (
        next(occasion for occasion in calendar.occasions() if occasion.id == wanted).days.astype(str).tolist()
    )


@pytest.fixture(scope="module")
def own():
    frame = pd.DataFrame(
        {
            "date": ["2024-03-08", "2025-03-08", "2024-05-01", "2024-05-02", "2024-05-03", "2024-06-01"],
            "name": ["Spring sale 2024", "Spring sale 2025", "五一", "五一", "五一", "Sale"],
            "kind": ["campaign", "campaign", None, None, None, "shopping"],
        }
    )
    return Calendar.from_frame(frame)


def test_a_calendar_of_ones_own_recurs_by_name_and_stands_at_the_first_day(own):
    assert occurrences(own, "spring-sale") == ["2024-03-08", "2025-03-08"]
    assert occurrences(own, "五一") == ["2024-05-01"]
    assert {occasion.id: occasion.kind for occasion in own.occasions()} == {
        "spring-sale": "campaign", "五一": "holiday", "sale": "shopping",
    }  # fmt: skip
    # All days of a holiday are off, and none of a sale.
    asked = days("2024-05-02", "2024-05-03", "2024-05-06", "2024-03-08", "2024-05-04")
    assert own.is_off(asked).tolist() == [True, True, False, False, True]


def test_distances_are_negative_before_and_positive_after(own):
    asked = days("2024-03-01", "2024-03-08", "2024-03-10", "2024-09-06", "2024-09-07", "2026-03-08")
    assert own.signed_distance("spring-sale", asked).tolist() == [-7, 0, 2, 182, -182, 365]


def test_half_way_between_two_days_the_coming_one_counts(own):
    calendar = Calendar.from_frame(
        pd.DataFrame({"date": ["2024-01-10", "2024-01-20"], "name": ["Tea day"] * 2})
    )
    assert calendar.signed_distance("tea-day", days("2024-01-14", "2024-01-15", "2024-01-16")).tolist() == [
        4,
        -5,
        -4,
    ]
    # Of 4 April the spring sale is as long gone as the holiday is away.
    ids, distance = own.nearest(days("2024-04-04"), within=30)
    assert (ids[0], distance[0]) == ("五一", -27)


def test_the_nearest_occasion_within_some_days(own):
    ids, distance = own.nearest(days("2024-04-29", "2024-05-17", "2024-05-16", "2024-07-01"), within=15)
    assert ids.tolist() == ["五一", "sale", "五一", ""]
    assert distance.tolist() == [-2, -15, 15, 0]
    ids, _ = own.nearest(days("2024-05-16"), within=20, occasion_ids=["sale"])
    assert ids.tolist() == ["sale"]


@pytest.mark.parametrize(
    ("frame", "words"),
    [
        ({"date": ["2024-01-01"]}, "Column 'name' is missing"),
        ({"date": ["soon"], "name": ["x"]}, "Column 'date' must hold dates"),
        ({"date": [None], "name": ["x"]}, "a date must be given"),
        (
            {"date": ["2024-01-01"], "name": ["x"], "kind": ["party"]},
            "must be one of holiday, festival, shopping",
        ),
        ({"date": [], "name": []}, "at least one row"),
    ],
)
def test_a_calendar_that_cannot_be_used(frame, words):
    with pytest.raises(InvalidFrame, match=words):
        Calendar.from_frame(pd.DataFrame(frame))


def test_member_days_and_campaigns_are_added():
    calendar = Calendar.of_country("CN", 2024, 2025).with_member_days(31)
    calendar = calendar.with_occasions(
        pd.DataFrame({"date": ["2025-03-01", "2025-03-02"], "name": ["Redemption festival"] * 2})
    )
    assert occurrences(calendar, "member-day")[:4] == ["2024-01-31", "2024-02-29", "2024-03-31", "2024-04-30"]
    assert len(occurrences(calendar, "member-day")) == 24
    assert occurrences(calendar, "redemption-festival") == ["2025-03-01"]
    assert {o.kind for o in calendar.occasions()} >= {
        "member-day",
        "campaign",
        "holiday",
        "festival",
        "shopping",
    }
    # What was known before is still there, and a campaign is no day off.
    assert calendar.is_off(days("2025-01-28", "2025-03-03")).tolist() == [True, False]


def test_a_country_has_its_holidays_and_its_shopping_days():
    germany = Calendar.of_country("DE", 2013, 2016)
    assert occurrences(germany, "easter-monday") == ["2013-04-01", "2014-04-21", "2015-04-06", "2016-03-28"]
    assert occurrences(germany, "easter") == ["2013-03-31", "2014-04-20", "2015-04-05", "2016-03-27"]
    assert occurrences(germany, "whit-monday")[2] == "2015-05-25"
    assert occurrences(germany, "black-friday") == ["2013-11-29", "2014-11-28", "2015-11-27", "2016-11-25"]
    assert occurrences(germany, "cyber-monday")[0] == "2013-12-02"
    by_id = {occasion.id: occasion for occasion in germany.occasions()}
    assert by_id["christmas"].name_zh == "圣诞节"
    assert (by_id["christmas"].kind, by_id["halloween"].kind) == ("holiday", "shopping")
    assert [by_id[key].is_big for key in ("christmas", "black-friday", "halloween")] == [True, True, False]
    # The second day of Christmas is a holiday there, so it is no shopping day besides.
    assert by_id["second-christmas-day"].kind == "holiday"
    assert by_id["good-friday"].kind == "holiday"
    assert germany.is_off(days("2015-05-25", "2015-05-26")).tolist() == [True, False]


def test_a_part_of_a_country_has_its_own_holidays():
    assert "corpus-christi" in {
        occasion.id for occasion in Calendar.of_country("de-by", 2013, 2016).occasions()
    }
    assert "corpus-christi" not in {
        occasion.id for occasion in Calendar.of_country("DE", 2013, 2016).occasions()
    }


def test_an_observed_holiday_is_off_but_stands_on_its_own_day():
    """Independence Day 2015 was a Saturday, observed on the Friday before."""
    america = Calendar.of_country("US", 2014, 2017)
    assert occurrences(america, "independence-day") == [f"{year}-07-04" for year in range(2014, 2018)]
    assert america.is_off(days("2015-07-03", "2015-07-02")).tolist() == [True, False]
    assert occurrences(america, "super-bowl")[1] == "2015-02-01"
    assert occurrences(america, "mothers-day")[1] == "2015-05-10"


def test_what_came_once_is_a_day_off_and_no_occasion():
    """2022 had a jubilee and a state funeral, 2023 a coronation."""
    britain = Calendar.of_country("GB", 2020, 2024)
    assert britain.is_off(days("2022-06-03", "2022-09-19", "2023-05-08", "2022-09-20")).tolist() == [
        True,
        True,
        True,
        False,
    ]
    ids = [occasion.id for occasion in britain.occasions()]
    assert not [found for found in ids if any(word in found for word in ("jubilee", "funeral", "coronation"))]


def test_mothers_day_moves_by_country():
    assert occurrences(Calendar.of_country("GB", 2015, 2018), "mothers-day")[0] == "2015-03-15"
    # Whit Sunday of 2015 was the last Sunday of May, 2016's was not.
    assert occurrences(Calendar.of_country("FR", 2015, 2018), "mothers-day")[:2] == [
        "2015-05-31",
        "2016-05-29",
    ]
    assert occurrences(Calendar.of_country("FR", 2020, 2023), "mothers-day")[0] == "2020-06-07"


def test_a_holiday_of_several_days_is_one_occasion():
    korea = Calendar.of_country("KR", 2014, 2018)
    assert occurrences(korea, "chuseok")[0] == "2014-09-08"
    assert not [
        occasion.id
        for occasion in korea.occasions()
        if "preceding" in occasion.id or "election" in occasion.id
    ]


def test_weekends_are_the_countrys():
    assert Calendar.of_country("SA", 2014, 2018).is_off(days("2015-03-06", "2015-03-08")).tolist() == [
        True,
        False,
    ]


def test_a_country_nobody_knows_is_refused():
    with pytest.raises(CountryUnknown, match="there is no calendar of XX"):
        Calendar.of_country("XX", 2014, 2015)
    with pytest.raises(CountryUnknown, match="DE has no part TX"):
        Calendar.of_country("DE-TX", 2014, 2015)


def test_ids_come_from_names():
    assert slug("Mother's Day") == "mothers-day"
    assert slug("Fête nationale 2024") == "fete-nationale"
    assert slug("2024") == "2024"
    assert occasion_id("New Year's Day (observed)") == "new-year"
    assert occasion_id("Labor Day") == "labour-day"
    assert occasion_id("Eid al-Fitr (estimated)") == "eid-al-fitr"
