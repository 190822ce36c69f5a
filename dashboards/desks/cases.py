"""After-sales cases: those that wait, live, and what became of those of a month."""

from datetime import date, datetime

import pandas as pd

from dashboards.desks.telling import clock_time, hours_left, mark, moment
from dashboards.mall import Told
from dashboards.marts import TenantMarts

TABLES = ("fct_after_sales_cases", "fct_kpis_monthly")
METRICS = ("after_sales_24h_rate", "complaint_rate")
OUTCOMES = ("refund", "replace", "reject", "settled")
PARTIES = ("supplier", "carrier", "platform", "member")

_OPENED = """
    select c.reason, c.responsibility, c.type, c.outcome, c.is_answered_on_time, c.opened_date,
        cast(c.case_id as varchar) as case_id, c.answer_hours, i.name as item, t.supplier_name
    from marts.fct_after_sales_cases c
    left join marts.dim_item i on i.item_id = c.item_id
    left join (
        select tenant_id, supplier_id, any_value(supplier_name) as supplier_name
        from marts.dim_supplier_terms group by tenant_id, supplier_id
    ) t on t.tenant_id = c.tenant_id and t.supplier_id = c.supplier_id
    where c.tenant_id = $tenant_id and c.opened_date >= $first and c.opened_date < $after
    order by c.opened_date desc, c.case_id
"""


def waiting(told: list[Told], now: datetime) -> pd.DataFrame:
    """Return the cases that are not closed: those nobody answered first, by when they are due.

    `state` is late or open for those without an answer, answered for those that wait for a decision, refunding for those
    whose refund is not made yet, and replacing for those whose parcel has not come.
    """
    rows = [
        {
            "case_id": case["case_id"],
            "mark": mark(case["case_id"]),
            "state": _state(case),
            "left": hours_left(moment(case["due_at"]), now) if case["answered_at"] is None else None,
            "due": clock_time(moment(case["due_at"])),
            "type": case["type"],
            "reason": case["reason"],
            "opened": clock_time(moment(case["opened_at"])),
            "member": mark(case["member_id"]),
            "redemption_id": case["redemption_id"],
            "due_at": moment(case["due_at"]),
        }
        for case in told
    ]
    columns = ["case_id", "mark", "state", "left", "due", "type", "reason", "opened", "member"]
    frame = pd.DataFrame(rows, columns=[*columns, "redemption_id", "due_at"])
    frame["left"] = frame["left"].astype(float)
    order = {"late": 0, "open": 1, "answered": 2, "refunding": 3, "replacing": 4}
    return frame.sort_values(
        ["state", "due_at"], key=lambda column: column.map(order) if column.name == "state" else column
    ).reset_index(drop=True)


def opened(marts: TenantMarts, first: date, after: date) -> pd.DataFrame:
    """Return the cases opened from a day on and before another, the newest first."""
    return marts.rows(_OPENED, first=first, after=after)


def _state(case: Told) -> str:
    if case["answered_at"] is None:
        return "late" if case["is_overdue"] else "open"
    if case["outcome"] is None:
        return "answered"
    return "replacing" if case["outcome"] == "replace" else "refunding"
