"""What flash sales and the pilot came to: what their marts say for one tenant."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

import pandas as pd

from dashboards.kpis import month_after
from dashboards.marts import TenantMarts

TABLES = ("fct_campaign_effect", "fct_pilot_effect")
# In reading order.
PILOT_METRICS = ("member_redemption_rate", "complaint_rate", "virtual_issue_rate")

Verdict = Literal["more", "less", "unclear", "unknown"]

_SALES = """
    select
        c.sale_id::varchar as sale_id, i.name, i.category, c.price_points, c.first_date, c.last_date,
        c.allotted_quantity, c.sale_quantity, c.sale_points, c.window_day_count, c.window_quantity, c.baseline_day_count,
        c.expected_quantity, c.uplift_quantity, c.uplift_low, c.uplift_high, c.after_day_count,
        c.pull_forward_quantity, c.pull_forward_low, c.pull_forward_high, c.redeemer_count, c.new_redeemer_count,
        c.new_redeemer_share
    from marts.fct_campaign_effect c
    join marts.dim_item i on i.item_id = c.item_id
    where c.tenant_id = $tenant_id and c.first_date >= $first and c.first_date < $after
    order by c.first_date desc, i.name, c.sale_id
"""
_MONTHS = """
    select distinct cast(date_trunc('month', first_date) as date) as month
    from marts.fct_campaign_effect
    where tenant_id = $tenant_id
    order by month
"""
_PILOT = """
    select
        p.metric, m.name_zh, m.name_en, m.definition_zh, m.definition_en, p.pilot_numerator, p.pilot_denominator,
        p.pilot_rate, p.pilot_low, p.pilot_high, p.others_numerator, p.others_denominator, p.others_rate, p.others_low,
        p.others_high, p.is_no_worse, p.is_go
    from marts.fct_pilot_effect p
    join marts.dim_metric m on m.metric = p.metric
    where p.tenant_id = $tenant_id
"""


@dataclass(frozen=True)
class Totals:
    """What the sales of a period come to together; `judged` are those of which an effect can be told."""

    sales: int
    judged: int
    effective: int
    allotted: int
    sold: int
    redeemers: int
    newcomers: int


def months(marts: TenantMarts) -> list[date]:
    """Return the months in which a flash sale began, oldest first."""
    return [month.date() for month in marts.rows(_MONTHS)["month"]]


def sales(marts: TenantMarts, first: date, last: date) -> pd.DataFrame:
    """Return one row per flash sale that began in these months, the newest first, each with its verdict."""
    rows = marts.rows(_SALES, first=first, after=month_after(last))
    return rows.assign(
        verdict=[
            verdict(low, high) for low, high in zip(rows["uplift_low"], rows["uplift_high"], strict=True)
        ]
    )


def verdict(low: float, high: float) -> Verdict:
    """Return what an interval says of a difference: more or less than nothing, or nothing sure."""
    if pd.isna(low) or pd.isna(high):
        return "unknown"
    return "more" if low > 0 else "less" if high < 0 else "unclear"


def totals(rows: pd.DataFrame) -> Totals:
    """Sum up flash sales. A member who took part in two counts twice. `rows` is what `sales` returned."""
    return Totals(
        len(rows),
        int((rows["verdict"] != "unknown").sum()),
        int((rows["verdict"] == "more").sum()),
        int(rows["allotted_quantity"].sum()),
        int(rows["sale_quantity"].sum()),
        int(rows["redeemer_count"].sum()),
        int(rows["new_redeemer_count"].sum()),
    )


def pilot(marts: TenantMarts) -> pd.DataFrame:
    """Return one row per compared metric with the pilot's rate and that of the others (0-1); none without a pilot."""
    rows = marts.rows(_PILOT)
    place = {metric: place for place, metric in enumerate(PILOT_METRICS)}
    return rows.sort_values("metric", key=lambda metrics: metrics.map(place)).reset_index(drop=True)
