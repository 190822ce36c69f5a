"""Clocks run through nights and weekends, rest on announced business days, and know Shanghai's midnight."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transactional.clock import BUSINESS_ZONE, business_date
from transactional.fulfilment.clocks import due_at, latest_start, region_of


def shanghai(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BUSINESS_ZONE)


# Spring Festival 2026: 16 to 18 February, announced.
FESTIVAL = frozenset(date(2026, 2, day) for day in (16, 17, 18))


@pytest.mark.parametrize(
    ("start", "hours", "due"),
    [
        ("2026-03-06T15:00", 48, "2026-03-08T15:00"),
        # On the eve nine hours are left before the clock rests for three days.
        ("2026-02-15T15:00", 48, "2026-02-20T15:00"),
        ("2026-02-15T15:00", 72, "2026-02-21T15:00"),
        # What begins while the clock rests begins when it runs again.
        ("2026-02-17T12:00", 48, "2026-02-21T00:00"),
        ("2026-02-16T00:00", 48, "2026-02-21T00:00"),
        # A promise that is due as the rest begins is due then.
        ("2026-02-14T00:00", 48, "2026-02-16T00:00"),
        ("2026-02-14T00:01", 48, "2026-02-19T00:01"),
    ],
)
def test_the_clock_rests_on_announced_days(start, hours, due):
    found = due_at(shanghai(start), timedelta(hours=hours), FESTIVAL)
    assert (found, found.tzinfo) == (shanghai(due).astimezone(UTC), UTC)


def test_a_day_is_shanghais_whatever_zone_the_moment_is_told_in():
    # 15 February 23:30 in Shanghai is still the 15th in London and New York; half an hour is left.
    start = datetime(2026, 2, 15, 15, 30, tzinfo=UTC)
    assert due_at(start, timedelta(hours=1), FESTIVAL) == shanghai("2026-02-19T00:30")
    # 16:30 UTC is the 16th in Shanghai already.
    assert due_at(start + timedelta(hours=1), timedelta(hours=1), FESTIVAL) == shanghai("2026-02-19T01:00")


@given(
    st.integers(0, 14 * 24 * 60),
    st.sampled_from([48, 72]),
    st.sets(st.integers(0, 20), max_size=12),
)
def test_as_many_minutes_run_as_were_promised(minute, hours, resting):
    first = shanghai("2026-02-01T00:00")
    days = {(first + timedelta(days=day)).date() for day in resting}
    start = first + timedelta(minutes=minute)
    due = due_at(start, timedelta(hours=hours), days)
    running, moment = 0, start
    while running < hours * 60:
        running += business_date(moment) not in days
        moment += timedelta(minutes=1)
    assert due == moment


def test_remote_provinces_have_their_own_promise():
    assert (region_of("新疆"), region_of("西藏"), region_of("广东")) == ("remote", "remote", "nationwide")


@given(
    st.datetimes(datetime(2026, 2, 10), datetime(2026, 2, 25), timezones=st.just(UTC)),
    st.datetimes(datetime(2026, 2, 10), datetime(2026, 2, 25), timezones=st.just(UTC)),
    st.sampled_from([48, 72]),
    st.sets(st.dates(date(2026, 2, 8), date(2026, 2, 26))),
)
def test_what_began_before_the_latest_start_is_due_before(start, due, hours, rest):
    within = timedelta(hours=hours)
    latest = latest_start(due, within, rest)
    if due_at(start, within, rest) < due:
        assert start <= latest
    else:
        assert start >= latest
