"""GET /v1/kpis: which metrics there are, what they came to, and by what."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, Field

from serving.context import CallerOf, Now, ReleaseInUse
from serving.keys import DatabaseUnavailable, Unauthenticated
from serving.kpis.documents import MetricDocument, described
from serving.kpis.drilldown import By, breakdowns, broken_down, sources
from serving.kpis.queries import (
    Grain,
    Metric,
    group_kpi_rows,
    kpi_rows,
    metrics,
    metrics_of_groups,
)
from serving.marts import ReleaseAnswer, about
from serving.periods import Period
from serving.problems import InvalidRequest, Problem, responses
from serving.release import NoRelease, Release, Rows
from serving.revalidation import RELEASE_ONLY
from serving.segments.parameter import SegmentOf, require_segment

router = APIRouter(prefix="/v1/kpis", tags=["kpis"], dependencies=[RELEASE_ONLY])

MetricOf = Annotated[str, Path(description="The key of a metric; `GET /v1/kpis` lists them.")]
GrainOf = Annotated[Grain, Query(description="Whether a row is a day or a month.")]

_COLUMNS = ("period", "numerator", "denominator", "value", "n", "low", "high")


class UnknownMetric(Problem):
    """There is no such metric; `known_metrics` lists those there are."""

    slug = "unknown-metric"
    title = "There is no such metric"
    status = 404


class KpiRow(BaseModel):
    """One day or month; value is null when there was nothing to divide by."""

    period: date = Field(description="The day, or the month's first day.", examples=["2026-03-01"])
    numerator: int = Field(examples=[48])
    denominator: int = Field(examples=[120])
    value: float | None = Field(examples=[0.4])
    n: int = Field(description="Sample size.", examples=[120])
    low: float | None = Field(description="Lower end of the 95 % Wilson interval; null: not from a sample.")
    high: float | None = Field(description="Upper end of the 95 % Wilson interval; null: not from a sample.")


class KpiAnswer(MetricDocument, ReleaseAnswer):
    """A metric with its definition, its target and its values in time order."""

    grain: Grain
    rows: list[KpiRow]


class KnownMetric(MetricDocument):
    """A metric, and by what it can be broken down."""

    breakdowns: list[By]


class MetricsAnswer(ReleaseAnswer):
    """The metrics there are."""

    rows: list[KnownMetric]


class Slice(BaseModel):
    """A part of a metric; value is null where there is nothing to divide by."""

    key: str | None = Field(
        description="The category, segment or stage, or the band as `first-last` in points; null: what belongs to none.",
        examples=["100-499"],
    )
    numerator: int
    denominator: int
    value: float | None


class BreakdownAnswer(MetricDocument, ReleaseAnswer):
    """A metric by what was asked for; of counted members one may be in several slices, sums of others add up."""

    by: By
    first_day: date
    last_day: date
    rows: list[Slice]


class NotToldOfSegments(Problem):
    """The metric is not told of segments and stages; `metrics` lists those that are."""

    slug = "not-told-of-segments"
    title = "The metric is not told of segments"
    status = 404


class NoSuchBreakdown(Problem):
    """The metric's rows do not say that; `breakdowns` lists by what it can be broken down."""

    slug = "no-such-breakdown"
    title = "The metric cannot be broken down by that"
    status = 404


@router.get("", responses=responses(Unauthenticated, InvalidRequest, NoRelease, DatabaseUnavailable))
async def get_metrics(caller: CallerOf, release: ReleaseInUse, now: Now) -> MetricsAnswer:
    """Return the metrics there are, with their definitions."""
    rows = [
        KnownMetric(**described(metric), breakdowns=await breakdowns(release, await sources(release, name)))
        for name, metric in (await metrics(release)).items()
    ]
    return MetricsAnswer(**about(release, caller, now), rows=rows)


@router.get(
    "/{metric}",
    responses=responses(
        Unauthenticated, UnknownMetric, NotToldOfSegments, InvalidRequest, NoRelease, DatabaseUnavailable
    ),
)
async def get_kpi(
    metric: MetricOf,
    caller: CallerOf,
    release: ReleaseInUse,
    now: Now,
    period: Period,
    grain: GrainOf = "day",
    segment: SegmentOf = None,
) -> KpiAnswer:
    """Return a metric's values of the days or months touched by the period, with its definition and target.

    Members are in a segment at the end of a month, so `segment` asks for `grain=month`.
    """
    known = await known_metric(release, metric)
    rows = await (
        kpi_rows(release, caller.tenant_id, metric, grain, *period)
        if segment is None
        else _of_segment(release, caller.tenant_id, metric, grain, segment, period)
    )
    return KpiAnswer(
        **about(release, caller, now),
        **described(known),
        grain=grain,
        rows=[KpiRow(**dict(zip(_COLUMNS, row, strict=True))) for row in rows],
    )


@router.get(
    "/{metric}/breakdown",
    responses=responses(
        Unauthenticated, UnknownMetric, NoSuchBreakdown, InvalidRequest, NoRelease, DatabaseUnavailable
    ),
)
async def get_breakdown(
    metric: MetricOf,
    caller: CallerOf,
    release: ReleaseInUse,
    now: Now,
    period: Period,
    by: Annotated[
        By, Query(description="By what; `GET /v1/kpis` tells what each metric can be broken down by.")
    ],
) -> BreakdownAnswer:
    """Return a metric of a period by category, price band, segment or stage of life.

    Categories, bands and prices are those of now, segments and stages those of the last month told until then.
    """
    known = await known_metric(release, metric)
    behind = await sources(release, metric)
    possible = await breakdowns(release, behind)
    if by not in possible:
        told = ", ".join(possible) or "nothing"
        raise NoSuchBreakdown(f"this metric can be broken down by {told}", breakdowns=possible)
    rows = await broken_down(release, caller.tenant_id, behind, by, *period)
    return BreakdownAnswer(
        **about(release, caller, now),
        **described(known),
        by=by,
        first_day=period[0],
        last_day=period[1],
        rows=[
            Slice(
                key=key,
                numerator=numerator,
                denominator=denominator,
                value=numerator / denominator if denominator > 0 else None,
            )
            for key, numerator, denominator in rows
        ],
    )


async def _of_segment(
    release: Release, tenant_id: UUID, metric: str, grain: Grain, segment: str, period: tuple[date, date]
) -> Rows:
    if grain != "month":
        raise InvalidRequest(
            "query.segment: members are in a segment at the end of a month; ask with grain=month"
        )
    await require_segment(release, segment)
    told = await metrics_of_groups(release)
    if metric not in told:
        raise NotToldOfSegments(f"of segments are told: {', '.join(told)}", metrics=told)
    return await group_kpi_rows(release, tenant_id, metric, segment, *period)


async def known_metric(release: Release, metric: str) -> Metric:
    """Return a metric of a release.

    Raises:
        UnknownMetric: there is none of that name.
    """
    known = await metrics(release)
    if metric not in known:
        listed = ", ".join(known)
        raise UnknownMetric(f"there is no metric of that name; known are {listed}", known_metrics=list(known))
    return known[metric]
