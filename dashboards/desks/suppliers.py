"""Suppliers: how they kept days and quantities, and the terms they have agreed to."""

from datetime import date, timedelta

import pandas as pd

from dashboards.kpis import SMALL_SAMPLE
from dashboards.marts import TenantMarts

TABLES = ("fct_supplier_performance", "dim_supplier_terms")
# A line on time and in full: what the trial orders of a supplier are held to as well.
TARGET = 0.95
EXPIRING_DAYS = 90

_SCORES = """
    select
        cast(supplier_id as varchar) as supplier_id, supplier_code, supplier_name, supplier_status, from_date,
        to_date, line_count, judged_line_count, on_time_in_full_count, on_time_in_full_rate, on_time_in_full_low,
        on_time_in_full_high, fill_rate, received_quantity, damaged_quantity, damage_rate,
        mean_promised_lead_days, mean_achieved_lead_days, mean_late_days, cost_fen, outstanding_quantity
    from marts.fct_supplier_performance
    where tenant_id = $tenant_id
    order by on_time_in_full_rate nulls last, supplier_name
"""
_TERMS = """
    select
        cast(t.supplier_id as varchar) as supplier_id, t.supplier_code, t.supplier_name, i.name as item,
        t.lead_days, t.worst_lead_days, t.min_order_quantity, t.pack_size, t.unit_cost_fen, t.shelf_life_days,
        t.valid_from, t.valid_until
    from marts.dim_supplier_terms t
    join marts.dim_item i on i.item_id = t.item_id
    where t.tenant_id = $tenant_id and (t.valid_until is null or t.valid_until >= $today)
    order by t.valid_until nulls last, t.supplier_name, i.name
"""


def scores(marts: TenantMarts) -> pd.DataFrame:
    """Return one row per supplier, those who kept least leading; `kind` is missed, met or small, as it is drawn.

    A supplier counts as below the target only if its whole interval is: fewer judged lines say little.
    """
    rows = marts.rows(_SCORES)
    kind = pd.Series("met", index=rows.index)
    kind[rows["on_time_in_full_high"] < TARGET] = "missed"
    kind[rows["judged_line_count"] < SMALL_SAMPLE] = "small"
    return rows.assign(kind=kind)


def terms(marts: TenantMarts, today: date) -> pd.DataFrame:
    """Return the terms that hold or will hold, those that end first leading, with the days until they end."""
    rows = marts.rows(_TERMS, today=today)
    return rows.assign(days_left=(rows["valid_until"] - pd.Timestamp(today)).dt.days)


def expiring(rows: pd.DataFrame, today: date) -> pd.DataFrame:
    """Return the terms that end within ninety days."""
    return rows[rows["valid_until"] <= pd.Timestamp(today + timedelta(days=EXPIRING_DAYS))]
