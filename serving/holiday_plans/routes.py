"""GET /v1/holiday-plans; what people made of them is told by the mall's own /v1/holiday-plans."""

import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, Field

from serving.context import CallerOf, Now, ReleaseInUse
from serving.holiday_plans.queries import LINE_COLUMNS, PLAN_COLUMNS, line_rows, plan_rows
from serving.keys import DatabaseUnavailable, Unauthenticated
from serving.problems import InvalidRequest, Problem, responses
from serving.release import NoRelease
from serving.revalidation import RELEASE_ONLY

OccasionOf = Annotated[str, Path(description="The holiday, as the list of plans names it.")]

router = APIRouter(prefix="/v1/holiday-plans", tags=["holiday plans"], dependencies=[RELEASE_ONLY])


class UnknownPlan(Problem):
    """The release has no plan of this tenant for such a holiday; GET /v1/holiday-plans lists those there are."""

    slug = "unknown-holiday-plan"
    title = "There is no plan for such a holiday"
    status = 404


class PlanRow(BaseModel):
    """A coming holiday with what its plan's lines come to; costs are of missing and left-over pieces."""

    occasion_id: str = Field(examples=["mid-autumn"])
    first_day: datetime.date
    last_day: datetime.date
    as_of_date: datetime.date = Field(description="The last day of history the plan has seen.")
    line_count: int
    ordered_line_count: int
    too_late_line_count: int = Field(description="Lines whose order comes after it was wanted.")
    first_order_by: datetime.date | None = Field(
        description="The first day on which something is to be ordered."
    )
    wish_quantity: int = Field(description="Pieces that would be ordered without any limit.")
    quantity: int
    purchase_fen: int
    cost_without_fen: int
    cost_with_fen: int
    risk_without: float = Field(description="Mean probability of a line to run out without the plan.")
    risk_with: float


class PlansAnswer(BaseModel):
    """The plans of the release; no rows: no holiday is near, or nobody sells the tenant anything."""

    release_id: str
    generated_at: datetime.datetime
    degraded: bool = Field(description="The live database is away; the plans are complete all the same.")
    rows: list[PlanRow]


class LineRow(BaseModel):
    """An item in a warehouse: what to order by when, what was added or cut for which reason, and what it is worth."""

    item_id: UUID
    warehouse_id: UUID
    order_up_to: int
    wish_quantity: int
    quantity: int
    expiring_quantity: int = Field(
        description="Pieces there that are not counted on: they expire before they are asked for."
    )
    order_by: datetime.date | None
    arrives_on: datetime.date | None
    need_date: datetime.date | None
    is_too_late: bool
    too_late_quantity: int
    shelf_life_quantity: int
    minimum_order_quantity: int
    pack_quantity: int
    budget_quantity: int
    storage_quantity: int
    purchase_fen: int
    risk_without: float
    risk_with: float
    cost_without_fen: int
    cost_with_fen: int
    demand_mean: float
    demand_q05: float
    demand_q50: float
    demand_q95: float
    confidence: Literal["high", "medium", "low"]


class LinesAnswer(BaseModel):
    """The lines of a plan, the most urgent first."""

    release_id: str
    generated_at: datetime.datetime
    degraded: bool = Field(description="The live database is away; the plan is complete all the same.")
    occasion_id: str
    first_day: datetime.date
    rows: list[LineRow]


@router.get("", responses=responses(Unauthenticated, InvalidRequest, NoRelease, DatabaseUnavailable))
async def get_plans(caller: CallerOf, release: ReleaseInUse, now: Now) -> PlansAnswer:
    """Return the plans of the coming holidays."""
    rows = await plan_rows(release, caller.tenant_id)
    return PlansAnswer(
        release_id=release.manifest.release_id,
        generated_at=now,
        degraded=caller.is_degraded,
        rows=[PlanRow(**dict(zip(PLAN_COLUMNS, row, strict=True))) for row in rows],
    )


@router.get(
    "/{occasion_id}",
    responses=responses(Unauthenticated, UnknownPlan, InvalidRequest, NoRelease, DatabaseUnavailable),
)
async def get_lines(
    occasion_id: OccasionOf,
    caller: CallerOf,
    release: ReleaseInUse,
    now: Now,
    first_day: Annotated[datetime.date, Query(description="The holiday's day, as the plan has it.")],
) -> LinesAnswer:
    """Return the lines of the plan of one holiday."""
    rows = await line_rows(release, caller.tenant_id, occasion_id, first_day)
    if not rows:
        raise UnknownPlan(
            "this tenant has no plan for such a holiday; GET /v1/holiday-plans lists those there are"
        )
    return LinesAnswer(
        release_id=release.manifest.release_id,
        generated_at=now,
        degraded=caller.is_degraded,
        occasion_id=occasion_id,
        first_day=first_day,
        rows=[LineRow(**dict(zip(LINE_COLUMNS, row, strict=True))) for row in rows],
    )
