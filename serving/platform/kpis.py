"""GET /v1/platform/kpis/{metric}: a metric over all tenants."""

from fastapi import APIRouter
from pydantic import Field

from serving.context import Now, PlatformCallerOf, ReleaseOfAll
from serving.keys import DatabaseUnavailable, PlatformKeyNeeded
from serving.kpis.documents import MetricDocument, described
from serving.kpis.queries import Grain, platform_kpi_rows
from serving.kpis.routes import GrainOf, KpiRow, MetricOf, UnknownMetric, known_metric
from serving.marts import ReleaseAnswer, about
from serving.periods import Period
from serving.problems import InvalidRequest, responses
from serving.release import NoRelease
from serving.revalidation import PLATFORM_RELEASE_ONLY

router = APIRouter(prefix="/v1/platform/kpis", tags=["platform"], dependencies=[PLATFORM_RELEASE_ONLY])

_COLUMNS = ("period", "tenant_count", "numerator", "denominator", "value", "n", "low", "high")


class PlatformKpiRow(KpiRow):
    """One day or month over all tenants that have any fact of it; test tenants are left out."""

    tenant_count: int = Field(description="Tenants between their first and last fact.", examples=[2])


class PlatformKpiAnswer(MetricDocument, ReleaseAnswer):
    """A metric with its definition, its target and its values over all tenants in time order."""

    grain: Grain
    rows: list[PlatformKpiRow]


@router.get(
    "/{metric}",
    responses=responses(PlatformKeyNeeded, UnknownMetric, InvalidRequest, NoRelease, DatabaseUnavailable),
)
async def get_platform_kpi(
    metric: MetricOf,
    caller: PlatformCallerOf,
    release: ReleaseOfAll,
    now: Now,
    period: Period,
    grain: GrainOf = "day",
) -> PlatformKpiAnswer:
    """Return a metric's values over all tenants of the days or months touched by the period."""
    known = await known_metric(release, metric)
    rows = await platform_kpi_rows(release, metric, grain, *period)
    return PlatformKpiAnswer(
        **about(release, caller, now),
        **described(known),
        grain=grain,
        rows=[PlatformKpiRow(**dict(zip(_COLUMNS, row, strict=True))) for row in rows],
    )
