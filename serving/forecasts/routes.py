"""GET /v1/forecasts, and /v1/forecasts/what-if: what a flash sale would change about them."""

import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from serving.context import CallerOf, Now, ReleaseInUse
from serving.forecasts.queries import (
    WHAT_IF_COLUMNS,
    Level,
    forecast_rows,
    is_offered,
    what_if_rows,
    what_is_known,
)
from serving.keys import DatabaseUnavailable, Unauthenticated
from serving.periods import Period
from serving.problems import InvalidRequest, Problem, responses
from serving.release import NoRelease
from serving.revalidation import RELEASE_ONLY

router = APIRouter(prefix="/v1/forecasts", tags=["forecasts"], dependencies=[RELEASE_ONLY])

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
    series_id: str = Field(description="The item's id, the category's name, or all.")
    rows: list[ForecastRow]


Reason = Literal["too_little_history", "no_sale_seen", "item_too_new", "days_not_forecast"]


class WhatIfRow(BaseModel):
    """One day's demand in pieces without any flash sale ahead, and if the item were on one on that day alone."""

    date: datetime.date
    mean_without: float = Field(examples=[7.2])
    q05_without: float
    q50_without: float
    q90_without: float
    q95_without: float
    mean_with: float = Field(examples=[15.1])
    q05_with: float
    q50_with: float
    q90_with: float
    q95_with: float
    extra_mean: float = Field(description="Pieces that the sale is expected to add.", examples=[7.9])
    origin_date: datetime.date = Field(description="The last day of history the forecasts have seen.")


class WhatIfAnswer(BaseModel):
    """What a flash sale would change about an item, day by day, as far as past sales tell."""

    release_id: str
    generated_at: datetime.datetime
    degraded: bool = Field(description="The live database is away; the answer is complete all the same.")
    item_id: UUID
    reason: Reason | None = Field(
        description="Why there are no rows: nothing of the tenant is forecast yet; no sale has happened, or the model in use "
        "does not heed them, so that nothing was learned; the item has too little past of its own; no such day is forecast."
    )
    rows: list[WhatIfRow]


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
    whole: Annotated[
        Literal["tenant"] | None,
        Query(alias="level", description="tenant: the whole shop, without an item or a category."),
    ] = None,
    horizon: Annotated[
        int | None, Query(ge=1, le=366, description="Only so many days after the last day of history.")
    ] = None,
) -> ForecastAnswer:
    """Return the demand forecast of an item, of a category or of the whole shop: exactly one of them is named."""
    level, series_id = _series(item_id, category, whole)
    if not await is_offered(release, caller.tenant_id, level, series_id):
        raise UnknownSeries(f"this tenant offers no such {level}; look it up among the tenant's offers")
    found = await forecast_rows(release, caller.tenant_id, level, series_id, *period)
    rows = [row for row in found if horizon is None or (row[0] - row[-1]).days <= horizon]
    return ForecastAnswer(
        release_id=release.manifest.release_id,
        generated_at=now,
        degraded=caller.is_degraded,
        level=level,
        series_id=series_id,
        rows=[ForecastRow(**dict(zip(_COLUMNS, row, strict=True))) for row in rows],
    )


@router.get(
    "/what-if",
    responses=responses(Unauthenticated, UnknownSeries, InvalidRequest, NoRelease, DatabaseUnavailable),
)
async def get_what_if(
    caller: CallerOf,
    release: ReleaseInUse,
    now: Now,
    period: Period,
    item_id: Annotated[UUID, Query(description="The item that would be on sale.")],
) -> WhatIfAnswer:
    """Return what a flash sale would change about an item's demand; no effect is told where none was learned."""
    if not await is_offered(release, caller.tenant_id, "item", str(item_id)):
        raise UnknownSeries("this tenant offers no such item; look it up among the tenant's offers")
    rows = await what_if_rows(release, caller.tenant_id, item_id, *period)
    reason = None if rows else _reason(*await what_is_known(release, caller.tenant_id, item_id))
    return WhatIfAnswer(
        release_id=release.manifest.release_id,
        generated_at=now,
        degraded=caller.is_degraded,
        item_id=item_id,
        reason=reason,
        rows=[WhatIfRow(**dict(zip(WHAT_IF_COLUMNS, row, strict=True))) for row in rows],
    )


def _reason(is_forecast: bool, has_sales: bool, is_own: bool) -> Reason:
    if not is_forecast:
        return "too_little_history"
    if not has_sales:
        return "no_sale_seen"
    return "days_not_forecast" if is_own else "item_too_new"


def _series(item_id: UUID | None, category: str | None, whole: str | None) -> tuple[Level, str]:
    if [item_id, category, whole].count(None) != 2:
        message = "give exactly one of `item_id`, `category` and `level=tenant`"
        raise InvalidRequest(message, errors=[{"field": "item_id", "message": message}])
    if item_id is not None:
        return "item", str(item_id)
    return ("tenant", "all") if category is None else ("category", category)
