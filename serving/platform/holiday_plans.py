"""GET /v1/platform/holiday-plans: what all tenants are to order before the coming holidays, and who of them what."""

import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from serving.context import Now, PlatformCallerOf, ReleaseOfAll
from serving.holiday_plans.routes import OccasionOf, UnknownPlan
from serving.keys import DatabaseUnavailable, PlatformKeyNeeded
from serving.marts import ReleaseAnswer, about, rows_of_all
from serving.problems import InvalidRequest, responses
from serving.release import NoRelease
from serving.revalidation import PLATFORM_RELEASE_ONLY

router = APIRouter(
    prefix="/v1/platform/holiday-plans", tags=["platform"], dependencies=[PLATFORM_RELEASE_ONLY]
)


class PlatformPlanRow(BaseModel):
    """A coming holiday with what the plans of all tenants come to; costs are of missing and left-over pieces."""

    occasion_id: str = Field(examples=["mid-autumn"])
    first_day: datetime.date
    last_day: datetime.date
    as_of_date: datetime.date = Field(description="The last day of history the plans have seen.")
    tenant_count: int
    line_count: int
    ordered_line_count: int
    too_late_line_count: int = Field(description="Lines whose order comes after it was wanted.")
    first_order_by: datetime.date | None = Field(
        description="The first day on which something is to be ordered."
    )
    wish_quantity: int = Field(description="Pieces that would be ordered without any limit.")
    quantity: int
    budget_quantity: int = Field(description="Pieces cut because the budgets did not suffice, below 0.")
    purchase_fen: int
    cost_without_fen: int
    cost_with_fen: int
    stock_outs_without: float = Field(
        description="Lines expected to run out without the plans: their risks summed."
    )
    stock_outs_with: float


class PlatformPlansAnswer(ReleaseAnswer):
    """The coming holidays; no rows: none is near, or nobody sells any tenant anything."""

    rows: list[PlatformPlanRow]


class TenantPlanRow(BaseModel):
    """One tenant's part of a holiday's plans."""

    tenant_id: UUID
    code: str
    name: str
    line_count: int
    ordered_line_count: int
    too_late_line_count: int
    first_order_by: datetime.date | None
    wish_quantity: int
    quantity: int
    purchase_fen: int
    cost_without_fen: int
    cost_with_fen: int
    risk_without: float = Field(description="Mean probability of a line to run out without the plan.")
    risk_with: float


class TenantPlansAnswer(ReleaseAnswer):
    """A holiday's plans by tenant, the dearest first."""

    occasion_id: str
    first_day: datetime.date
    rows: list[TenantPlanRow]


@router.get("", responses=responses(PlatformKeyNeeded, InvalidRequest, NoRelease, DatabaseUnavailable))
async def get_platform_plans(
    caller: PlatformCallerOf, release: ReleaseOfAll, now: Now
) -> PlatformPlansAnswer:
    """Return the coming holidays with what the plans of all tenants that are no test tenants come to."""
    rows = await rows_of_all(
        release, PlatformPlanRow, "fct_platform_holiday_plans", "order by first_day, occasion_id"
    )
    return PlatformPlansAnswer(**about(release, caller, now), rows=rows)


@router.get(
    "/{occasion_id}",
    responses=responses(PlatformKeyNeeded, UnknownPlan, InvalidRequest, NoRelease, DatabaseUnavailable),
)
async def get_plans_by_tenant(
    occasion_id: OccasionOf,
    first_day: Annotated[datetime.date, Query(description="First day of the holiday.")],
    caller: PlatformCallerOf,
    release: ReleaseOfAll,
    now: Now,
) -> TenantPlansAnswer:
    """Return one holiday's plans by tenant, test tenants left out."""
    rows = await rows_of_all(
        release,
        TenantPlanRow,
        "fct_holiday_plans inner join release.marts.dim_tenant using (tenant_id)",
        "where not is_test and occasion_id = ? and first_day = ? order by purchase_fen desc, code",
        occasion_id,
        first_day,
    )
    if not rows:
        raise UnknownPlan(f"the release has no plans for {occasion_id} from {first_day}")
    return TenantPlansAnswer(
        **about(release, caller, now), occasion_id=occasion_id, first_day=first_day, rows=rows
    )
