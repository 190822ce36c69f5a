"""GET /v1/item-performance: how items did in a month; /v1/items-to-improve: which did worst, and why."""

import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from serving.context import CallerOf, Now, ReleaseInUse
from serving.keys import DatabaseUnavailable, Unauthenticated
from serving.marts import PagedAnswer, PageOf, ReleaseAnswer, about, latest, page_of, rows_of
from serving.months import MonthOf
from serving.problems import InvalidRequest, responses
from serving.release import NoRelease
from serving.revalidation import RELEASE_ONLY
from serving.segments.parameter import SegmentOf, require_segment

router = APIRouter(prefix="/v1", tags=["item performance"], dependencies=[RELEASE_ONLY])

Sort = Literal["views", "redemption_rate", "points", "refused"]
# Each ends with the id, so that no two rows are equal.
_ORDERS: dict[Sort, str] = {
    "views": "view_count desc, item_id",
    "redemption_rate": "redemption_rate desc nulls last, item_id",
    "points": "points desc, item_id",
    "refused": "refused_quantity desc, item_id",
}
_WITH_ITEM = "join release.marts.dim_item using (item_id)"
# What is said of the item itself is the same whoever the members; ranks are told among all of them alone.
_OF_SEGMENTS = (
    "fct_item_performance_by_segment_monthly join ("
    "select tenant_id, item_id, month, listed_days, stocked_out_days, refused_quantity, price_points, "
    "null as exposure_rank, null as rate_rank from release.marts.fct_item_performance_monthly) "
    "using (tenant_id, item_id, month)"
)


class PerformanceRow(BaseModel):
    """How an item did in a month; counts are of members that count, or of those of them in the segment asked for."""

    item_id: UUID
    name: str
    category: str
    month: datetime.date = Field(description="The month's first day.")
    listed_days: int
    stocked_out_days: int
    refused_quantity: int = Field(description="Units asked for and refused for stock, by any member.")
    view_count: int = Field(description="Member-days with a view.")
    redemption_count: int
    redemption_rate: float | None = Field(description="Redemptions of member-days with a view.")
    redemption_rate_low: float | None
    redemption_rate_high: float | None
    quantity: int
    points: int
    price_points: int | None = Field(description="The price as it is now.")
    answer_count: int
    mean_score: float | None = Field(description="Of the answers of the month, 1 to 5.")
    exposure_rank: int | None = Field(description="By views, 1 the most; null of a segment.")
    rate_rank: int | None = Field(
        description="By redemption rate, 1 the highest; null without a view or of a segment."
    )


class PerformanceAnswer(PagedAnswer):
    """Items in the order asked for."""

    month: datetime.date | None = Field(description="The month shown; null: all months of one item, or none.")
    rows: list[PerformanceRow]


class ToImproveRow(BaseModel):
    """An item among the least redeemed of a month, with the first reason that applies and all signs of it."""

    improvement_rank: int
    item_id: UUID
    name: str
    category: str
    reason: str = Field(
        description="out_of_stock, poor_ratings, dearer_than_peers, few_views or low_conversion.",
        examples=["poor_ratings"],
    )
    is_often_stocked_out: bool
    is_poorly_rated: bool
    is_dear: bool
    is_little_seen: bool
    view_count: int
    redemption_count: int
    redemption_rate: float
    redemption_rate_low: float | None
    redemption_rate_high: float | None
    tenant_redemption_rate: float = Field(description="The same of all listed items together.")
    listed_days: int
    stocked_out_days: int
    answer_count: int
    mean_score: float | None
    price_points: int | None
    peer_price_points: float | None


class ToImproveAnswer(ReleaseAnswer):
    """The items of a month to improve, the worst first."""

    month: datetime.date | None
    rows: list[ToImproveRow]


@router.get(
    "/item-performance",
    responses=responses(Unauthenticated, InvalidRequest, NoRelease, DatabaseUnavailable),
)
async def get_item_performance(
    caller: CallerOf,
    release: ReleaseInUse,
    now: Now,
    page: PageOf,
    month: MonthOf,
    item_id: Annotated[
        UUID | None, Query(description="Only this item; without `month`, all its months.")
    ] = None,
    category: Annotated[str | None, Query(max_length=200, description="Only of this category.")] = None,
    segment: SegmentOf = None,
    sort: Annotated[Sort, Query(description="What comes first: the most of it.")] = "views",
) -> PerformanceAnswer:
    """Return how items were viewed, redeemed, refused and rated in a month."""
    if segment is not None:
        await require_segment(release, segment)
    tenant_id, mart = caller.tenant_id, "fct_item_performance_monthly" if segment is None else _OF_SEGMENTS
    if month is None and item_id is None:
        month = await latest(release, tenant_id, "fct_item_performance_monthly")
    asked = {"month": month, "item_id": item_id, "category": category, "member_group": segment}
    given = {column: value for column, value in asked.items() if value is not None}
    order = "month desc, item_id" if month is None else _ORDERS[sort]
    rows, total = await page_of(
        release, tenant_id, PerformanceRow, f"{mart} {_WITH_ITEM}", "".join(f" and {column} = ?" for column in given),
        order, page, *given.values(),
    )  # fmt: skip
    return PerformanceAnswer(
        **about(release, caller, now),
        total=total,
        limit=page.limit,
        offset=page.offset,
        month=month,
        rows=rows,
    )


@router.get(
    "/items-to-improve",
    responses=responses(Unauthenticated, InvalidRequest, NoRelease, DatabaseUnavailable),
)
async def get_items_to_improve(
    caller: CallerOf, release: ReleaseInUse, now: Now, month: MonthOf
) -> ToImproveAnswer:
    """Return the items of a month that are redeemed least for how much they are seen, and why that may be."""
    tenant_id, mart = caller.tenant_id, "fct_items_to_improve"
    asked = month or await latest(release, tenant_id, mart)
    rest = "and month = ? order by improvement_rank, item_id"
    rows = await rows_of(release, tenant_id, ToImproveRow, f"{mart} {_WITH_ITEM}", rest, asked)
    return ToImproveAnswer(**about(release, caller, now), month=asked, rows=rows)
