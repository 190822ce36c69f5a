"""Months as the filter bar of the enterprise's pages counts them."""

from datetime import date

import pytest

from dashboards.periods import is_over, months_back
from dashboards.words import Words


@pytest.mark.parametrize(
    ("month", "count", "expected"),
    [
        (date(2026, 1, 1), 1, date(2025, 12, 1)),
        (date(2026, 3, 1), 12, date(2025, 3, 1)),
        (date(2026, 12, 1), 0, date(2026, 12, 1)),
        (date(2026, 12, 1), 25, date(2024, 11, 1)),
    ],
)
def test_months_are_counted_back_over_the_turn_of_years(month: date, count: int, expected: date) -> None:
    assert months_back(month, count) == expected


def test_a_month_is_over_with_the_facts_of_its_last_day() -> None:
    assert not is_over(date(2026, 2, 1), date(2026, 2, 27))
    assert is_over(date(2026, 2, 1), date(2026, 2, 28))
    assert is_over(date(2025, 12, 1), date(2026, 2, 28))


def test_relative_changes_and_people_read_as_in_each_language() -> None:
    zh, en = Words("zh"), Words("en")

    assert (zh.relative(110, 100), en.relative(95, 100)) == ("+10.0%", "−5.0%")
    assert (zh.relative(100, 100), zh.relative(5, 0)) == ("持平", None)
    assert (zh.people(1_234), en.people(1_234)) == ("1,234 人", "1,234")
    assert (zh.money(123_456_700), en.money(77)) == ("123.5 万元", "¥0.77")
