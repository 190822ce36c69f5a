"""The value score of each tenant's mall, by month, with the measured figures it is made of."""

from datetime import date

import pandas as pd

from dashboards.marts import PlatformMarts
from dashboards.words import Words

TABLES = ("dim_metric", "dim_tenant", "fct_value_score_parts_monthly", "fct_value_scores_monthly")
PARTS = ("functional", "supply", "service", "price")

_MONTHS = "select distinct month from marts.fct_value_scores_monthly order by month desc"
_SCORES = """
    select t.code, t.name, s.value_score, s.functional_score, s.supply_score, s.service_score, s.price_score,
        s.known_weight
    from marts.fct_value_scores_monthly s
    join marts.dim_tenant t on t.tenant_id = s.tenant_id
    where s.month = $month and ($code = '' or t.code = $code)
    order by s.value_score desc, t.name
"""
_FIGURES = """
    select t.name, p.part, p.metric, m.name_zh, m.name_en, p.value, p.denominator, p.zero_at, p.full_at,
        p.part_weight * p.metric_weight as weight, p.score
    from marts.fct_value_score_parts_monthly p
    join marts.dim_tenant t on t.tenant_id = p.tenant_id
    left join marts.dim_metric m on m.metric = p.metric
    where p.month = $month and ($code = '' or t.code = $code) and p.denominator > 0
    order by t.name, weight desc, p.metric
"""


def months(marts: PlatformMarts) -> list[date]:
    """Return the months of which any score is known, the newest first."""
    return [month.date() for month in marts.rows(_MONTHS)["month"]]


def scores(marts: PlatformMarts, month: date, code: str) -> pd.DataFrame:
    """Return one row per tenant with its score of a month and those of its parts (0-1), the best first."""
    return marts.rows(_SCORES, month=month, code=code)


def figures(marts: PlatformMarts, month: date, code: str, words: Words) -> pd.DataFrame:
    """Return the measured figures behind the scores of a month, with their names and weight."""
    rows = marts.rows(_FIGURES, month=month, code=code)
    # A release may be from before a metric had its words.
    return rows.assign(metric_name=rows[f"name_{words.language}"].fillna(rows["metric"]))
