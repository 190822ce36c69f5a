"""The plans of the coming holidays: what the release proposes, and what people made of it in the mall."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import pandas as pd

from dashboards.holidays import Holiday
from dashboards.marts import TenantMarts, records

OPEN_STATES = ("proposed", "edited")
# Why more or less is ordered than was wished for, in the order in which the plan cuts.
REASONS = ("too_late", "shelf_life", "minimum_order", "pack", "budget", "storage")

_PLANS = """
    select occasion_id, first_day, last_day, as_of_date
    from marts.fct_holiday_plans
    where tenant_id = $tenant_id and last_day >= $today
    order by first_day, occasion_id
"""
_LINES = """
    select
        cast(item_id as varchar) as item_id, cast(warehouse_id as varchar) as warehouse_id,
        quantity as proposed_quantity, order_by as proposed_order_by, quantity, order_by, arrives_on, need_date,
        is_too_late, wish_quantity, order_up_to, too_late_quantity, shelf_life_quantity, minimum_order_quantity,
        pack_quantity, budget_quantity, storage_quantity, risk_without, risk_with, cost_without_fen, cost_with_fen,
        demand_mean, demand_q05, demand_q50, demand_q95, confidence
    from marts.fct_holiday_plan_lines
    where tenant_id = $tenant_id and occasion_id = $occasion_id and first_day = $first_day
"""
# What a piece costs and how it is sold by who is asked first on a day, as the mall asks.
_ITEMS = """
    with terms as (
        select item_id, supplier_name, unit_cost_fen, pack_size, min_order_quantity, lead_days
        from marts.dim_supplier_terms
        where
            tenant_id = $tenant_id and supplier_status = 'active'
            and valid_from <= $today and (valid_until is null or valid_until >= $today)
        qualify row_number() over (partition by item_id order by rank, unit_cost_fen, supplier_code) = 1
    )
    select
        cast(o.item_id as varchar) as item_id, i.name, i.category, t.supplier_name, t.unit_cost_fen, t.pack_size,
        t.min_order_quantity, t.lead_days
    from marts.dim_offer o
    join marts.dim_item i on i.item_id = o.item_id
    left join terms t on t.item_id = o.item_id
    where o.tenant_id = $tenant_id
"""
_WAREHOUSES = """
    select cast(warehouse_id as varchar) as warehouse_id, name as warehouse
    from marts.dim_warehouse
    where tenant_id = $tenant_id
"""
_SUPPLIERS = """
    select distinct cast(supplier_id as varchar) as supplier_id, supplier_name
    from marts.dim_supplier_terms
    where tenant_id = $tenant_id
"""


@dataclass(frozen=True)
class Plan:
    """A plan before a holiday.

    Attributes:
        plan_id: in the mall; None of one that only the release knows yet, which nobody can edit.
        status: proposed, edited, approved or dismissed.
        revision: how often its lines were edited.
        as_of_date: the last day that was known to it.
    """

    holiday: Holiday
    plan_id: str | None
    status: str
    revision: int
    as_of_date: date
    decided_by: str | None = None
    decided_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        """Tell whether it can still be edited and decided."""
        return self.plan_id is not None and self.status in OPEN_STATES


def released_plans(marts: TenantMarts, today: date) -> list[Plan]:
    """Return the release's plans of holidays that are not over, by day."""
    return [
        Plan(
            Holiday(row["occasion_id"], row["first_day"].date(), row["last_day"].date()),
            None,
            "proposed",
            0,
            row["as_of_date"].date(),
        )
        for row in records(marts.rows(_PLANS, today=today))
    ]


def live_plan(told: Mapping[str, Any]) -> Plan:
    """Return a plan as the mall tells it."""
    first, last, as_of = (date.fromisoformat(told[name]) for name in ("first_day", "last_day", "as_of_date"))
    decided_at = told["decided_at"] and datetime.fromisoformat(told["decided_at"])
    return Plan(
        Holiday(told["occasion_id"], first, last),
        told["plan_id"],
        told["status"],
        told["revision"],
        as_of,
        told["decided_by"],
        decided_at,
    )


def merged(released: Iterable[Plan], live: Iterable[Plan]) -> dict[str, Plan]:
    """Return one plan per holiday, by its key and in the order of days: the mall's where it has one."""
    both = {plan.holiday.key: plan for plan in released} | {plan.holiday.key: plan for plan in live}
    return dict(sorted(both.items(), key=lambda pair: (pair[1].holiday.first_day, pair[0])))


def released_lines(marts: TenantMarts, plan: Plan) -> pd.DataFrame:
    """Return the lines of a plan as the release has them, before `described`."""
    return marts.rows(_LINES, occasion_id=plan.holiday.occasion_id, first_day=plan.holiday.first_day)


def live_lines(told: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """Return the lines of a plan as the mall tells them, before `described`."""
    lines = pd.DataFrame([_line(line) for line in told])
    for name in ("proposed_order_by", "order_by", "arrives_on", "need_date"):
        if name in lines:
            lines[name] = pd.to_datetime(lines[name])
    return lines


def described(marts: TenantMarts, lines: pd.DataFrame, today: date) -> pd.DataFrame:
    """Return a plan's lines with names and the terms of whoever is asked first today, the most urgent first.

    Added are name, category, warehouse, supplier_name, unit_cost_fen, pack_size, min_order_quantity, lead_days,
    proposed_cost_fen and cost_fen (before price breaks; NaN where nobody sells the item).
    """
    if lines.empty:
        return lines
    known = lines.merge(marts.rows(_ITEMS, today=today), "left", on="item_id")
    known = known.merge(marts.rows(_WAREHOUSES), "left", on="warehouse_id")
    known["name"] = known["name"].fillna(known["item_id"])
    known["proposed_cost_fen"] = known["proposed_quantity"] * known["unit_cost_fen"]
    known["cost_fen"] = known["quantity"] * known["unit_cost_fen"]
    return known.sort_values(
        ["order_by", "quantity", "name"], ascending=[True, False, True], ignore_index=True
    )


def supplier_names(marts: TenantMarts) -> dict[str, str]:
    """Return the names of the tenant's suppliers, by their id."""
    rows = marts.rows(_SUPPLIERS)
    return dict(zip(rows["supplier_id"], rows["supplier_name"], strict=True))


def _line(told: Mapping[str, Any]) -> dict[str, Any]:
    cuts = {cut["reason"]: cut["quantity"] for cut in told["cuts"]}
    kept = {name: value for name, value in told.items() if name != "cuts"}
    return kept | {f"{reason}_quantity": cuts.get(reason, 0) for reason in REASONS}
