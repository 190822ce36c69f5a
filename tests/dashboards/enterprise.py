"""What the pages about an enterprise read, written by hand beside the literal release.

Acorn, January to March 2026: points issued, redeemed, expired and about to expire; a catalogue with items to improve;
a hundred members of whom some leave. Birch has little of all of it, and other numbers.
"""

from datetime import date
from itertools import chain
from pathlib import Path
from typing import Any

import duckdb

from tests.dashboards import group_rows
from tests.literal_release import ACORN, BIRCH, MUG, REDEMPTIONS, RICE, TEA, TICKET, UMBRELLA, WATCH

FIGURES = Path(__file__).parents[2] / "dbt_project" / "seeds" / "figures.csv"
JANUARY, FEBRUARY, MARCH = date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1)
END = date(2026, 3, 31)

_TABLES = {
    "fct_points_daily": "tenant_id uuid, date date, issued_points bigint, redeemed_points bigint, expired_points bigint, "
    "exchanged_out_points bigint, exchanged_in_points bigint, adjusted_points bigint, owed_points bigint, "
    "fee_points bigint, outstanding_points bigint, transfer_count bigint",
    "fct_redemptions": "tenant_id uuid, redemption_id uuid, effective_date date, member_id uuid",
    "fct_quarantined_rows": "tenant_id uuid, view_name varchar, rule varchar, row_count bigint",
    "fct_points_liability": "tenant_id uuid, cohort_month date, as_of_month date, issued_points bigint, "
    "spent_points bigint, expired_points bigint, taken_back_points bigint, remaining_points bigint, "
    "estimate_cohort_count bigint, is_fallback boolean, expected_redemption_share double, "
    "point_cost_fen_per_100 integer, liability_fen bigint",
    "fct_points_expiry": "tenant_id uuid, expiry_month date, as_of_date date, first_expires_on date, "
    "remaining_points bigint, lot_count bigint, member_count bigint, member_count_so_far bigint",
    "fct_item_performance_monthly": "tenant_id uuid, item_id uuid, month date, listed_days bigint, "
    "stocked_out_days bigint, view_count bigint, redemption_count bigint, redemption_rate double, "
    "redemption_rate_low double, redemption_rate_high double, quantity bigint, points bigint, price_points bigint, "
    "answer_count bigint, mean_score double",
    "fct_items_to_improve": "tenant_id uuid, month date, item_id uuid, improvement_rank bigint, reason varchar, "
    "view_count bigint, redemption_count bigint, redemption_rate double, redemption_rate_high double, "
    "tenant_redemption_rate double, listed_days bigint, stocked_out_days bigint, answer_count bigint, "
    "mean_score double, price_points bigint, peer_price_points double",
    "fct_catalogue_daily": "tenant_id uuid, date date, staple_count bigint, quality_count bigint, scarce_count bigint, "
    "offer_count bigint",
    "fct_member_segments": "tenant_id uuid, member_id uuid, month date, as_of_date date, frequency_count bigint, "
    "monetary_points bigint, segment varchar, idle_days integer, lifecycle_stage varchar",
    "dim_member_segment": "segment varchar, name_zh varchar, name_en varchar, definition_zh varchar, definition_en varchar",
    "dim_lifecycle_stage": "stage varchar, stage_rank integer, name_zh varchar, name_en varchar, definition_zh varchar, "
    "definition_en varchar",
    "fct_cohort_retention": "tenant_id uuid, cohort_kind varchar, cohort_month date, months_since integer, month date, "
    "is_whole_month boolean, cohort_size bigint, active_count bigint, retention_rate double, low double, high double",
    "fct_member_groups_yearly": "tenant_id uuid, year date, group_kind varchar, member_group varchar, as_of_date date, "
    "member_count bigint, redeemer_count bigint, redemption_count bigint, net_points bigint",
    "fct_member_tastes_yearly": "tenant_id uuid, year date, segment varchar, taste_kind varchar, taste varchar, "
    "member_count bigint, line_count bigint, points bigint, share double",
    "fct_activity_hours_monthly": "tenant_id uuid, month date, iso_weekday integer, hour integer, event_count bigint, "
    "redemption_count bigint",
    "fct_funnel_monthly": "tenant_id uuid, month date, visitor_count bigint, viewer_count bigint, redeemer_count bigint, "
    "repeater_count bigint, unseen_redeemer_count bigint",
}
_TABLES |= {
    "fct_kpis_by_segment_monthly": "tenant_id uuid, month date, group_kind varchar, member_group varchar, "
    "metric varchar, numerator bigint, denominator bigint, value double, n bigint, low double, high double, target double",
    "fct_funnel_by_segment_monthly": "tenant_id uuid, month date, group_kind varchar, member_group varchar, "
    "visitor_count bigint, viewer_count bigint, redeemer_count bigint, repeater_count bigint, "
    "unseen_redeemer_count bigint",
    "fct_redemptions_by_segment_monthly": "tenant_id uuid, month date, group_kind varchar, member_group varchar, "
    "item_kind varchar, item_group varchar, redemption_count bigint, points bigint, share double, share_of_points double",
}
_TABLES |= group_rows.TABLES
_METRICS = [
    ("item_redemption_rate", "商品兑换率", "Item redemption rate", "兑换次数 ÷ 浏览会员日数", "Redemptions ÷ views",
     "兑换次数", "Redemptions of items", "浏览会员日数", "Member-days with a view", None, "at_least", "rate", "fct_kpis_monthly"),
    ("stock_out_rate", "缺货率", "Stock-out rate", "缺货商品日 ÷ 上架商品日", "Item-days out of stock ÷ listed",
     "缺货商品日数", "Item-days out of stock", "上架商品日数", "Listed item-days", 0.05, "at_most", "rate", "fct_kpis_monthly"),
    ("order_success_rate", "订单成功率", "Order success rate", "成功 ÷ 有效请求", "Successful ÷ valid requests",
     "成功的请求数", "Successful requests", "有效请求数", "Valid requests", 0.999, "at_least", "rate", "fct_kpis_monthly"),
]  # fmt: skip
_KPIS = [
    (ACORN, FEBRUARY, "item_redemption_rate", 80, 1_000, 0.08, 1_000, None),
    (ACORN, MARCH, "item_redemption_rate", 110, 1_100, 0.10, 1_100, None),
    (ACORN, FEBRUARY, "stock_out_rate", 4, 140, 4 / 140, 140, 0.05),
    (ACORN, MARCH, "stock_out_rate", 31, 155, 0.20, 155, 0.05),
    (ACORN, MARCH, "order_success_rate", 99, 100, 0.99, 100, 0.999),
    (BIRCH, MARCH, "item_redemption_rate", 3, 12, 0.25, 12, None),
    (BIRCH, MARCH, "stock_out_rate", 0, 62, 0.0, 62, 0.05),
]
# (issued, redeemed, expired, exchanged out, exchanged in, adjusted, owed, fee, outstanding)
_POINTS = [
    (ACORN, date(2026, 1, 10), 1_000_000, 200_000, 0, 0, 0, 0, 0, 0, 800_000),
    (ACORN, date(2026, 2, 10), 0, 100_000, 50_000, 30_000, 10_000, -5_000, 0, 1_000, 624_000),
    (ACORN, date(2026, 3, 10), 500_000, 300_000, 0, 0, 0, 0, 0, 0, 824_000),
    (ACORN, END, 0, 24_000, 0, 0, 0, 0, 0, 0, 800_000),
    (BIRCH, date(2026, 3, 2), 1_000, 900, 0, 0, 0, 0, 0, 0, 100),
]
_LIABILITY = [
    (ACORN, JANUARY, FEBRUARY, 1_000_000, 326_000, 50_000, 0, 624_000, 0, True, 1.0, 100, 624_000),
    (ACORN, JANUARY, MARCH, 1_000_000, 626_000, 50_000, 0, 324_000, 4, False, 0.5, 100, 162_000),
    (ACORN, MARCH, MARCH, 500_000, 24_000, 0, 0, 476_000, 0, True, 1.0, 100, 476_000),
    (BIRCH, MARCH, MARCH, 1_000, 900, 0, 0, 100, 0, True, 1.0, 77, 77),
]
_EXPIRY = [
    (ACORN, date(2026, 5, 1), END, date(2026, 5, 31), 120_000, 40, 30, 30),
    (ACORN, date(2026, 6, 1), END, date(2026, 6, 30), 60_000, 20, 15, 38),
    (ACORN, date(2027, 3, 1), END, date(2027, 3, 31), 620_000, 90, 80, 85),
    (BIRCH, date(2026, 4, 1), END, date(2026, 4, 30), 77, 1, 1, 1),
]


def _item(
    tenant: Any, item: Any, month: date, views: int, redeemed: int, price: int, out: int = 0
) -> tuple[Any, ...]:
    rate = redeemed / views if views else None
    days = 31 if month == MARCH else 28
    return (
        tenant,
        item,
        month,
        days,
        out,
        views,
        redeemed,
        rate,
        rate,
        rate,
        redeemed,
        redeemed * price,
        price,
        6,
        4.0,
    )


_ITEMS = [
    _item(ACORN, TEA, FEBRUARY, 500, 60, 100),
    _item(ACORN, RICE, FEBRUARY, 500, 20, 200),
    _item(ACORN, TEA, MARCH, 600, 80, 100),
    _item(ACORN, RICE, MARCH, 300, 6, 200, 31),
    _item(ACORN, MUG, MARCH, 100, 4, 300),
    _item(ACORN, TICKET, MARCH, 90, 20, 50),
    _item(ACORN, WATCH, MARCH, 10, 0, 50_000),
    _item(BIRCH, UMBRELLA, MARCH, 12, 3, 90),
    _item(BIRCH, TEA, MARCH, 0, 0, 120),
]
_IMPROVE = [
    (ACORN, MARCH, RICE, 1, "out_of_stock", 300, 6, 0.02, 0.04, 0.10, 31, 31, 6, 4.0, 200, 150.0),
    (ACORN, MARCH, MUG, 2, "low_conversion", 100, 4, 0.04, 0.09, 0.10, 31, 0, 6, 4.0, 300, None),
    (ACORN, FEBRUARY, RICE, 1, "dearer_than_peers", 500, 20, 0.04, 0.06, 0.08, 28, 0, 6, 4.0, 200, 150.0),
]
_CATALOGUE = [
    (ACORN, date(2026, 2, 28), 5, 4, 1, 10),
    (ACORN, END, 12, 6, 2, 20),
    (BIRCH, END, 2, 0, 0, 2),
]
_SEGMENTS = [
    ("champion", "重要价值会员", "Champion", "三项得分均为 4 或 5", "All three scores are 4 or 5"),
    ("keep", "重要保持会员", "To be kept", "近度得分 1–3", "Recency score 1–3"),
    ("no_redemption", "未兑换会员", "No redemption", "近 12 个月没有兑换", "No redemption in the 12 months"),
]
_STAGES = [
    ("new", 1, "新会员", "New", "注册不超过 30 天", "Registered at most 30 days ago"),
    ("active", 2, "活跃会员", "Active", "30 天以内", "At most 30 days"),
    ("at_risk", 3, "预警会员", "At risk", "31–90 天", "31 to 90 days"),
    ("dormant", 4, "沉睡会员", "Dormant", "91–180 天", "91 to 180 days"),
    ("lost", 5, "流失会员", "Lost", "180 天以上", "More than 180 days"),
]
# (month, stage, segment, how many, points of each). Members keep their places from month to month.
_MEMBERS = [
    (ACORN, FEBRUARY, "active", "champion", 60, 1_000),
    (ACORN, FEBRUARY, "at_risk", "keep", 20, 500),
    (ACORN, FEBRUARY, "lost", "no_redemption", 20, 0),
    (ACORN, MARCH, "active", "champion", 50, 1_000),
    (ACORN, MARCH, "at_risk", "keep", 20, 500),
    (ACORN, MARCH, "lost", "no_redemption", 30, 0),
    (BIRCH, MARCH, "new", "champion", 3, 300),
]
_COHORTS = [
    (ACORN, "registration", JANUARY, 0, JANUARY, True, 80, 80, 1.0, 0.95, 1.0),
    (ACORN, "registration", JANUARY, 1, FEBRUARY, True, 80, 40, 0.5, 0.39, 0.61),
    (ACORN, "registration", JANUARY, 2, MARCH, True, 80, 20, 0.25, 0.17, 0.35),
    (ACORN, "registration", FEBRUARY, 0, FEBRUARY, True, 20, 20, 1.0, 0.84, 1.0),
    (ACORN, "registration", FEBRUARY, 1, MARCH, True, 20, 5, 0.25, 0.11, 0.47),
    (ACORN, "first_redemption", JANUARY, 0, JANUARY, True, 40, 40, 1.0, 0.91, 1.0),
    (ACORN, "first_redemption", JANUARY, 1, FEBRUARY, True, 40, 12, 0.3, 0.18, 0.45),
    (BIRCH, "registration", MARCH, 0, MARCH, True, 3, 3, 1.0, 0.44, 1.0),
]
# Each with its segment or stage, metric, numerator, denominator and target.
_KPIS_OF_GROUPS = [
    (ACORN, FEBRUARY, "segment", "champion", "activity_rate", 30, 60, 0.30),
    (ACORN, MARCH, "segment", "champion", "activity_rate", 45, 50, 0.30),
    (ACORN, MARCH, "segment", "champion", "consumption_rate", 5_000, 8_000, 0.50),
    (ACORN, MARCH, "segment", "champion", "satisfaction_rate", 9, 10, 0.85),
    (ACORN, FEBRUARY, "segment", "champion", "item_redemption_rate", 20, 100, None),
    (ACORN, MARCH, "segment", "champion", "item_redemption_rate", 14, 240, None),
    (ACORN, MARCH, "segment", "keep", "activity_rate", 3, 20, 0.30),
    (ACORN, MARCH, "stage", "lost", "activity_rate", 0, 30, 0.30),
    (BIRCH, MARCH, "segment", "champion", "activity_rate", 1, 3, 0.30),
    (BIRCH, MARCH, "segment", "champion", "item_redemption_rate", 3, 12, None),
]
_FUNNEL_OF_GROUPS = [
    (ACORN, MARCH, "segment", "champion", 45, 40, 20, 10, 1),
    (BIRCH, MARCH, "segment", "champion", 2, 1, 1, 0, 0),
]
_REDEEMED_BY_GROUPS = [
    (ACORN, MARCH, "segment", "champion", "category", "drinks", 30, 3_000, 0.75, 0.6),
    (ACORN, MARCH, "segment", "champion", "category", "food", 10, 2_000, 0.25, 0.4),
    (ACORN, MARCH, "segment", "champion", "price_band", "0", 38, 4_000, 0.95, 0.8),
    (ACORN, MARCH, "segment", "champion", "price_band", "100000", 2, 1_000, 0.05, 0.2),
    (BIRCH, MARCH, "segment", "champion", "category", "home", 7, 630, 1.0, 1.0),
]
_YEAR, _YEAR_BEFORE = date(2026, 1, 1), date(2025, 1, 1)
_GROUPS = [
    (ACORN, _YEAR_BEFORE, "all", "all", date(2025, 12, 31), 80, 40, 100, 40_000),
    (ACORN, _YEAR_BEFORE, "stage", "active", date(2025, 12, 31), 60, 40, 100, 40_000),
    (ACORN, _YEAR, "all", "all", END, 100, 70, 140, 60_000),
    (ACORN, _YEAR, "profile", "young", END, 60, 45, 100, 50_000),
    (ACORN, _YEAR, "profile", "other", END, 40, 25, 40, 10_000),
    (ACORN, _YEAR, "joined", "this_year", END, 20, 10, 10, 1_000),
    (ACORN, _YEAR, "joined", "earlier", END, 80, 60, 130, 59_000),
    (ACORN, _YEAR, "segment", "champion", END, 50, 50, 100, 50_000),
    (ACORN, _YEAR, "segment", "no_redemption", END, 30, 0, 0, 0),
    (ACORN, _YEAR, "segment", "keep", END, 20, 20, 40, 10_000),
    (ACORN, _YEAR, "stage", "active", END, 50, 50, 100, 50_000),
    (ACORN, _YEAR, "stage", "at_risk", END, 20, 20, 40, 10_000),
    (ACORN, _YEAR, "stage", "lost", END, 30, 0, 0, 0),
    # Three members are too few to be told in groups.
    (BIRCH, _YEAR, "all", "all", END, 3, 3, 7, 7_777),
]
_TASTES = [
    (ACORN, _YEAR, "all", "category", "drinks", 60, 90, 40_000, 0.6),
    (ACORN, _YEAR, "all", "category", "food", 30, 45, 20_000, 0.3),
    (ACORN, _YEAR, "champion", "category", "drinks", 45, 80, 36_000, 0.8),
    (ACORN, _YEAR, "all", "price_band", "0", 60, 100, 30_000, 0.67),
    (ACORN, _YEAR, "all", "price_band", "500", 20, 35, 30_000, 0.23),
]
_HOURS = [
    (ACORN, date(2025, 3, 1), 1, 9, 4, 1),
    (ACORN, FEBRUARY, 1, 9, 30, 5),
    (ACORN, MARCH, 1, 9, 40, 10),
    (ACORN, MARCH, 7, 20, 15, 0),
    (BIRCH, MARCH, 3, 3, 2, 1),
]
_FUNNEL = [
    (ACORN, FEBRUARY, 70, 50, 20, 5, 2),
    (ACORN, MARCH, 80, 60, 24, 12, 3),
    (BIRCH, MARCH, 3, 2, 1, 0, 0),
]


def member(number: int) -> str:
    """Return the id of a tenant's member by its place in `_MEMBERS` of any month."""
    return f"01900000-0000-7000-9000-{number:012d}"


def _members() -> list[tuple[Any, ...]]:
    rows: list[tuple[Any, ...]] = []
    for tenant_id, month, stage, segment, count, points in _MEMBERS:
        begun = sum(1 for row in rows if row[0] == tenant_id and row[2] == month)
        for number in range(begun, begun + count):
            frequency = int(points > 0)
            rows.append((tenant_id, member(number), month, month, frequency, points, segment, 5, stage))
    return rows


def add_enterprise(connection: duckdb.DuckDBPyConnection) -> None:
    """Add the tables and rows to a release that is being written."""
    rows = {
        "fct_points_daily": [(*row, 2) for row in _POINTS],
        "fct_redemptions": [
            (ACORN, REDEMPTIONS["mei_rice"], date(2026, 3, 20), None),
            (BIRCH, REDEMPTIONS["otto_umbrella"], date(2026, 3, 12), None),
        ],
        "fct_quarantined_rows": [
            (ACORN, "entry", "amount is not zero", 4),
            (ACORN, "event", "kind is known", 1),
            (BIRCH, "feedback", "score is 1 to 5", 2),
        ],
        "fct_points_liability": _LIABILITY,
        "fct_points_expiry": _EXPIRY,
        "fct_item_performance_monthly": _ITEMS,
        "fct_items_to_improve": _IMPROVE,
        "fct_catalogue_daily": _CATALOGUE,
        "fct_member_segments": _members(),
        "dim_member_segment": _SEGMENTS,
        "dim_lifecycle_stage": _STAGES,
        "fct_cohort_retention": _COHORTS,
        "fct_member_groups_yearly": _GROUPS,
        "fct_member_tastes_yearly": _TASTES,
        "fct_activity_hours_monthly": _HOURS,
        "fct_funnel_monthly": _FUNNEL,
        "fct_kpis_by_segment_monthly": [
            (*key, n, d, n / d, d, None, None, goal) for *key, n, d, goal in _KPIS_OF_GROUPS
        ],
        "fct_funnel_by_segment_monthly": _FUNNEL_OF_GROUPS,
        "fct_redemptions_by_segment_monthly": _REDEEMED_BY_GROUPS,
        **group_rows.ROWS,
    }
    for table, columns in _TABLES.items():
        # The literal release has some of them, with the columns that others read.
        connection.execute(f"create or replace table marts.{table} ({columns})")
        insert(connection, table, rows[table])
    # The definitions are the warehouse's own.
    connection.execute(f"create or replace table marts.dim_figure as from read_csv('{FIGURES}')")
    insert(connection, "dim_metric", _METRICS)
    kpis = [(t, m, name, n, d, v, size, None, None, goal) for t, m, name, n, d, v, size, goal in _KPIS]
    insert(connection, "fct_kpis_monthly", kpis)


def insert(connection: duckdb.DuckDBPyConnection, table: str, rows: list[Any]) -> None:
    """Add rows to a table of the marts."""
    marks = ", ".join(f"({', '.join('?' for _ in row)})" for row in rows)
    connection.execute(f"insert into marts.{table} values {marks}", list(chain(*rows)))
