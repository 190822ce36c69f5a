"""What the page of service reads, written by hand beside the rows of an enterprise.

Acorn, February and March 2026: four redemptions to be shipped, parcels to two regions, two cases and three
compensations. Birch has one of each, and other numbers.
"""

from datetime import UTC, date, datetime
from typing import Any

import duckdb

from tests.dashboards.enterprise import FEBRUARY, MARCH, add_enterprise, insert, member
from tests.literal_release import ACORN, BIRCH, RICE, TEA, UMBRELLA

_TABLES = {
    "fct_fulfilments": "tenant_id uuid, redemption_id uuid, status varchar, paid_at timestamptz, "
    "ship_due_at timestamptz, ship_due_date date, shipped_at timestamptz, delivered_at timestamptz, "
    "is_shipped_on_time boolean",
    "fct_deliveries": "tenant_id uuid, region varchar, deliver_due_date date, delivery_days double, "
    "is_delivered_on_time boolean, redemption_id uuid, carrier varchar, shipped_date date, deliver_due_at timestamptz, "
    "delivered_at timestamptz",
    "fct_delivery_days_monthly": "tenant_id uuid, month date, region varchar, carrier varchar, delivered_count bigint, "
    "on_time_count bigint, mean_delivery_days double, median_delivery_days double, longest_delivery_days double",
    "fct_after_sales_cases": "tenant_id uuid, case_id uuid, redemption_id uuid, item_id uuid, type varchar, "
    "reason varchar, opened_at timestamptz, opened_date date, due_at timestamptz, answered_at timestamptz, "
    "answer_hours double, is_answered_on_time boolean, outcome varchar, responsibility varchar",
    "fct_compensations": "tenant_id uuid, compensation_id uuid, redemption_id uuid, clock varchar, party varchar, "
    "supplier_name varchar, carrier varchar, due_at timestamptz, opened_date date, points bigint, "
    "credited_points bigint, outcome varchar",
    "fct_satisfaction_drivers_monthly": "tenant_id uuid, month date, driver varchar, value varchar, answer_count bigint, "
    "satisfied_count bigint, answer_share double, satisfaction_rate double, satisfaction_low double, "
    "satisfaction_high double",
}
_METRICS = [
    ("ship_48h_rate", "48小时发货率", "Shipped on time", "48 小时内发货的占比", "Shipped within 48 hours ÷ due",
     "48 小时内发货数", "Shipped within 48 hours", "应发货数", "Redemptions to be shipped", 0.95, "at_least", "rate"),
    ("deliver_on_time_rate", "准时送达率", "Delivered on time", "48 或 72 小时内送达的占比", "Delivered in time ÷ due",
     "准时送达数", "Delivered in time", "应送达数", "Deliveries due", None, "at_least", "rate"),
    ("virtual_issue_rate", "虚拟商品即时发放率", "Virtual issue success", "5 秒内完成的占比", "Within 5 s ÷ all",
     "5 秒内完成数", "Completed within 5 seconds", "虚拟兑换数", "Virtual redemptions", 0.999, "at_least", "rate"),
    ("after_sales_24h_rate", "售后24小时响应率", "After-sales answered", "24 小时内首次答复的占比", "Answered ÷ due",
     "24 小时内答复数", "Answered within 24 hours", "应答复的售后单数", "Cases due", 0.95, "at_least", "rate"),
    ("complaint_rate", "投诉率", "Complaint rate", "投诉 ÷ 完成的兑换", "Complaints ÷ completed redemptions",
     "投诉数", "Complaints", "完成的兑换数", "Completed redemptions", None, "at_most", "rate"),
    ("sentiment_negative_rate", "负面文字占比", "Negative texts", "负面 ÷ 已判定", "Negative ÷ scored",
     "负面文字数", "Negative texts", "已判定文字数", "Scored texts", None, "at_most", "rate"),
]  # fmt: skip
# Each with its numerator, denominator and target.
_KPIS = [
    (ACORN, FEBRUARY, "ship_48h_rate", 96, 100, 0.95),
    (ACORN, MARCH, "ship_48h_rate", 90, 100, 0.95),
    (ACORN, FEBRUARY, "deliver_on_time_rate", 40, 80, None),
    (ACORN, MARCH, "deliver_on_time_rate", 60, 80, None),
    (ACORN, MARCH, "virtual_issue_rate", 40, 40, 0.999),
    (ACORN, MARCH, "after_sales_24h_rate", 3, 4, 0.95),
    (ACORN, FEBRUARY, "complaint_rate", 0, 100, None),
    (ACORN, MARCH, "complaint_rate", 1, 100, None),
    (BIRCH, MARCH, "ship_48h_rate", 1, 7, 0.95),
    (ACORN, MARCH, "sentiment_negative_rate", 12, 60, None),
]
_KPIS_OF_CHAMPIONS = [
    (FEBRUARY, "ship_48h_rate", 40, 50),
    (MARCH, "ship_48h_rate", 45, 60),
    (MARCH, "deliver_on_time_rate", 0, 1),
    (MARCH, "sentiment_negative_rate", 3, 40),
]


def identified(number: int) -> str:
    return f"01900000-0000-7000-a000-{number:012d}"


def moment(day: date, hour: int) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


def _fulfilment(tenant: Any, number: int, due: date, shipped_hour: int | None) -> tuple[Any, ...]:
    on_time = None if shipped_hour is None else shipped_hour <= 4
    shipped = None if shipped_hour is None else moment(due, shipped_hour)
    paid = moment(due.replace(day=due.day - 2), 4)
    return (tenant, identified(number), "shipped", paid, moment(due, 4), due, shipped, None, on_time)


_FULFILMENTS = [
    _fulfilment(ACORN, 1, date(2026, 3, 10), 3),
    _fulfilment(ACORN, 2, date(2026, 3, 11), 20),
    _fulfilment(ACORN, 3, date(2026, 2, 11), 9),
    _fulfilment(ACORN, 4, date(2026, 3, 12), None),
    _fulfilment(BIRCH, 5, date(2026, 3, 13), 21),
]
# Of whom the first redemptions are: a champion of March, a member to be kept, and one of birch.
_MEMBERS = [(ACORN, 1, 60), (ACORN, 2, 0), (ACORN, 3, 0), (ACORN, 4, 60), (BIRCH, 5, 0)]
_UNTOLD = (None, None, None, None, None)
_DELIVERIES = [
    *[(ACORN, "nationwide", date(2026, 3, 9), 1.5, True, *_UNTOLD)] * 40,
    *[(ACORN, "nationwide", date(2026, 3, 31), 3.0, False, *_UNTOLD)] * 10,
    *[(ACORN, "remote", date(2026, 3, 9), 2.5, True, *_UNTOLD)] * 20,
    *[(ACORN, "remote", date(2026, 3, 9), None, False, *_UNTOLD)] * 9,
    (ACORN, "remote", date(2026, 4, 1), 2.5, True, *_UNTOLD),
    (ACORN, "remote", date(2026, 3, 20), None, None, *_UNTOLD),
    (BIRCH, "nationwide", date(2026, 3, 9), 1.0, True, *_UNTOLD),
    # The champion's one parcel, too late.
    (
        ACORN,
        "remote",
        date(2026, 3, 14),
        4.0,
        False,
        identified(2),
        "sf",
        date(2026, 3, 11),
        moment(date(2026, 3, 14), 4),
        moment(date(2026, 3, 15), 4),
    ),
]
_DAYS = [
    (ACORN, MARCH, "nationwide", "sf", 50, 40, 1.8, 1.5, 3.0),
    (ACORN, MARCH, "remote", "unknown", 20, 20, 2.5, 2.5, 2.5),
    (ACORN, FEBRUARY, "nationwide", "sf", 10, 10, 1.0, 1.0, 1.0),
    (BIRCH, MARCH, "nationwide", "jd", 1, 1, 1.0, 1.0, 1.0),
]
_CASES = [
    (ACORN, identified(21), identified(1), TEA, "complaint", "damaged", moment(MARCH, 17), date(2026, 3, 2),
     moment(date(2026, 3, 2), 17), moment(date(2026, 3, 2), 1), 8.0, True, "refund", "carrier"),
    (ACORN, identified(22), identified(2), RICE, "return", "changed_mind", moment(date(2026, 3, 30), 2),
     date(2026, 3, 30), moment(date(2026, 3, 31), 2), None, None, None, None, None),
    (BIRCH, identified(23), identified(5), UMBRELLA, "inquiry", "late", moment(date(2026, 3, 3), 2),
     date(2026, 3, 3), moment(date(2026, 3, 4), 2), None, None, False, None, None),
]  # fmt: skip


def _compensation(
    tenant: Any,
    number: int,
    opened: date,
    party: str,
    name: str | None,
    points: int,
    credited: int,
    outcome: Any,
) -> tuple[Any, ...]:
    supplier, carrier = (name if party == kind else None for kind in ("supplier", "carrier"))
    clock = "delivery" if party == "carrier" else "shipping"
    due = moment(opened, 0)
    return (
        tenant, identified(number), identified(1), clock, party, supplier, carrier, due, opened, points, credited, outcome
    )  # fmt: skip


_COMPENSATIONS = [
    _compensation(ACORN, 31, date(2026, 3, 12), "supplier", "Tea House", 100, 100, None),
    _compensation(ACORN, 32, date(2026, 3, 13), "supplier", "Tea House", 100, 0, "paid"),
    _compensation(ACORN, 33, date(2026, 3, 14), "carrier", "sf", 50, 50, "waived"),
    _compensation(ACORN, 34, date(2026, 2, 14), "platform", None, 70, 70, "paid"),
    _compensation(BIRCH, 35, date(2026, 3, 15), "platform", None, 9, 9, None),
]

_DRIVERS = [
    (ACORN, MARCH, "shipping", "late", 40, 20, 0.4, 0.5, 0.352, 0.648),
    (ACORN, MARCH, "shipping", "on_time", 60, 54, 0.6, 0.9, 0.798, 0.953),
    (ACORN, MARCH, "item_class", "staple", 100, 74, 1.0, 0.74, 0.646, 0.816),
    # Far apart, and too few to say so.
    (ACORN, MARCH, "stock", "refused", 2, 0, 0.02, 0.0, 0.0, 0.658),
    (ACORN, MARCH, "stock", "not_refused", 98, 74, 0.98, 0.755, 0.661, 0.83),
    (ACORN, FEBRUARY, "shipping", "late", 40, 30, 0.5, 0.75, 0.598, 0.858),
    (ACORN, FEBRUARY, "shipping", "on_time", 40, 32, 0.5, 0.8, 0.652, 0.895),
    (BIRCH, MARCH, "after_sales", "late", 7, 7, 1.0, 1.0, 0.646, 1.0),
]


def add_service(connection: duckdb.DuckDBPyConnection) -> None:
    """Add the tables and rows to a release that is being written, beside those of an enterprise."""
    add_enterprise(connection)
    rows: dict[str, list[Any]] = {
        "fct_fulfilments": _FULFILMENTS,
        "fct_deliveries": _DELIVERIES,
        "fct_delivery_days_monthly": _DAYS,
        "fct_after_sales_cases": _CASES,
        "fct_compensations": _COMPENSATIONS,
        "fct_satisfaction_drivers_monthly": _DRIVERS,
    }
    for table, columns in _TABLES.items():
        connection.execute(f"create or replace table marts.{table} ({columns})")
        insert(connection, table, rows[table])
    insert(connection, "dim_metric", [(*metric, "fct_kpis_monthly") for metric in _METRICS])
    kpis = [(t, m, name, n, d, n / d, d, None, None, goal) for t, m, name, n, d, goal in _KPIS]
    insert(connection, "fct_kpis_monthly", kpis)
    of_champions = [
        (ACORN, month, "segment", "champion", name, n, d, n / d, d, None, None, 0.95)
        for month, name, n, d in _KPIS_OF_CHAMPIONS
    ]
    insert(connection, "fct_kpis_by_segment_monthly", of_champions)
    insert(connection, "fct_redemptions", [(t, identified(n), MARCH, member(who)) for t, n, who in _MEMBERS])
