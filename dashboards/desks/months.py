"""The published months of some metrics, which the figures beside a live queue are of."""

from datetime import date

from dashboards.marts import TenantMarts

_MONTHS = """
    select distinct month from marts.fct_kpis_monthly
    where tenant_id = $tenant_id and list_contains($metrics, metric) and denominator > 0
    order by month
"""


def months(marts: TenantMarts, *metrics: str) -> list[date]:
    """Return the months in which one of the metrics is of something, oldest first."""
    return [month.date() for month in marts.rows(_MONTHS, metrics=list(metrics))["month"]]
