"""Reads metric definitions and their values; nothing is computed here."""

from dataclasses import dataclass
from datetime import date
from typing import Literal
from uuid import UUID

from serving.marts import columns
from serving.release import Release, Rows

Grain = Literal["day", "month"]

_SOURCE: dict[Grain, tuple[str, str]] = {
    "day": ("fct_kpis_daily", "date"),
    "month": ("fct_kpis_monthly", "month"),
}
_PLATFORM_SOURCE: dict[Grain, tuple[str, str]] = {
    "day": ("fct_platform_kpis_daily", "date"),
    "month": ("fct_platform_kpis_monthly", "month"),
}


@dataclass(frozen=True)
class Metric:
    """A row of dim_metric."""

    metric: str
    name_zh: str
    name_en: str
    definition_zh: str
    definition_en: str
    numerator_zh: str
    numerator_en: str
    denominator_zh: str
    denominator_en: str
    target: float | None
    direction: str
    unit: str


_WORDS = (
    "select metric, name_zh, name_en, definition_zh, definition_en, numerator_zh, numerator_en, "
    "denominator_zh, denominator_en, target, direction, unit from release.marts.dim_metric"
)


async def metrics(release: Release) -> dict[str, Metric]:
    """Return the metrics of a release that have a value for each day and month, by key.

    A release from before metrics said where their values are is asked which have some.
    """
    daily = (
        "values_mart = 'fct_kpis_monthly'"
        if "values_mart" in await columns(release, "dim_metric")
        else "metric in (select metric from release.marts.fct_kpis_monthly)"
    )
    found = await release.rows(f"{_WORDS} where {daily} order by metric")
    return {row[0]: Metric(*row) for row in found}


async def find_metric(release: Release, metric: str) -> Metric:
    """Return a metric of a release, whichever mart holds its values."""
    ((*words,),) = await release.rows(f"{_WORDS} where metric = ?", metric)
    return Metric(*words)


async def kpi_rows(
    release: Release, tenant_id: UUID, metric: str, grain: Grain, first: date, last: date
) -> Rows:
    """Return (period, numerator, denominator, value, n, low, high) of the days or months from first to last."""
    table, period = _SOURCE[grain]
    return await release.rows(
        f"select {period}, numerator, denominator, value, n, low, high from release.marts.{table} "
        f"where tenant_id = ? and metric = ? and {period} between ? and ? order by {period}",
        tenant_id,
        metric,
        first.replace(day=1) if grain == "month" else first,
        last,
    )


async def group_kpi_rows(
    release: Release, tenant_id: UUID, metric: str, member_group: str, first: date, last: date
) -> Rows:
    """Return the same columns of the months from first to last, of the members of a segment or stage.

    The keys of segments and of stages are different ones.
    """
    return await release.rows(
        "select month, numerator, denominator, value, n, low, high from release.marts.fct_kpis_by_segment_monthly "
        "where tenant_id = ? and metric = ? and member_group = ? and month between ? and ? order by month",
        tenant_id,
        metric,
        member_group,
        first.replace(day=1),
        last,
    )


async def metrics_of_groups(release: Release) -> list[str]:
    """Return the metrics that are told of segments and stages."""
    found = await release.rows(
        "select distinct metric from release.marts.fct_kpis_by_segment_monthly order by metric"
    )
    return [metric for (metric,) in found]


async def platform_kpi_rows(release: Release, metric: str, grain: Grain, first: date, last: date) -> Rows:
    """Return (period, tenant_count, numerator, denominator, value, n, low, high) over all tenants, first to last."""
    table, period = _PLATFORM_SOURCE[grain]
    return await release.rows(
        f"select {period}, tenant_count, numerator, denominator, value, n, low, high "
        f"from release.marts.{table} where metric = ? and {period} between ? and ? order by {period}",
        metric,
        first.replace(day=1) if grain == "month" else first,
        last,
    )


async def values_of_month(release: Release, tenant_id: UUID, month: date) -> Rows:
    """Return (metric, numerator, denominator, value, n, low, high) of a month, by metric."""
    return await release.rows(
        "select metric, numerator, denominator, value, n, low, high from release.marts.fct_kpis_monthly "
        "where tenant_id = ? and month = ? order by metric",
        tenant_id,
        month,
    )
