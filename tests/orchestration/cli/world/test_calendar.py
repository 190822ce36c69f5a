"""Lunar dates against the moon itself, days off against the notices, and what sells when."""

from datetime import UTC, date, datetime, timedelta

import pytest

from orchestration.cli.world.calendar import (
    FIRST_YEAR,
    LAST_YEAR,
    YearUnknown,
    demand_factors,
    festivals,
    is_day_off,
    near,
)

# A new moon and the mean time from one to the next (Meeus, Astronomical Algorithms, chapter 49).
NEW_MOON = datetime(2000, 1, 6, 18, 14, tzinfo=UTC)
SYNODIC_DAYS = 29.530588853
YEARS = range(FIRST_YEAR, LAST_YEAR + 1)


def day_of(name, year):
    return next(festival.day for festival in festivals(year) if festival.name == name)


def moon_age(day):
    """Return the days since the mean new moon at noon in Shanghai."""
    noon = datetime(day.year, day.month, day.day, 4, tzinfo=UTC)
    return ((noon - NEW_MOON) / timedelta(days=1)) % SYNODIC_DAYS


@pytest.mark.parametrize("year", YEARS)
def test_lunar_holidays_follow_the_moon(year):
    """The true new moon is up to 0.6 days from the mean one, and the day begins up to a day before it."""
    spring, boat, autumn = (day_of(name, year) for name in ("spring-festival", "dragon-boat", "mid-autumn"))
    assert date(year, 1, 21) <= spring <= date(year, 2, 20)
    assert (moon_age(spring) + 1.7) % SYNODIC_DAYS < 3.2
    assert abs(moon_age(boat) - 4.5) < 1.7
    assert abs(moon_age(autumn) - 14.5) < 1.7
    # Four months and four days, seven months and fourteen days, either of them with a leap month more.
    assert (boat - spring).days in {*range(121, 124), *range(150, 154)}
    assert (autumn - spring).days in {*range(219, 223), *range(249, 252)}


@pytest.mark.parametrize(
    ("day", "off"),
    [
        (date(2025, 1, 28), True),  # the eve is off since 2025
        (date(2025, 1, 26), False),  # a Sunday worked for it
        (date(2026, 2, 23), True),
        (date(2024, 10, 12), False),
        (date(2024, 10, 8), False),
        (date(2025, 10, 8), True),
        (date(2025, 6, 18), False),
        (date(2025, 6, 21), True),
        (date(2031, 10, 7), True),  # a year without a notice yet
        (date(2031, 10, 8), False),
    ],
)
def test_days_off_are_those_of_the_notices(day, off):
    assert is_day_off(day) is off


def factor(day, member_day=27):
    return demand_factors([day], member_day)[0]


def test_festivals_sell_and_the_festival_week_is_quiet():
    usual = demand_factors([date(2025, 9, 1) + timedelta(days=n) for n in range(14)], 27).mean()
    assert factor(date(2025, 11, 11)) > 2.3 * usual
    assert factor(date(2025, 6, 18)) > 1.9 * usual
    assert factor(date(2025, 12, 12)) > 1.5 * usual
    assert factor(date(2025, 1, 21)) > 1.3 * usual
    assert factor(date(2025, 1, 30)) < 0.75 * usual
    # A week later is not yet a festival's day.
    assert factor(date(2025, 11, 20)) < 1.3 * usual


def test_a_member_day_sells_more():
    assert factor(date(2025, 9, 8), member_day=8) == pytest.approx(1.6 * factor(date(2025, 9, 8)))


def test_a_festival_is_felt_before_it():
    assert near("spring-festival", date(2025, 12, 31)) is False
    assert near("spring-festival", date(2026, 2, 1)) is True
    assert near("new-year", date(2025, 12, 31)) is True


def test_an_unknown_year_is_refused():
    with pytest.raises(YearUnknown, match="2036"):
        festivals(2036)
