"""The metrics, their values by day and month, and what is behind them."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from tests.literal_rows.names import ACORN, BIRCH, FIRST_DATE, LAST_DATE, Tables, days

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


def rows() -> Tables:
    """Return the rows of these tables, in column order."""
    return {
        "dim_metric": METRICS,
        "fct_kpis_daily": _daily_kpis(),
        "fct_kpis_monthly": [(*row, TARGETS[row[2]]) for row in MONTHLY],
        "fct_platform_kpis_daily": [
            (LAST_DATE, "activity_rate", 2, 1, 3, 1 / 3, 3, 0.06, 0.79, TARGETS["activity_rate"]),
        ],
        "fct_platform_kpis_monthly": [
            (date(2026, 2, 1), "activity_rate", 1, 1, 2, 0.5, 2, 0.09, 0.91, TARGETS["activity_rate"]),
            (date(2026, 3, 1), "activity_rate", 2, 2, 3, 2 / 3, 3, 0.2, 0.94, TARGETS["activity_rate"]),
        ],
        "fct_kpis_by_segment_monthly": [
            (ACORN, date(2026, 2, 1), "segment", "champion", "activity_rate", 6, 10, 0.6, 10, None, None, 0.30),
            (ACORN, date(2026, 3, 1), "segment", "champion", "activity_rate", 9, 10, 0.9, 10, None, None, 0.30),
            (ACORN, date(2026, 3, 1), "stage", "active", "activity_rate", 30, 30, 1.0, 30, None, None, 0.30),
            (BIRCH, date(2026, 3, 1), "segment", "champion", "activity_rate", 1, 3, 1 / 3, 3, None, None, 0.30),
        ],
        "dim_metric_drilldown": DRILLDOWNS,
    }  # fmt: skip
