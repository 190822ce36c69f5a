"""GET /v1/segments: how many members are in each segment and stage; /v1/segments/members/{member_id}: where one is."""

import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Path
from pydantic import BaseModel, Field

from serving.context import CallerOf, Now, ReleaseInUse
from serving.keys import DatabaseUnavailable, Unauthenticated
from serving.marts import ReleaseAnswer, about, latest, rows_of
from serving.months import MonthOf
from serving.problems import InvalidRequest, Problem, responses
from serving.release import NoRelease, Release
from serving.revalidation import RELEASE_ONLY

router = APIRouter(prefix="/v1/segments", tags=["segments"], dependencies=[RELEASE_ONLY])

_SIZES = """
with counted as (
    select segment, lifecycle_stage, count(*) as members from release.marts.fct_member_segments
    where tenant_id = ? and month = ?
    group by all
),
kinds as (
    select 'rfm' as kind, segment as key, name_zh, name_en, definition_zh, definition_en, 0 as place
    from release.marts.dim_member_segment
    union all
    select 'lifecycle', stage, name_zh, name_en, definition_zh, definition_en, stage_rank
    from release.marts.dim_lifecycle_stage
)
select kind, key, name_zh, name_en, definition_zh, definition_en,
    coalesce((select sum(members) from counted where case kind when 'rfm' then segment else lifecycle_stage end = key), 0)
from kinds
order by kind desc, place, key
"""


class NotCounted(Problem):
    """The release counts no such member of this tenant: unknown, erased, a test member, or registered since."""

    slug = "member-not-counted"
    title = "The release counts no such member"
    status = 404


class SegmentRow(BaseModel):
    """A segment or a stage with its members; those of one kind add up to all members that count."""

    kind: Literal["rfm", "lifecycle"] = Field(
        description="rfm: by how lately, how often and for how many points; lifecycle: by how long and how lately."
    )
    key: str = Field(examples=["champion"])
    name_zh: str
    name_en: str
    definition_zh: str
    definition_en: str
    member_count: int


class SegmentsAnswer(ReleaseAnswer):
    """Where the members of a tenant stood at the end of a month; no rows before its first fact."""

    month: datetime.date | None = Field(description="First day of the month; null where there is none.")
    rows: list[SegmentRow]


class MemberMonth(BaseModel):
    """Where a member stood at the end of a month; scores are fifths of those who redeemed, 5 the best, 0 none."""

    month: datetime.date
    as_of_date: datetime.date
    recency_days: int | None
    frequency_count: int
    monetary_points: int
    recency_score: int
    frequency_score: int
    monetary_score: int
    segment: str | None
    tenure_days: int
    idle_days: int
    lifecycle_stage: str | None


class MemberSegmentsAnswer(ReleaseAnswer):
    """Where a member stood, month by month, the latest first."""

    member_id: UUID
    rows: list[MemberMonth]


@router.get("", responses=responses(Unauthenticated, InvalidRequest, NoRelease, DatabaseUnavailable))
async def get_segments(caller: CallerOf, release: ReleaseInUse, now: Now, month: MonthOf) -> SegmentsAnswer:
    """Return how many members are in each segment and in each stage of a member's life."""
    asked = month or await latest(release, caller.tenant_id, "fct_member_segments")
    rows = [] if asked is None else await _sizes(release, caller.tenant_id, asked)
    return SegmentsAnswer(**about(release, caller, now), month=asked, rows=rows)


@router.get(
    "/members/{member_id}",
    responses=responses(Unauthenticated, NotCounted, InvalidRequest, NoRelease, DatabaseUnavailable),
)
async def get_member_segments(
    member_id: Annotated[UUID, Path(description="The member to be told of.")],
    caller: CallerOf,
    release: ReleaseInUse,
    now: Now,
) -> MemberSegmentsAnswer:
    """Return the segments of one of the tenant's own members by month."""
    rows = await rows_of(
        release, caller.tenant_id, MemberMonth, "fct_member_segments", "and member_id = ? order by month desc",
        member_id,
    )  # fmt: skip
    if not rows:
        raise NotCounted(
            "the release counts no such member: unknown here, erased, of a test, or new since it was landed"
        )
    return MemberSegmentsAnswer(**about(release, caller, now), member_id=member_id, rows=rows)


async def _sizes(release: Release, tenant_id: UUID, month: datetime.date) -> list[SegmentRow]:
    found = await release.rows(_SIZES, tenant_id, month)
    return [
        SegmentRow(**dict(zip(SegmentRow.model_fields, row, strict=True)))
        for row in (found if any(row[-1] for row in found) else ())
    ]
