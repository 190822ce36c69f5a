"""GET /v1/forecasts."""

import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from serving.context import CallerOf, Now, ReleaseInUse
from serving.forecasts.queries import Level, forecast_rows, is_offered
from serving.keys import DatabaseUnavailable, Unauthenticated
from serving.periods import Period
from serving.problems import InvalidRequest, Problem, responses
from serving.release import NoRelease

router = APIRouter(prefix="/v1/forecasts", tags=["forecasts"])

_COLUMNS = ("date", "mean", "q05", "q50", "q90", "q95", "model", "origin_date")


class UnknownSeries(Problem):
    """This tenant offers no such item or category; look it up among the tenant's offers."""

    slug = "unknown-series"
    title = "This tenant offers no such item or category"
    status = 404


class ForecastRow(BaseModel):
    """One day's demand in pieces: the mean, and quantiles that demand stays below with that probability."""

    date: datetime.date
    mean: float = Field(examples=[7.2])
    q05: float = Field(examples=[2.0])
    q50: float = Field(examples=[6.9])
    q90: float = Field(examples=[12.4])
    q95: float = Field(examples=[14.8])
    model: str = Field(examples=["combination"])
    origin_date: datetime.date = Field(description="The last day of history the forecast has seen.")


class ForecastAnswer(BaseModel):
    """The forecast of one item or category, day by day; no rows: too little history to forecast."""

    release_id: str
    generated_at: datetime.datetime
    degraded: bool = Field(description="The live database is away; the forecast is complete all the same.")
    level: Level
    series_id: str = Field(description="The item's id or the category's name.")
    rows: list[ForecastRow]


@router.get(
    "",
    responses=responses(Unauthenticated, UnknownSeries, InvalidRequest, NoRelease, DatabaseUnavailable),
)
async def get_forecast(
    caller: CallerOf,
    release: ReleaseInUse,
    now: Now,
    period: Period,
    item_id: Annotated[UUID | None, Query(description="The item; or give `category`.")] = None,
    category: Annotated[
        str | None, Query(max_length=200, description="The category; or give `item_id`.")
    ] = None,
) -> ForecastAnswer:
    """Return the demand forecast of an item or of a category: exactly one of them is named."""
    level, series_id = _series(item_id, category)
    if not await is_offered(release, caller.tenant_id, level, series_id):
        raise UnknownSeries(f"this tenant offers no such {level}; look it up among the tenant's offers")
    rows = await forecast_rows(release, caller.tenant_id, level, series_id, *period)
    return ForecastAnswer(
        release_id=release.manifest.release_id,
        generated_at=now,
        degraded=caller.is_degraded,
        level=level,
        series_id=series_id,
        rows=[ForecastRow(**dict(zip(_COLUMNS, row, strict=True))) for row in rows],
    )


def _series(item_id: UUID | None, category: str | None) -> tuple[Level, str]:
    if item_id is not None and category is None:
        return "item", str(item_id)
    if category is not None and item_id is None:
        return "category", category
    message = "give exactly one of `item_id` and `category`"
    raise InvalidRequest(message, errors=[{"field": "item_id", "message": message}])
