"""Which tariff binds on a day, what is waived, and that parts of a month cost together what it costs."""

from datetime import date, timedelta
from itertools import pairwise
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from transactional.fees.domain import (
    Confirmed,
    TariffLine,
    amount_fen,
    binding,
    month_after,
    spans,
    waived_until,
)

MONTHLY = TariffLine("platform", "month", 310_000, "平台费", "Platform")
DAYS = st.dates(date(2025, 1, 1), date(2027, 12, 31))
MONTHS = DAYS.map(lambda day: day.replace(day=1))
TARIFFS = st.lists(st.tuples(DAYS, DAYS), max_size=4, unique_by=lambda dates: dates[0]).map(
    lambda dates: [Confirmed(UUID(int=n), *pair, (MONTHLY,)) for n, pair in enumerate(dates)]
)


def test_the_first_month_ends_on_the_same_day_or_the_last_there_is():
    assert waived_until(date(2026, 1, 31)) == date(2026, 2, 28)
    assert waived_until(date(2028, 1, 30)) == date(2028, 2, 29)
    assert waived_until(date(2026, 12, 5)) == date(2027, 1, 5)


@given(MONTHS, TARIFFS, st.none() | DAYS)
def test_each_day_is_charged_by_the_newest_tariff_confirmed_by_then(month, confirmed, live_on):
    charged = {}
    for span in spans(month, confirmed=confirmed, live_on=live_on):
        for n in range(span.days):
            day = span.first + timedelta(days=n)
            assert day not in charged
            charged[day] = (span.tariff, span.is_waived)
    for n in range((month_after(month) - month).days):
        day = month + timedelta(days=n)
        held = [c for c in confirmed if c.valid_from <= day and c.confirmed_on <= day]
        newest = max(held, key=lambda c: c.valid_from, default=None)
        assert binding(confirmed, day) == newest
        if live_on is None or day < live_on or newest is None:
            assert day not in charged
        else:
            assert charged[day] == (newest, day < waived_until(live_on))


@given(MONTHS, st.integers(0, 10**9), st.sets(st.integers(1, 27)))
def test_parts_of_a_month_cost_together_what_it_costs(month, rate, cuts):
    line = TariffLine("platform", "month", rate, "x", "x")
    days = (month_after(month) - month).days
    edges = [0, *sorted(cuts), days]
    parts = [
        amount_fen(line, quantity=until - since, first=month + timedelta(days=since))
        for since, until in pairwise(edges)
    ]
    assert sum(parts) == rate


def test_a_share_of_cash_is_rounded_down():
    assert amount_fen(TariffLine("cash", "cash", 60, "x", "x"), quantity=999, first=date(2026, 3, 1)) == 5
