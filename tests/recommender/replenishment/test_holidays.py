from datetime import date

import numpy as np

from recommender.demand.calendar.calendar import Calendar
from recommender.replenishment.holidays import Holiday, coming_holidays
from recommender.replenishment.succession import Shop, plan_in_succession
from tests.recommender.replenishment.planned import FIRST_DAY, certain, lines


def test_big_holidays_are_planned_to_the_end_of_their_days_off():
    calendar = Calendar.of_country("CN", 2026, 2027)
    found = {one.occasion_id: one for one in coming_holidays(calendar, date(2026, 8, 1), date(2026, 11, 11))}
    assert found["national-day"].first_day == date(2026, 10, 1)
    assert found["national-day"].last_day == date(2026, 10, 7)
    assert found["double-11"].first_day == found["double-11"].last_day == date(2026, 11, 11)
    days = [one.first_day for one in coming_holidays(calendar, date(2026, 8, 1), date(2026, 11, 11))]
    assert days == sorted(days)
    assert not coming_holidays(calendar, date(2026, 11, 11), date(2026, 11, 20))


def test_a_later_plan_counts_on_what_an_earlier_one_orders():
    holidays = [
        Holiday("later", date(2027, 1, 16), date(2027, 1, 17)),
        Holiday("sooner", date(2027, 1, 12), date(2027, 1, 12)),
    ]
    assert str(FIRST_DAY) == "2027-01-10"
    shop = Shop(lines(on_hand=10.0), certain(np.full((1, 8), 10.0)), holidays)
    plans = plan_in_succession([shop], seed=1)
    assert [(holiday.occasion_id, made.lines["quantity"].tolist()) for _, holiday, made in plans] == [
        ("sooner", [20.0]),
        ("later", [50.0]),
    ]
