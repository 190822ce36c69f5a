"""GET /v1/kpis/{metric}."""

from datetime import date, datetime

from fastapi import APIRouter
from pydantic import BaseModel, Field

from serving.context import CallerOf, Now, ReleaseInUse
from serving.keys import DatabaseUnavailable, Unauthenticated
from serving.kpis.queries import Grain, Metric, kpi_rows, metrics
from serving.periods import Period
from serving.problems import InvalidRequest, Problem, responses
from serving.release import NoRelease

router = APIRouter(prefix="/v1/kpis", tags=["kpis"])

_COLUMNS = ("period", "numerator", "denominator", "value", "n", "low", "high")


class UnknownMetric(Problem):
    """There is no such metric; `known_metrics` lists those there are."""

    slug = "unknown-metric"
    title = "There is no such metric"
    status = 404


class Words(BaseModel):
    """A text in Chinese and in English."""

    zh: str
    en: str


class KpiRow(BaseModel):
    """One day or month; value is null when there was nothing to divide by."""

    period: date = Field(description="The day, or the month's first day.", examples=["2026-03-01"])
    numerator: int = Field(examples=[48])
    denominator: int = Field(examples=[120])
    value: float | None = Field(examples=[0.4])
    n: int = Field(description="Sample size.", examples=[120])
    low: float | None = Field(description="Lower end of the 95 % Wilson interval; null: not from a sample.")
    high: float | None = Field(description="Upper end of the 95 % Wilson interval; null: not from a sample.")


class KpiAnswer(BaseModel):
    """A metric with its definition, its target and its values in time order."""

    release_id: str
    generated_at: datetime
    degraded: bool = Field(
        description="The live database is away; the figures are complete as of the landing."
    )
    landed_at: datetime = Field(description="When the figures' data was landed.")
    metric: str = Field(examples=["activity_rate"])
    grain: Grain
    name: Words
    definition: Words
    numerator: Words
    denominator: Words
    target: float | None = Field(examples=[0.3])
    direction: str = Field(examples=["at_least"])
    unit: str = Field(description="What a value is: a rate, or days.", examples=["rate"])
    rows: list[KpiRow]


@router.get(
    "/{metric}",
    responses=responses(Unauthenticated, UnknownMetric, InvalidRequest, NoRelease, DatabaseUnavailable),
)
async def get_kpi(
    metric: str, caller: CallerOf, release: ReleaseInUse, now: Now, period: Period, grain: Grain = "day"
) -> KpiAnswer:
    """Return a metric's values of the days or months touched by the period, with its definition and target."""
    known = await metrics(release)
    if metric not in known:
        listed = ", ".join(known)
        raise UnknownMetric(f"there is no metric of that name; known are {listed}", known_metrics=list(known))
    rows = await kpi_rows(release, caller.tenant_id, metric, grain, *period)
    return KpiAnswer(
        release_id=release.manifest.release_id,
        generated_at=now,
        degraded=caller.is_degraded,
        landed_at=release.manifest.landing.landed_at,
        grain=grain,
        rows=[KpiRow(**dict(zip(_COLUMNS, row, strict=True))) for row in rows],
        **_definition(known[metric]),
    )


def _definition(metric: Metric) -> dict[str, object]:
    return {
        "metric": metric.metric,
        "name": Words(zh=metric.name_zh, en=metric.name_en),
        "definition": Words(zh=metric.definition_zh, en=metric.definition_en),
        "numerator": Words(zh=metric.numerator_zh, en=metric.numerator_en),
        "denominator": Words(zh=metric.denominator_zh, en=metric.denominator_en),
        "target": metric.target,
        "direction": metric.direction,
        "unit": metric.unit,
    }
