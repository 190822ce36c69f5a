"""GET /v1/points-liability: what the points that members hold will likely cost, month by month."""

import datetime

from fastapi import APIRouter
from pydantic import BaseModel, Field

from serving.context import CallerOf, Now, ReleaseInUse
from serving.keys import DatabaseUnavailable, Unauthenticated
from serving.kpis.documents import MetricDocument, described
from serving.kpis.queries import find_metric
from serving.marts import PagedAnswer, PageOf, about, page_of
from serving.problems import InvalidRequest, responses
from serving.release import NoRelease
from serving.revalidation import RELEASE_ONLY

router = APIRouter(prefix="/v1", tags=["value"], dependencies=[RELEASE_ONLY])


class LiabilityRow(BaseModel):
    """What is owed to members at the end of a month, or on the last day that is known."""

    month: datetime.date = Field(description="The month's first day.")
    as_of_date: datetime.date
    remaining_points: int = Field(description="Points that members hold.")
    liability_fen: int = Field(description="What of them is likely to be redeemed, at the cost of a point.")
    cost_fen: int = Field(description="What they would cost if all of them were redeemed.")
    fen_per_point: float | None
    cohort_count: int = Field(description="Cohorts of lots of which something is left.")
    is_fallback: bool = Field(
        description="Too little is known of some cohorts, so all of these is expected to be redeemed."
    )


class LiabilityAnswer(MetricDocument, PagedAnswer):
    """The liability of months with its definition, the latest first."""

    rows: list[LiabilityRow]


@router.get(
    "/points-liability", responses=responses(Unauthenticated, InvalidRequest, NoRelease, DatabaseUnavailable)
)
async def get_points_liability(
    caller: CallerOf, release: ReleaseInUse, now: Now, page: PageOf
) -> LiabilityAnswer:
    """Return what the points held at the end of each month will likely cost."""
    rows, total = await page_of(
        release, caller.tenant_id, LiabilityRow, "fct_points_liability_monthly", "", "month desc", page
    )
    return LiabilityAnswer(
        **about(release, caller, now),
        **described(await find_metric(release, "points_liability")),
        total=total,
        limit=page.limit,
        offset=page.offset,
        rows=rows,
    )
