"""GET /v1/reports/monthly: what an enterprise is told of a month: figures beside targets, changes and alerts."""

import datetime
from typing import Any, Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field

from serving.context import CallerOf, Now, ReleaseInUse
from serving.item_performance.routes import ToImproveRow
from serving.keys import DatabaseUnavailable, Unauthenticated
from serving.kpis.documents import Words
from serving.kpis.queries import Metric, metrics, values_of_month
from serving.marts import ReleaseAnswer, about, latest, rows_of
from serving.months import MonthOf
from serving.problems import InvalidRequest, responses
from serving.release import NoRelease
from serving.revalidation import RELEASE_ONLY

router = APIRouter(prefix="/v1/reports", tags=["reports"], dependencies=[RELEASE_ONLY])

_WORST = 5
# numerator, denominator, value, n, low, high
Values = tuple[Any, ...]


class Figure(BaseModel):
    """A metric's month beside its target, the month before and the same month a year ago; null: nothing to divide by."""

    metric: str = Field(examples=["activity_rate"])
    name: Words
    definition: Words
    unit: str = Field(examples=["rate"])
    direction: str = Field(examples=["at_least"])
    target: float | None = Field(examples=[0.3])
    value: float | None = Field(examples=[0.4])
    numerator: int
    denominator: int
    n: int
    low: float | None
    high: float | None
    previous_value: float | None = Field(description="Of the month before.")
    last_year_value: float | None = Field(description="Of the same month a year ago.")
    change: float | None = Field(description="The value less that of the month before.")
    is_on_target: bool | None = Field(description="null without a target or a value.")


class Alert(BaseModel):
    """A figure that misses its target."""

    metric: str
    kind: Literal["target_missed"] = "target_missed"
    is_certain: bool = Field(
        description="Whether the whole interval misses it; true where there is no interval."
    )
    sentence: Words


class MonthlyReport(ReleaseAnswer):
    """The report of a month; no figures before the tenant's first fact."""

    month: datetime.date | None
    is_whole_month: bool = Field(description="Whether the facts reach the month's last day; else it goes on.")
    figures: list[Figure]
    alerts: list[Alert]
    items_to_improve: list[ToImproveRow] = Field(description=f"The {_WORST} most urgent of the month.")


@router.get("/monthly", responses=responses(Unauthenticated, InvalidRequest, NoRelease, DatabaseUnavailable))
async def get_monthly_report(
    caller: CallerOf, release: ReleaseInUse, now: Now, month: MonthOf
) -> MonthlyReport:
    """Return the report of a month: all metrics with targets and changes, what misses, and the items to improve."""
    tenant_id = caller.tenant_id
    asked = month or await latest(release, tenant_id, "fct_kpis_monthly")
    if asked is None:
        return MonthlyReport(
            **about(release, caller, now),
            month=None,
            is_whole_month=False,
            figures=[],
            alerts=[],
            items_to_improve=[],
        )
    definitions = await metrics(release)
    months = (asked, _before(asked), asked.replace(year=asked.year - 1))
    values, previous, last_year = [
        {row[0]: row[1:] for row in await values_of_month(release, tenant_id, each)} for each in months
    ]
    figures = [
        _figure(definitions[metric], row, previous.get(metric), last_year.get(metric))
        for metric, row in values.items()
    ]
    last_day = await latest(release, tenant_id, "dim_tenant", "last_fact_date")
    items = await rows_of(
        release, tenant_id, ToImproveRow, "fct_items_to_improve join release.marts.dim_item using (item_id)",
        "and month = ? and improvement_rank <= ? order by improvement_rank, item_id", asked, _WORST,
    )  # fmt: skip
    return MonthlyReport(
        **about(release, caller, now),
        month=asked,
        is_whole_month=last_day is not None and last_day >= _last_day(asked),
        figures=figures,
        alerts=[_alert(figure) for figure in figures if figure.is_on_target is False],
        items_to_improve=items,
    )


def _figure(metric: Metric, row: Values, previous: Values | None, last_year: Values | None) -> Figure:
    numerator, denominator, value, n, low, high = row
    before = previous[2] if previous else None
    is_on_target = None
    if metric.target is not None and value is not None:
        is_on_target = value >= metric.target if metric.direction == "at_least" else value <= metric.target
    return Figure(
        metric=metric.metric,
        name=Words(zh=metric.name_zh, en=metric.name_en),
        definition=Words(zh=metric.definition_zh, en=metric.definition_en),
        unit=metric.unit,
        direction=metric.direction,
        target=metric.target,
        value=value, numerator=numerator, denominator=denominator, n=n, low=low, high=high,
        previous_value=before,
        last_year_value=last_year[2] if last_year else None,
        change=None if value is None or before is None else value - before,
        is_on_target=is_on_target,
    )  # fmt: skip


def _alert(figure: Figure) -> Alert:
    assert figure.value is not None
    assert figure.target is not None
    is_low = figure.direction == "at_least"
    nearest = figure.high if is_low else figure.low
    is_certain = nearest is None or (nearest < figure.target if is_low else nearest > figure.target)
    value, target = (_told(number, figure.unit) for number in (figure.value, figure.target))
    zh = f"{figure.name.zh}为 {value}，{'低于' if is_low else '高于'}目标 {target}"
    en = f"{figure.name.en} is {value}, {'below' if is_low else 'above'} its target of {target}"
    return Alert(metric=figure.metric, is_certain=is_certain, sentence=Words(zh=zh, en=en))


def _told(number: float, unit: str) -> str:
    return f"{number:.1%}" if unit == "rate" else f"{number:.1f}"


def _before(month: datetime.date) -> datetime.date:
    return (month - datetime.timedelta(days=1)).replace(day=1)


def _last_day(month: datetime.date) -> datetime.date:
    return (month + datetime.timedelta(days=31)).replace(day=1) - datetime.timedelta(days=1)
