"""What the page of campaigns reads, written by hand beside the rows of an enterprise.

Acorn: three flash sales, of which one worked, one may be chance and one is to come, and a pilot that complains more.
Birch: one sale and a pilot that is no worse.
"""

from datetime import UTC, date, datetime, time
from typing import Any
from uuid import UUID

import duckdb

from tests.dashboards.enterprise import add_enterprise, insert
from tests.literal_release import ACORN, BIRCH, MUG, RICE, TEA, UMBRELLA

_COLUMNS = (
    "tenant_id uuid, sale_id uuid, item_id uuid, price_points bigint, starts_at timestamptz, first_date date, "
    "last_date date, allotted_quantity bigint, sale_quantity bigint, sale_points bigint, window_day_count bigint, "
    "window_quantity bigint, baseline_day_count bigint, expected_quantity double, uplift_quantity double, "
    "uplift_low double, uplift_high double, after_day_count bigint, pull_forward_quantity double, "
    "pull_forward_low double, pull_forward_high double, redeemer_count bigint, new_redeemer_count bigint, "
    "new_redeemer_share double"
)
_PILOT_COLUMNS = (
    "tenant_id uuid, metric varchar, pilot_numerator bigint, pilot_denominator bigint, pilot_rate double, "
    "pilot_low double, pilot_high double, others_numerator bigint, others_denominator bigint, others_rate double, "
    "others_low double, others_high double, is_no_worse boolean, is_go boolean"
)
_METRICS = [
    (key, zh, en, "定义", "Definition", "分子", "Numerator", "分母", "Denominator", None, direction, "rate")
    for key, zh, en, direction in (
        ("member_redemption_rate", "会员兑换率", "Member redemption rate", "at_least"),
        ("complaint_rate", "投诉率", "Complaint rate", "at_most"),
        ("virtual_issue_rate", "虚拟商品即时发放率", "Virtual issue success", "at_least"),
    )
]


def _sale(
    tenant: UUID,
    number: int,
    item: UUID,
    first: date,
    sold: tuple[int, int],
    uplift: Any,
    fewer: Any,
    people: Any,
) -> tuple[Any, ...]:
    quantity, allotted = sold
    expected = None if uplift[0] is None else quantity - uplift[0]
    new, redeemers = people
    return (
        tenant, f"01900000-0000-7000-b000-{number:012d}", item, 80, datetime.combine(first, time(2), UTC), first, first,
        allotted, quantity, quantity * 80, int(uplift[0] is not None), quantity, 4, expected, *uplift, 14, *fewer,
        redeemers, new, new / redeemers if redeemers else None,
    )  # fmt: skip


_NONE = (None, None, None)
_SALES = [
    _sale(ACORN, 1, TEA, date(2026, 1, 20), (60, 100), (45.0, 30.0, 60.0), (5.0, -8.0, 18.0), (20, 50)),
    _sale(ACORN, 2, RICE, date(2026, 3, 8), (10, 100), (2.0, -6.0, 10.0), _NONE, (0, 8)),
    _sale(ACORN, 3, MUG, date(2026, 3, 30), (0, 50), _NONE, _NONE, (0, 0)),
    _sale(BIRCH, 4, UMBRELLA, date(2026, 3, 9), (7, 9), (3.0, 1.0, 5.0), _NONE, (1, 5)),
]


def _compared(
    tenant: UUID, metric: str, pilot: Any, others: Any, *, is_no_worse: bool | None, is_go: bool
) -> Any:
    return (tenant, metric, *pilot, *others, is_no_worse, is_go)


_PILOT = [
    _compared(ACORN, "virtual_issue_rate", (40, 40, 1.0, 0.91, 1.0), (300, 310, 0.97, 0.94, 0.98),
              is_no_worse=True, is_go=False),
    _compared(ACORN, "complaint_rate", (9, 90, 0.10, 0.05, 0.18), (8, 800, 0.01, 0.005, 0.02),
              is_no_worse=False, is_go=False),
    _compared(ACORN, "member_redemption_rate", (60, 100, 0.60, 0.50, 0.69), (500, 900, 0.56, 0.52, 0.59),
              is_no_worse=True, is_go=False),
    _compared(BIRCH, "member_redemption_rate", (2, 4, 0.5, 0.15, 0.85), (10, 46, 0.22, 0.12, 0.36),
              is_no_worse=True, is_go=True),
]  # fmt: skip


def add_campaigns(connection: duckdb.DuckDBPyConnection) -> None:
    """Add the tables and rows to a release that is being written, beside those of an enterprise."""
    add_enterprise(connection)
    for table, columns, rows in (
        ("fct_campaign_effect", _COLUMNS, _SALES),
        ("fct_pilot_effect", _PILOT_COLUMNS, _PILOT),
    ):
        connection.execute(f"create or replace table marts.{table} ({columns})")
        insert(connection, table, rows)
    insert(connection, "dim_metric", [(*metric, "fct_kpis_monthly") for metric in _METRICS])
