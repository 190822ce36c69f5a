"""Segments and stages of members."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from tests.literal_rows.names import ACORN, BIRCH, FIRST_DATE, LAN, LAST_DATE, MEI, OTTO, Tables


def _segments() -> Iterator[tuple[Any, ...]]:
    for month in (date(2026, 2, 1), date(2026, 3, 1)):
        last = date(month.year, month.month + 1, 1) - timedelta(days=1)
        mei = (5, 3, 500, 5, 5, 5, "champion") if month.month == 3 else (8, 2, 300, 5, 4, 4, "loyal")
        yield ACORN, MEI, month, last, *mei, (last - FIRST_DATE).days, 5, "active"
        yield (
            ACORN,
            LAN,
            month,
            last,
            None,
            0,
            0,
            0,
            0,
            0,
            "newcomer",
            (last - date(2026, 2, 28)).days,
            6,
            "new",
        )
    yield BIRCH, OTTO, date(2026, 3, 1), LAST_DATE, 19, 1, 900, 5, 5, 5, "champion", 30, 19, "active"


def rows() -> Tables:
    """Return the rows of these tables, in column order."""
    return {
        "dim_member_segment": [
            ("champion", "冠军会员", "Champions", "最近、最常、最多", "Lately, often and much"),
            ("loyal", "忠诚会员", "Loyal", "常兑换", "Often"),
            ("newcomer", "未兑换", "No redemption", "未兑换", "None in twelve months"),
        ],
        "dim_lifecycle_stage": [
            ("new", 1, "新会员", "New", "注册不久", "Registered lately"),
            ("active", 2, "活跃", "Active", "近期有行为", "Active lately"),
        ],
        "fct_member_segments": _segments(),
    }  # fmt: skip
