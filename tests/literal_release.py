"""A small release written by hand, for tests of what reads releases.

Two tenants, January to March 2026. Import the constants; take the fixture `literal_release` (a releases
folder whose `current` is the release RELEASE_ID); call `publish` to switch to another one. A file named
marts.duckdb opened by itself makes `marts.fct_x` ambiguous: attach it under another name.
"""

import atexit
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta
from functools import cache
from hashlib import sha256
from itertools import chain
from pathlib import Path
from typing import Any
from uuid import UUID

import duckdb
import pytest

from orchestration.release.arrays import ARRAYS, write_arrays
from serving.contract import CONTRACT


def _id(number: int) -> UUID:
    return UUID(f"01900000-0000-7000-8000-{number:012d}")


RELEASE_ID = "20260401T020000Z-literal"
LANDED_AT = "2026-04-01T01:59:30+00:00"
LANDED_SNAPSHOT = "1000:1000:"
FIRST_DATE, LAST_DATE = date(2026, 1, 1), date(2026, 3, 31)
FORECAST_ORIGIN, FORECAST_DAYS = LAST_DATE, 28

ACORN, BIRCH = _id(1), _id(2)
ACORN_CODE, BIRCH_CODE = "acorn", "birch"
ACORN_NAME, BIRCH_NAME = "橡果银行", "Birch Retail"

# Members. MEI and LAN are acorn's, OTTO is birch's; LAN has redeemed nothing.
MEI, LAN, OTTO = _id(101), _id(102), _id(103)
# The one lot of each member; none of them expires.
LOTS = {MEI: _id(201), LAN: _id(202), OTTO: _id(203)}

# Items. TEA, RICE, MUG, TICKET and WATCH are acorn's; TEA and UMBRELLA are birch's.
TEA, RICE, MUG, TICKET, WATCH, UMBRELLA = (_id(n) for n in range(301, 307))
FOOD, HOME, LEISURE = "食品", "家居", "Leisure"

REDEMPTIONS = {
    "mei_tea": _id(401),
    "mei_tea_again": _id(402),
    "mei_rice": _id(403),
    "otto_umbrella": _id(404),
}

# What serving names of a release is in its contract; these are for the screens and for the arrays.
_OTHER_TABLES = {
    "dim_category": "category varchar, name_zh varchar, name_en varchar",
    "dim_date": "date date, year integer, month_start date, week_start date, iso_weekday integer, is_weekend boolean",
    "fct_feedback": "tenant_id uuid, feedback_id uuid, member_id uuid, redemption_id uuid, score smallint, answered_at "
    "timestamptz, answered_date date",
    "fct_item_popularity": "tenant_id uuid, item_id uuid, score double, popularity_rank integer",
    "fct_item_neighbours": "tenant_id uuid, item_id uuid, neighbour_item_id uuid, kind varchar, weight double, neighbour_rank "
    "integer",
    "fct_member_recommendations": "tenant_id uuid, member_id uuid, slice varchar, item_id uuid, score double, stage varchar, "
    "recommendation_rank integer",
    "fct_starting_items": "tenant_id uuid, member_group varchar, item_id uuid, score double, starting_rank bigint",
    "fct_model_scores": "area varchar, tenant_id uuid, model varchar, slice varchar, metric varchar, k integer, value double, "
    "low double, high double, n bigint, is_released boolean, judged_until date",
}

METRICS = [
    ("activity_rate", "月活跃率", "Monthly activity rate",
     "当月至少有一次行为、积分获取或兑换的会员占月末注册会员的比例",
     "Members with an event, earn or redemption of their own in the month, of members registered at its end",
     "活跃会员数", "Active members", "注册会员数", "Registered members", 0.30, "at_least", "rate", "fct_kpis_monthly"),
    ("consumption_rate", "积分消耗率", "Points consumption rate", "同期兑换积分（扣除退还）占发放积分的比例",
     "Points redeemed, net of refunds, of points issued in the same period",
     "兑换积分", "Points redeemed", "发放积分", "Points issued", 0.50, "at_least", "rate", "fct_kpis_monthly"),
    ("consumption_rate_cumulative", "累计积分消耗率", "Cumulative points consumption rate",
     "累计兑换积分（扣除退还）占累计发放积分的比例",
     "Points redeemed so far, net of refunds, of points issued so far",
     "累计兑换积分", "Points redeemed so far", "累计发放积分", "Points issued so far", 0.50, "at_least", "rate", "fct_kpis_monthly"),
    ("satisfaction_rate", "满意率", "Satisfaction rate", "评分为4或5分的反馈占全部反馈的比例",
     "Feedback answers scoring 4 or 5 of 5, of all answers, by answer date",
     "4–5分反馈数", "Answers of 4 or 5", "反馈总数", "Answers", 0.85, "at_least", "rate", "fct_kpis_monthly"),
    ("supplier_score", "供应商评分", "Supplier score", "加权得分", "Weighted score", "得分", "Scores", "权重", "Weights",
     None, "at_least", "score", "fct_supplier_scores_monthly"),
    ("points_liability", "积分负债", "Points liability", "期末时点数", "A stock figure", "负债", "Liability", "积分", "Points",
     None, "at_most", "fen", "fct_points_liability_monthly"),
    ("value_score", "价值评分", "Value score", "四部分加权", "Four parts by weight", "得分", "Scores", "权重", "Weights",
     None, "at_least", "score", "fct_value_scores_monthly"),
]  # fmt: skip

_SHIPPED = ("48小时发货", "Shipped on time", "48 小时内", "Within 48 hours")
SUPPLIER_SCORES = [
    (ACORN, _id(901), "tea-house", "Tea House", "2026-03-01", 0.9, 0.8, 1.0, 0.8, 120, False),
    (ACORN, _id(902), "mug-makers", "Mug Makers", "2026-03-01", 0.5, 0.1, 0.9, 0.3, 4, True),
    (ACORN, _id(901), "tea-house", "Tea House", "2026-02-01", 0.7, 0.6, 0.8, 0.8, 90, False),
    (BIRCH, _id(903), "rain", "Rain", "2026-03-01", 0.2, 0.1, 0.3, 0.3, 40, False),
]
SUPPLIER_SCORE_PARTS = [
    (ACORN, _id(901), "2026-03-01", "ship_48h", *_SHIPPED, 98, 100, 0.98, 0.93, 0.995, 0.3, 0.8, 1.0, 0.9),
    (ACORN, _id(902), "2026-03-01", "answer", "答复", "Answers", "24 小时内", "In 24 hours", 0, 0, None, None, None, 0.15, 0.8,
     1.0, None),
    (ACORN, _id(902), "2026-03-01", "ship_48h", *_SHIPPED, 9, 10, 0.9, 0.6, 0.98, 0.3, 0.8, 1.0, 0.5),
]  # fmt: skip

# (tenant, month, metric, numerator, denominator, value, n, low, high): null: nothing to divide by.
MONTHLY = [
    (ACORN, "2026-01-01", "activity_rate", 20, 100, 0.20, 100, None, None),
    (ACORN, "2026-02-01", "activity_rate", 33, 110, 0.30, 110, None, None),
    (ACORN, "2026-03-01", "activity_rate", 48, 120, 0.40, 120, None, None),
    (ACORN, "2026-01-01", "consumption_rate", 3_000, 10_000, 0.30, 10_000, None, None),
    (ACORN, "2026-02-01", "consumption_rate", 2_500, 0, None, 0, None, None),
    (ACORN, "2026-03-01", "consumption_rate", 6_000, 10_000, 0.60, 10_000, None, None),
    (ACORN, "2026-01-01", "consumption_rate_cumulative", 3_000, 10_000, 0.30, 10_000, None, None),
    (ACORN, "2026-02-01", "consumption_rate_cumulative", 5_500, 10_000, 0.55, 10_000, None, None),
    (ACORN, "2026-03-01", "consumption_rate_cumulative", 11_500, 20_000, 0.575, 20_000, None, None),
    (ACORN, "2026-01-01", "satisfaction_rate", 0, 0, None, 0, None, None),
    (ACORN, "2026-02-01", "satisfaction_rate", 8, 10, 0.80, 10, 0.4902, 0.9433),
    (ACORN, "2026-03-01", "satisfaction_rate", 18, 20, 0.90, 20, 0.6990, 0.9721),
    (BIRCH, "2026-03-01", "activity_rate", 5, 50, 0.10, 50, None, None),
    (BIRCH, "2026-03-01", "consumption_rate", 900, 1_000, 0.90, 1_000, None, None),
    (BIRCH, "2026-03-01", "consumption_rate_cumulative", 900, 1_000, 0.90, 1_000, None, None),
    (BIRCH, "2026-03-01", "satisfaction_rate", 0, 0, None, 0, None, None),
]
TARGETS = {metric[0]: metric[9] for metric in METRICS}


def days(first: date, last: date) -> Iterator[date]:
    """Yield each day from first to last, both included."""
    for offset in range((last - first).days + 1):
        yield first + timedelta(days=offset)


def _daily_kpis() -> Iterator[tuple[Any, ...]]:
    """Acorn: 100 members, as many active as the day of the month; birch: from March, 5 of 50 active."""
    for day in days(FIRST_DATE, LAST_DATE):
        active, sunday = day.day, day.isoweekday() == 7
        yield ACORN, day, "activity_rate", active, 100, active / 100, 100, None, None, 0.30
        yield ACORN, day, "consumption_rate", 60, 100, 0.60, 100, None, None, 0.50
        yield ACORN, day, "consumption_rate_cumulative", 50, 100, 0.50, 100, None, None, 0.50
        # Nobody answers on Sundays.
        answers = (0, 0, None, 0, None, None) if sunday else (9, 10, 0.90, 10, 0.5958, 0.9821)
        yield ACORN, day, "satisfaction_rate", *answers, 0.85
        if day.month == 3:
            yield BIRCH, day, "activity_rate", 5, 50, 0.10, 50, None, None, 0.30
            yield BIRCH, day, "consumption_rate", 90, 100, 0.90, 100, None, None, 0.50
            yield BIRCH, day, "consumption_rate_cumulative", 90, 100, 0.90, 100, None, None, 0.50
            yield BIRCH, day, "satisfaction_rate", 0, 0, None, 0, None, None, 0.85


def _demand() -> Iterator[tuple[Any, ...]]:
    """Tea goes twice as often on weekends; rice runs out of stock on the last three days of March."""
    for day in days(FIRST_DATE, LAST_DATE):
        is_weekend = day.isoweekday() >= 6
        yield ACORN, TEA, day, 10 if is_weekend else 5, 4, 500, True
        in_stock = day <= date(2026, 3, 28)
        yield ACORN, RICE, day, 3 if in_stock else 0, 3 if in_stock else 0, 40 if in_stock else 0, in_stock
        if day.month == 3:
            yield BIRCH, UMBRELLA, day, 2, 2, 80, True


def _forecasts() -> Iterator[tuple[Any, ...]]:
    first = FORECAST_ORIGIN + timedelta(days=1)
    for day in days(first, FORECAST_ORIGIN + timedelta(days=FORECAST_DAYS)):
        bump = 5.0 if day.isoweekday() >= 6 else 0.0
        series = [
            (ACORN, "item", str(TEA), "combination", 5.0),
            (ACORN, "category", FOOD, "seasonal_naive", 8.0),
            (BIRCH, "item", str(UMBRELLA), "seasonal_naive", 2.0),
            (BIRCH, "category", HOME, "seasonal_naive", 2.0),
            (ACORN, "tenant", "all", "combination", 13.0),
        ]
        for tenant_id, level, series_id, model, base in series:
            mean = base + bump
            quantiles = (mean - 2.0, mean - 0.5, mean + 3.0, mean + 4.0)
            yield tenant_id, level, series_id, day, FORECAST_ORIGIN, model, mean, *quantiles


def _what_if() -> Iterator[tuple[Any, ...]]:
    """Tea sells twice as much on a flash sale; nobody knows of BIRCH's."""
    for tenant_id, _, series_id, day, origin, _, *figures in _forecasts():
        if (tenant_id, series_id) == (ACORN, str(TEA)):
            doubled = [2 * figure for figure in figures]
            yield tenant_id, TEA, day, origin, *figures, *doubled, figures[0]


# What the literal release holds of what is behind a metric: rows of its own few marts.
DRILLDOWNS = [
    ("activity_rate", "numerator", "fct_events", "occurred_date", "in_period", "member_id", "distinct", "member_id", None),
    ("activity_rate", "numerator", "fct_entries", "effective_date", "in_period", "member_id", "distinct", "member_id",
     "transfer_kind = 'earn' and account_kind = 'member'"),
    ("activity_rate", "denominator", "dim_member", "registered_date", "until_period_end", "1", "sum", None, None),
    ("consumption_rate", "numerator", "fct_redemption_lines", "effective_date", "in_period", "line_points", "sum", None, None),
    ("consumption_rate", "denominator", "fct_redemption_lines", "effective_date", "so_far", "line_points", "sum", None,
     "status <> 'cancelled'"),
    ("satisfaction_rate", "numerator", "fct_feedback", "answered_date", "in_period", "1", "sum", None, "score >= 4"),
    ("satisfaction_rate", "denominator", "fct_feedback", "answered_date", "in_period", "1", "sum", None, None),
]  # fmt: skip


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


def _performance() -> Iterator[tuple[Any, ...]]:
    for month in (date(2026, 2, 1), date(2026, 3, 1)):
        yield ACORN, TEA, month, 28, 0, 0, 100, 40, 0.4, 0.31, 0.5, 44, 4_400, 100, 3, 4.5, 1, 1
        yield ACORN, RICE, month, 28, 3, 9, 60, 6, 0.1, 0.05, 0.2, 6, 1_200, 200, 5, 3.0, 2, 2
        yield ACORN, MUG, month, 28, 0, 0, 0, 0, None, None, None, 0, 0, 300, 0, None, 3, None
    yield BIRCH, UMBRELLA, date(2026, 3, 1), 31, 0, 0, 10, 5, 0.5, 0.2, 0.8, 5, 450, 90, 0, None, 1, 1


def _entries() -> Iterator[tuple[Any, ...]]:
    """MEI: 1,000 granted, 500 redeemed; LAN: 300 granted; OTTO: 1,000 earned, 900 redeemed."""
    moves = [
        (ACORN, MEI, 501, "grant", "issuance", 1_000, None, "2026-01-05"),
        (ACORN, MEI, 502, "redeem", "redeemed", -100, "mei_tea", "2026-01-20"),
        (ACORN, MEI, 503, "redeem", "redeemed", -200, "mei_tea_again", "2026-02-20"),
        (ACORN, MEI, 504, "redeem", "redeemed", -200, "mei_rice", "2026-03-20"),
        (ACORN, LAN, 505, "grant", "issuance", 300, None, "2026-03-01"),
        (BIRCH, OTTO, 506, "earn", "issuance", 1_000, None, "2026-03-02"),
        (BIRCH, OTTO, 507, "redeem", "redeemed", -900, "otto_umbrella", "2026-03-12"),
    ]
    for tenant_id, member_id, number, kind, counter, amount, redemption, day in moves:
        redemption_id = REDEMPTIONS[redemption] if redemption else None
        at = f"{day} 10:00:00+08"
        # A lot's id is its crediting transfer's.
        transfer_id = LOTS[member_id] if amount > 0 else _id(number)
        own = (tenant_id, transfer_id, 1, kind, "member", member_id, LOTS[member_id], redemption_id, amount)
        yield *own, at, day, at
        yield tenant_id, transfer_id, 2, kind, counter, None, None, redemption_id, -amount, at, day, at


def _lines() -> Iterator[tuple[Any, ...]]:
    lines = [
        (ACORN, "mei_tea", MEI, TEA, 1, 100, "2026-01-20"),
        (ACORN, "mei_tea_again", MEI, TEA, 2, 100, "2026-02-20"),
        (ACORN, "mei_rice", MEI, RICE, 1, 200, "2026-03-20"),
        (BIRCH, "otto_umbrella", OTTO, UMBRELLA, 3, 300, "2026-03-12"),
    ]
    for tenant_id, redemption, member_id, item_id, quantity, unit, day in lines:
        line = (
            tenant_id,
            REDEMPTIONS[redemption],
            1,
            member_id,
            item_id,
            "points",
            "completed",
            quantity,
            unit,
        )
        yield *line, quantity * unit, f"{day} 10:00:00+08", day, 0


def _calendar() -> Iterator[tuple[Any, ...]]:
    for day in days(FIRST_DATE, FORECAST_ORIGIN + timedelta(days=FORECAST_DAYS)):
        week_start = day - timedelta(days=day.weekday())
        yield day, day.year, day.replace(day=1), week_start, day.isoweekday(), day.isoweekday() >= 6


_LISTED = "2025-12-31 16:00:00+00"


def rows() -> dict[str, Iterable[tuple[Any, ...]]]:
    """Return the rows of every table, in column order."""
    return {
        "dim_tenant": [
            (ACORN, ACORN_CODE, ACORN_NAME, "bank", False, FIRST_DATE, LAST_DATE),
            (BIRCH, BIRCH_CODE, BIRCH_NAME, "retail", False, date(2026, 3, 1), LAST_DATE),
        ],
        "dim_member": [
            (ACORN, MEI, "2026-01-01 10:00:00+08", "2026-01-01", None, True),
            (ACORN, LAN, "2026-02-28 10:00:00+08", "2026-02-28", None, True),
            (BIRCH, OTTO, "2026-03-01 10:00:00+08", "2026-03-01", None, True),
        ],
        "dim_lot": [
            (ACORN, LOTS[MEI], MEI, 1_000, "2026-01-05 10:00:00+08", None),
            (ACORN, LOTS[LAN], LAN, 300, "2026-03-01 10:00:00+08", None),
            (BIRCH, LOTS[OTTO], OTTO, 1_000, "2026-03-02 10:00:00+08", None),
        ],
        "dim_category": [(FOOD, FOOD, "Food"), (HOME, HOME, "Home"), (LEISURE, "休闲", LEISURE)],
        "dim_item": [
            (TEA, "tea", "茶叶礼盒", FOOD, "physical", "staple"),
            (RICE, "rice", "五常大米", FOOD, "physical", "staple"),
            (MUG, "mug", "Travel mug", HOME, "physical", "quality"),
            (TICKET, "ticket", "电影票", LEISURE, "virtual", "staple"),
            (WATCH, "watch", "Watch", LEISURE, "physical", "scarce"),
            (UMBRELLA, "umbrella", "Umbrella", HOME, "physical", "staple"),
        ],
        "dim_offer": [
            (ACORN, TEA, 100, "shipping", _LISTED, _LISTED, None),
            (ACORN, RICE, 200, "shipping", _LISTED, _LISTED, None),
            (ACORN, MUG, 300, "shipping", _LISTED, _LISTED, None),
            (ACORN, TICKET, 50, "instant", _LISTED, _LISTED, None),
            (ACORN, WATCH, 50_000, "shipping", _LISTED, _LISTED, None),
            (BIRCH, TEA, 120, "pickup", _LISTED, _LISTED, None),
            (BIRCH, UMBRELLA, 90, "pickup", _LISTED, _LISTED, None),
        ],
        "dim_date": _calendar(),
        "dim_metric": METRICS,
        "fct_entries": _entries(),
        "fct_redemption_lines": _lines(),
        "fct_events": [
            (ACORN, _id(601), MEI, "view", TEA, "2026-03-20 09:55:00+08", "2026-03-20"),
            (ACORN, _id(602), LAN, "visit", None, "2026-03-25 12:00:00+08", "2026-03-25"),
        ],
        # So long ago that it says nothing of how much is shown now.
        "fct_impressions": [(BIRCH, _id(611), TEA, "2026-01-05")],
        "fct_feedback": [
            (ACORN, _id(701), MEI, REDEMPTIONS["mei_tea"], 5, "2026-02-01 10:00:00+08", "2026-02-01"),
        ],
        "fct_item_demand_daily": _demand(),
        "fct_campaign_effect": [
            (ACORN, _id(801), MUG, 18, 10.0),
            (ACORN, _id(802), RICE, 12, 10.0),
        ],
        "fct_kpis_daily": _daily_kpis(),
        "fct_kpis_monthly": [(*row, TARGETS[row[2]]) for row in MONTHLY],
        "fct_platform_kpis_daily": [
            (LAST_DATE, "activity_rate", 2, 1, 3, 1 / 3, 3, 0.06, 0.79, TARGETS["activity_rate"])
        ],
        "fct_kpis_by_segment_monthly": [
            (
                ACORN,
                date(2026, 2, 1),
                "segment",
                "champion",
                "activity_rate",
                6,
                10,
                0.6,
                10,
                None,
                None,
                0.30,
            ),
            (
                ACORN,
                date(2026, 3, 1),
                "segment",
                "champion",
                "activity_rate",
                9,
                10,
                0.9,
                10,
                None,
                None,
                0.30,
            ),
            (ACORN, date(2026, 3, 1), "stage", "active", "activity_rate", 30, 30, 1.0, 30, None, None, 0.30),
            (
                BIRCH,
                date(2026, 3, 1),
                "segment",
                "champion",
                "activity_rate",
                1,
                3,
                1 / 3,
                3,
                None,
                None,
                0.30,
            ),
        ],
        "fct_platform_kpis_monthly": [
            (date(2026, 2, 1), "activity_rate", 1, 1, 2, 0.5, 2, 0.09, 0.91, TARGETS["activity_rate"]),
            (date(2026, 3, 1), "activity_rate", 2, 2, 3, 2 / 3, 3, 0.2, 0.94, TARGETS["activity_rate"]),
        ],
        "fct_item_popularity": [
            (ACORN, TEA, 9.0, 1),
            (ACORN, RICE, 6.0, 2),
            (ACORN, MUG, 3.0, 3),
            (ACORN, TICKET, 2.0, 4),
            (ACORN, WATCH, 1.0, 5),
            (BIRCH, UMBRELLA, 4.0, 1),
        ],
        "fct_item_neighbours": [
            (ACORN, TEA, MUG, "together", 0.8, 1),
            (ACORN, TEA, RICE, "together", 0.4, 2),
            (ACORN, TEA, RICE, "content", 0.7, 1),
            (ACORN, RICE, TEA, "together", 0.4, 1),
            (ACORN, RICE, TEA, "content", 0.7, 1),
            (ACORN, MUG, TEA, "together", 0.8, 1),
            (ACORN, MUG, TICKET, "together", 0.2, 2),
            (BIRCH, UMBRELLA, TEA, "together", 0.1, 1),
        ],
        "fct_member_items": [
            (ACORN, MEI, TEA, 1.7, 2, "2026-02-20 10:00:00+08"),
            (ACORN, MEI, RICE, 0.9, 1, "2026-03-20 10:00:00+08"),
            (BIRCH, OTTO, UMBRELLA, 0.9, 1, "2026-03-12 10:00:00+08"),
        ],
        "fct_member_recommendations": [
            (ACORN, MEI, "all", TEA, 0.9, "personal", 1),
            (ACORN, MEI, "all", RICE, 0.7, "personal", 2),
            (ACORN, MEI, "all", MUG, 0.3, "neighbour", 3),
            (ACORN, MEI, "all", WATCH, 0.1, "popular", 4),
            (ACORN, MEI, "novel", MUG, 0.5, "neighbour", 1),
            (ACORN, MEI, "novel", WATCH, 0.2, "popular", 2),
            (BIRCH, OTTO, "all", UMBRELLA, 0.8, "personal", 1),
            (BIRCH, OTTO, "all", TEA, 0.2, "neighbour", 2),
            (BIRCH, OTTO, "novel", TEA, 0.4, "neighbour", 1),
        ],
        "fct_starting_items": [
            (ACORN, "any", TEA, 1.0, 1),
            (ACORN, "any", RICE, 0.7, 2),
            (ACORN, "any", TICKET, 0.5, 3),
            (ACORN, "any", MUG, 0.4, 4),
            (ACORN, "any", WATCH, 0.2, 5),
            (ACORN, "high", WATCH, 1.0, 1),
            (ACORN, "high", MUG, 0.6, 2),
            (ACORN, "low", TICKET, 1.0, 1),
            (ACORN, "low", TEA, 0.8, 2),
            (ACORN, "young", TICKET, 1.0, 1),
            (ACORN, "family", RICE, 1.0, 1),
            (ACORN, "family", TEA, 0.9, 2),
            (BIRCH, "any", UMBRELLA, 1.0, 1),
            (BIRCH, "any", TEA, 0.3, 2),
        ],
        "fct_starting_groups": [
            (ACORN, "high", 451, None),
            (ACORN, "low", 0, 350),
        ],
        "fct_demand_forecasts": _forecasts(),
        "fct_campaign_what_if": _what_if(),
        "fct_holiday_plans": [
            (
                ACORN,
                "labour-day",
                date(2026, 5, 1),
                date(2026, 5, 5),
                LAST_DATE,
                2,
                1,
                1,
                date(2026, 4, 10),
                110,
                60,
                30_000,
                90_000,
                20_000,
                0.8,
                0.45,
            ),
            (
                ACORN,
                "dragon-boat",
                date(2026, 6, 19),
                date(2026, 6, 21),
                LAST_DATE,
                1,
                0,
                0,
                None,
                0,
                0,
                0,
                500,
                500,
                0.04,
                0.04,
            ),
        ],
        "fct_platform_holiday_plans": [
            (
                "labour-day",
                date(2026, 5, 1),
                date(2026, 5, 5),
                LAST_DATE,
                1,
                2,
                1,
                1,
                date(2026, 4, 10),
                110,
                60,
                -10,
                30_000,
                90_000,
                20_000,
                1.6,
                0.9,
            ),
            (
                "dragon-boat",
                date(2026, 6, 19),
                date(2026, 6, 21),
                LAST_DATE,
                1,
                1,
                0,
                0,
                None,
                0,
                0,
                0,
                0,
                500,
                500,
                0.04,
                0.04,
            ),
        ],
        "fct_holiday_plan_lines": [
            (
                ACORN,
                "labour-day",
                date(2026, 5, 1),
                date(2026, 5, 5),
                LAST_DATE,
                TEA,
                _id(701),
                570,
                70,
                60,
                5,
                date(2026, 4, 10),
                date(2026, 4, 17),
                date(2026, 4, 20),
                False,
                0,
                0,
                0,
                0,
                -10,
                0,
                30_000,
                0.7,
                0.1,
                60_000,
                5_000,
                540.0,
                470.0,
                538.0,
                620.0,
                "high",
            ),
            (
                ACORN,
                "labour-day",
                date(2026, 5, 1),
                date(2026, 5, 5),
                LAST_DATE,
                RICE,
                _id(701),
                40,
                40,
                0,
                0,
                None,
                None,
                date(2026, 4, 2),
                True,
                -40,
                0,
                0,
                0,
                0,
                0,
                0,
                0.9,
                0.9,
                30_000,
                30_000,
                100.0,
                60.0,
                95.0,
                150.0,
                "medium",
            ),
            (
                ACORN,
                "dragon-boat",
                date(2026, 6, 19),
                date(2026, 6, 21),
                LAST_DATE,
                TEA,
                _id(701),
                900,
                0,
                0,
                0,
                None,
                None,
                None,
                False,
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                0.04,
                0.04,
                500,
                500,
                800.0,
                700.0,
                795.0,
                890.0,
                "high",
            ),
        ],
        "dim_metric_drilldown": DRILLDOWNS,
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
        "fct_item_performance_monthly": _performance(),
        "fct_item_performance_by_segment_monthly": [
            (ACORN, date(2026, 3, 1), "segment", "champion", RICE, 30, 6, 0.2, 0.1, 0.37, 6, 1_200, 1, 2.0),
            (ACORN, date(2026, 3, 1), "segment", "champion", TEA, 20, 10, 0.5, 0.3, 0.7, 11, 1_100, 0, None),
            (ACORN, date(2026, 3, 1), "stage", "active", TEA, 90, 40, 0.44, 0.35, 0.54, 44, 4_400, 3, 4.5),
            (
                BIRCH,
                date(2026, 3, 1),
                "segment",
                "champion",
                UMBRELLA,
                7,
                5,
                0.71,
                0.36,
                0.92,
                5,
                450,
                0,
                None,
            ),
        ],
        "fct_items_to_improve": [
            (
                ACORN,
                date(2026, 3, 1),
                RICE,
                1,
                "poor_ratings",
                False,
                True,
                False,
                False,
                60,
                6,
                0.1,
                0.05,
                0.2,
                0.29,
                28,
                3,
                5,
                3.0,
                200,
                150.0,
            ),
            (
                BIRCH,
                date(2026, 3, 1),
                UMBRELLA,
                1,
                "few_views",
                False,
                False,
                False,
                True,
                10,
                5,
                0.5,
                0.2,
                0.8,
                0.5,
                31,
                0,
                0,
                None,
                90,
                None,
            ),
        ],
        "fct_supplier_scores_monthly": SUPPLIER_SCORES,
        "fct_supplier_score_parts_monthly": SUPPLIER_SCORE_PARTS,
        "fct_value_scores_monthly": [
            (ACORN, "2026-02-01", 0.5, None, 0.5, None, None, 0.3),
            (ACORN, "2026-03-01", 0.67, 0.8, 0.5, 1.0, 0.0, 0.9),
            (BIRCH, "2026-01-01", 0.9, 0.9, None, None, None, 0.4),
        ],
        "fct_value_score_parts_monthly": [
            (ACORN, "2026-03-01", "price", "fee_share", 0.1, 1.0, 0.1, 0.01, 200, 1_000, 0.2, 0.0),
            (ACORN, "2026-03-01", "functional", "activity_rate", 0.4, 1.0, 0.0, 0.3, 48, 120, 0.4, 1.0),
            (BIRCH, "2026-01-01", "functional", "activity_rate", 0.4, 1.0, 0.0, 0.3, 9, 10, 0.9, 1.0),
        ],
        "fct_points_liability_monthly": [
            (ACORN, "2026-02-01", "2026-02-28", 500, 450, 450, 0.9, 1, True),
            (ACORN, "2026-03-01", "2026-03-31", 800, 405, 720, 0.50625, 2, True),
            (BIRCH, "2026-03-01", "2026-03-31", 5, 5, 5, 1.0, 1, True),
        ],
        "fct_money_monthly": [
            (ACORN, "2026-02-01", 900, 900, 0, 0, 0, 0, 0, 0, 0, 0, 0, None, 0, 0, 0, None),
            (
                ACORN,
                "2026-03-01",
                1_200,
                400,
                800,
                800,
                50,
                750,
                600,
                150,
                100,
                2,
                1,
                0.5,
                600,
                5_000,
                4_000,
                0.2,
            ),
            (BIRCH, "2026-03-01", 7, 0, 7, 0, 0, 0, 0, 0, 0, 0, 0, None, 0, 0, 0, None),
        ],
        "fct_supplier_performance": [
            (
                ACORN,
                _id(901),
                "tea-house",
                "Tea House",
                "active",
                date(2025, 4, 1),
                LAST_DATE,
                5,
                4,
                1,
                0.25,
                0.05,
                0.7,
                50,
                35,
                0.7,
                41,
                1,
                0.0238,
                5.8,
                5.67,
                0.67,
                451,
                6,
            ),
            (
                ACORN,
                _id(902),
                "mug-makers",
                "Mug Makers",
                "suspended",
                date(2025, 4, 1),
                LAST_DATE,
                0,
                0,
                0,
                None,
                None,
                None,
                0,
                0,
                None,
                0,
                0,
                None,
                None,
                None,
                None,
                0,
                0,
            ),
            (
                BIRCH,
                _id(903),
                "rain",
                "Rain Goods",
                "active",
                date(2025, 4, 1),
                LAST_DATE,
                1,
                1,
                1,
                1.0,
                0.2,
                1.0,
                5,
                5,
                1.0,
                5,
                0,
                0.0,
                3.0,
                3.0,
                0.0,
                50,
                0,
            ),
        ],
        "fct_recommendation_experiment": [
            (ACORN, "recipe", "popularity", 900, 100, 3, 12, 180, 10, 0.2, 0.1, 0.1, 0.03, 0.17, 1.0, True),
        ],
        "fct_recommendation_placements": [
            (ACORN, "home", "personal", 1, date(2026, 3, 1), 200, 200, 10, 0.05, 0.03, 0.09, 2, 0.01),
            (ACORN, "basket", "neighbour", 1, date(2026, 3, 1), 20, 20, 4, 0.2, 0.08, 0.42, 1, 0.05),
            (ACORN, "home", "personal", 1, date(2026, 2, 1), 100, 100, 5, 0.05, 0.02, 0.11, 0, 0.0),
        ],
        "fct_recommendation_policies": [
            (
                ACORN,
                "popularity",
                date(2026, 3, 1),
                100,
                200,
                2_000,
                60,
                0.03,
                0.02,
                0.04,
                10,
                0.005,
                0.003,
                0.009,
            ),
            (
                ACORN,
                "recipe",
                date(2026, 3, 1),
                900,
                1_800,
                18_000,
                900,
                0.05,
                0.047,
                0.053,
                180,
                0.01,
                0.009,
                0.012,
            ),
            (BIRCH, "recipe", date(2026, 3, 1), 1, 1, 10, 1, 0.1, 0.01, 0.4, 0, 0.0, 0.0, 0.3),
        ],
        "fct_model_scores": [
            ("ranking", ACORN, "two_stage", "all", "ndcg", 10, 0.55, 0.53, 0.57, 2_000, True, LAST_DATE),
            ("ranking", ACORN, "ease", "all", "ndcg", 10, 0.44, 0.42, 0.46, 2_000, False, LAST_DATE),
            ("ranking", ACORN, "popularity", "all", "ndcg", 10, 0.37, 0.36, 0.38, 2_000, False, LAST_DATE),
            ("ranking", ACORN, "two_stage", "all", "ndcg", 20, 0.58, 0.56, 0.60, 2_000, True, LAST_DATE),
            ("ranking", ACORN, "two_stage", "all", "coverage", 10, 0.40, None, None, 2_000, True, LAST_DATE),
            # Of what is new, EASE is in use: its card says so, these rows know only of the slice `all`.
            ("ranking", ACORN, "two_stage", "novel", "ndcg", 10, 0.19, 0.17, 0.21, 1_800, True, LAST_DATE),
            ("ranking", ACORN, "ease", "novel", "ndcg", 10, 0.20, 0.18, 0.22, 1_800, False, LAST_DATE),
            ("ranking", ACORN, "popularity", "novel", "ndcg", 10, 0.16, 0.15, 0.17, 1_800, False, LAST_DATE),
            (
                "demand",
                ACORN,
                "combination",
                "item",
                "wape",
                None,
                0.26,
                0.24,
                0.28,
                280,
                True,
                LAST_DATE,
            ),
            (
                "demand",
                ACORN,
                "seasonal_naive",
                "item",
                "wape",
                None,
                0.34,
                0.32,
                0.36,
                280,
                False,
                LAST_DATE,
            ),
            (
                "demand",
                ACORN,
                "combination",
                "item",
                "coverage_90",
                None,
                0.89,
                0.86,
                0.91,
                280,
                True,
                LAST_DATE,
            ),
        ],
    }


def _gate(metric: str, candidate: float, baseline: str, value: float, released: str) -> dict[str, Any]:
    return {
        "metric": metric, "candidate": released if released != baseline else "two_stage",
        "candidate_value": candidate, "strongest_baseline": baseline, "baseline_value": value,
        "released": released, "reason": f"so {released} is released.",
    }  # fmt: skip


def _window(first: str, last: str, units: int, rows: int) -> dict[str, Any]:
    return {"first": first, "last": last, "units": units, "rows": rows}


def model_cards() -> list[dict[str, Any]]:
    """Acorn's cards: two-stage ranking of anything and EASE of what is new, boosted forecasts of items.

    Birch's card is of a young mall, in which there was nothing to choose by.
    """
    since = "2026-02-28T18:40:00+00:00"  # 1 March in Shanghai
    made = {"trained_at": "2026-04-01T01:00:00+00:00", "code_version": "0.1.0+abc1234", "seed": 7}
    return [
        {
            **made,
            "tenant_id": str(ACORN),
            "area": "ranking",
            "chosen_on": "2026-03-31",
            "purpose": "Orders items.",
            "choices": [
                {
                    "slice": "all", "model": "two_stage", "released_since": since,
                    "gate": _gate("ndcg@10", 0.53, "ease", 0.45, "two_stage"), "reason": "It is better.",
                    "parameters": {
                        "l2": 0.4, "max_rows": 1_000_000, "quotas.own": 60, "general.1.max_iter": 100, "unheard_of": True,
                    },
                },
                {
                    "slice": "novel", "model": "ease", "released_since": "2026-04-01T02:00:00+00:00",
                    "gate": _gate("ndcg@10", 0.18, "ease", 0.21, "ease"), "reason": "It is not.",
                    "paired": {"baseline": "popularity", "ratio": 1.25, "low": 0.98, "high": 1.55, "n": 1_800},
                    "parameters": {"l2": 1.2, "weighting": "log"},
                },
            ],
            "data": _window("2025-04-01", "2026-03-30", 2_500, 60_000),
            "learnt_from": {"members": 2_500, "items": 300, "redeemed_lines": 60_000, "active_days": 350},
            "validation": _window("2026-02-03", "2026-03-02", 1_900, 4_000),
            "test": _window("2026-03-03", "2026-03-30", 2_000, 5_000),
            "scores": [],
            "limits": {
                "members_listed": 4_000, "members_without_history": 1_500, "members_under_5_lines": 2_000,
                "items_offered": 320, "items_without_history": 20, "lists_kept": 3_000, "members_chosen_by": 2_400,
                "unknown_item_share": 0.031, "unknown_member_share": 0.0, "data_age_days": 2,
            },
        },
        {
            **made,
            "tenant_id": str(ACORN),
            "area": "demand",
            "purpose": "Forecasts items.",
            "choices": [
                {
                    "slice": "item", "model": "combination", "released_since": since,
                    "gate": _gate("wape", 0.28, "seasonal_naive", 0.35, "combination"), "reason": "It is better.",
                    "parameters": {"max_iter": 60, "learning_rate": 0.1},
                }
            ],
            "data": _window("2026-01-01", "2026-03-31", 2, 180),
            "learnt_from": {"series": 2, "units": 900, "series_days": 177, "days": 90},
            "validation": _window("2026-01-07", "2026-02-03", 2, 56),
            "test": _window("2026-02-04", "2026-03-31", 2, 109),
            "scores": [],
            "limits": {
                "spell_days": 60, "series_without_forecast": 0, "unknown_series_share": 0.0, "data_age_days": 1
            },
        },
        {
            **made,
            "tenant_id": str(BIRCH),
            "area": "ranking",
            "purpose": "Orders items.",
            "choices": [
                {
                    "slice": "all", "model": "personal_frequency", "released_since": since,
                    "gate": None, "reason": "Too young.", "parameters": {"half_life_active_days": 60.0},
                }
            ],
            "data": _window("2026-03-12", "2026-03-12", 1, 1),
            "learnt_from": {"members": 1, "items": 1, "redeemed_lines": 1, "active_days": 1},
            "validation": None,
            "test": None,
            "scores": [],
            "limits": {"members_listed": 1, "data_age_days": 20},
        },
    ]  # fmt: skip


Mutate = Callable[[duckdb.DuckDBPyConnection], object]


def _content_hash(connection: duckdb.DuckDBPyConnection, table: str) -> str:
    lines = connection.execute(f"select t::varchar from marts.{table} t order by 1").fetchall()
    return sha256("\n".join(line for (line,) in lines).encode()).hexdigest()


def _described(path: Path) -> dict[str, Any]:
    data = path.read_bytes()
    return {"bytes": len(data), "sha256": sha256(data).hexdigest()}


def publish(
    releases_dir: Path,
    release_id: str,
    mutate: Mutate | None = None,
    *,
    snapshot: str = LANDED_SNAPSHOT,
    landed_at: str = LANDED_AT,
    has_cards: bool = True,
) -> Path:
    """Write the literal release under another id, let `mutate` change its tables, and make it current."""
    folder = releases_dir / release_id
    order = (release_id, mutate, snapshot, landed_at, has_cards)
    # A function within another may do something else each time; what others do is done once and copied.
    if "<" in getattr(mutate, "__qualname__", ""):
        _write(folder, *order)
    else:
        shutil.copytree(_made(*order), folder)
    switch(releases_dir, release_id)
    return folder


@cache
def _made(release_id: str, *order: Any) -> Path:
    """Write a release for copies of it, and keep it until the process ends."""
    root = Path(tempfile.mkdtemp(prefix="literal-release-"))
    atexit.register(shutil.rmtree, root)
    _write(root / release_id, release_id, *order)
    return root / release_id


def _write(
    folder: Path, release_id: str, mutate: Mutate | None, snapshot: str, landed_at: str, has_cards: bool
) -> None:
    folder.mkdir(parents=True)
    file = folder / "marts.duckdb"
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        connection.execute(f"attach '{file}' as release")
        connection.execute("create schema release.marts; use release.marts")
        connection.execute(CONTRACT.read_text(encoding="utf-8"))
        for table, columns in _OTHER_TABLES.items():
            connection.execute(f"create table marts.{table} ({columns})")
        literal_rows = {table: list(values) for table, values in rows().items()}
        for table, values in literal_rows.items():
            marks = ", ".join(f"({', '.join('?' for _ in row)})" for row in values)
            connection.execute(f"insert into marts.{table} values {marks}", list(chain(*values)))
        if mutate:
            mutate(connection)
        tables = {}
        for table in literal_rows:
            counted = connection.execute(f"select count(*) from marts.{table}").fetchone()
            assert counted is not None
            content_hash = _content_hash(connection, table)
            tables[f"marts.{table}"] = {"rows": counted[0], "content_hash": content_hash}
        connection.execute("use memory")
        arrays = write_arrays(connection, "release", tables, folder / ARRAYS)
        connection.execute("detach release")
    manifest = {
        "release_id": release_id,
        "created_at": "2026-04-01T02:00:00+00:00",
        "code_version": "0.1.0",
        "landing": {"snapshot": snapshot, "landed_at": landed_at},
        "checks": {"passed": 120, "failed": 0, "warned": 1},
        "models": {"cards": model_cards()} if has_cards else {},
        "tables": tables,
        "files": {str(path.relative_to(folder)): _described(path) for path in (file, *arrays)},
    }
    (folder / "manifest.json").write_text(json.dumps(manifest, ensure_ascii=False, indent=2))


def switch(releases_dir: Path, release_id: str) -> None:
    """Make a published release current, by one atomic rename of a relative symlink."""
    link = releases_dir / f".current-{release_id}"
    link.symlink_to(release_id)
    os.replace(link, releases_dir / "current")


@pytest.fixture
def literal_release(data_dir: Path) -> Path:
    """The releases folder of a data folder, with the literal release as `current`."""
    releases_dir = data_dir / "releases"
    publish(releases_dir, RELEASE_ID)
    return releases_dir
