"""GET /v1/recommendation-placements: where in the mall, and by what, recommendations are clicked and redeemed."""

import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from serving.context import CallerOf, Now, ReleaseInUse
from serving.keys import DatabaseUnavailable, Unauthenticated
from serving.marts import PagedAnswer, PageOf, about, page_of
from serving.problems import InvalidRequest, responses
from serving.release import NoRelease
from serving.revalidation import RELEASE_ONLY

router = APIRouter(
    prefix="/v1/recommendation-placements", tags=["recommendations"], dependencies=[RELEASE_ONLY]
)


class PlacementRow(BaseModel):
    """What impressions of a place led to in a month; intervals are of 95 % and rather too narrow."""

    context: str = Field(
        description="Where the answers were shown; untold where the mall logs none.", examples=["home"]
    )
    stage: str = Field(
        description="What brought the items there; untold where the mall logs none.", examples=["personal"]
    )
    position: int = Field(description="Place in the answer, 1 the first.", examples=[1])
    month: datetime.date
    request_count: int
    impression_count: int
    click_count: int
    click_rate: float | None
    click_rate_low: float | None
    click_rate_high: float | None
    redemption_count: int
    redemption_rate: float | None


class PlacementsAnswer(PagedAnswer):
    """Click-through by context, stage and position; no rows while no impressions were logged."""

    placements: list[PlacementRow] = Field(description="By month, the latest first.")


@router.get("", responses=responses(Unauthenticated, InvalidRequest, NoRelease, DatabaseUnavailable))
async def get_placements(
    caller: CallerOf,
    release: ReleaseInUse,
    now: Now,
    page: PageOf,
    context: Annotated[str | None, Query(max_length=40, description="Only of this context.")] = None,
) -> PlacementsAnswer:
    """Return how often what was shown in each place was clicked and redeemed, with intervals."""
    found, total = await page_of(
        release, caller.tenant_id, PlacementRow, "fct_recommendation_placements",
        "" if context is None else "and context = ?", "month desc, context, stage, position", page,
        *(() if context is None else (context,)),
    )  # fmt: skip
    return PlacementsAnswer(
        **about(release, caller, now), total=total, limit=page.limit, offset=page.offset, placements=found
    )
