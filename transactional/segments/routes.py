"""`/v1/segments` and a member's segments; the pipeline writes them with `/v1/write-back/…/segments`."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field, model_validator

from transactional.access.domain import Unauthenticated
from transactional.access.routes import WRITE_BACK_ONLY, Caller, DryRun
from transactional.database import tenant_transaction
from transactional.members.domain import UnknownMember
from transactional.members.queries import require_member
from transactional.problem_documents import responses
from transactional.problems import InvalidRequest
from transactional.request_types import Code
from transactional.segments.operations import Segments
from transactional.segments.queries import members_of_scheme, segments_of
from transactional.write_back.requests import (
    MAX_ITEMS,
    RESPONSES,
    WriteBackRequest,
    WriteBackResults,
    require_distinct,
    write_back,
)

router = APIRouter(prefix="/v1", tags=["segments"])


class SegmentItem(BaseModel):
    """A member and the segment of the scheme it is in."""

    model_config = ConfigDict(extra="forbid")

    member_id: UUID
    segment: Code


class SegmentsRequest(WriteBackRequest):
    """Members in the segments of one scheme."""

    scheme: Code = Field(examples=["rfm", "life_cycle"])
    items: Annotated[list[SegmentItem], Field(max_length=MAX_ITEMS)]

    @model_validator(mode="after")
    def _are_distinct(self) -> "SegmentsRequest":
        require_distinct(item.member_id for item in self.items)
        return self


class MemberSegment(BaseModel):
    """The segment of a scheme that a member was in on a day, by a release of the warehouse."""

    member_id: UUID
    scheme: str
    segment: str
    as_of_date: date
    release_id: str


class SegmentPage(BaseModel):
    """A page by member; ask for the next one with `after=next_after`."""

    members: list[MemberSegment]
    next_after: UUID | None


class MemberSegments(BaseModel):
    """A member's segments, one per scheme."""

    member_id: UUID
    segments: list[MemberSegment]


@router.put(
    "/write-back/{tenant_id}/segments",
    summary="Write segments back",
    dependencies=[WRITE_BACK_ONLY],
    responses=RESPONSES,
)
async def put_segments(
    tenant_id: UUID, body: SegmentsRequest, request: Request, dry_run: DryRun = False
) -> WriteBackResults:
    """Store the segments a release computed; for the pipeline. A newer release replaces an older one, never back."""
    told = Segments(body.scheme, [(item.member_id, item.segment) for item in body.items])
    return await write_back(request, tenant_id, body, told, dry_run=dry_run)


@router.get(
    "/segments", summary="List members by segment", responses=responses(Unauthenticated, InvalidRequest)
)
async def list_members(
    tenant_id: Caller,
    request: Request,
    scheme: Code,
    segment: Code | None = None,
    after: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 200,
) -> SegmentPage:
    """List the members of a scheme, or of one of its segments, in the order of their ids."""
    async with tenant_transaction(request.app.state.pools.api, tenant_id) as connection:
        found = await members_of_scheme(
            connection, tenant_id=tenant_id, scheme=scheme, segment=segment, after=after, limit=limit + 1
        )
    page = [MemberSegment.model_validate(one) for one in found[:limit]]
    return SegmentPage(members=page, next_after=page[-1].member_id if len(found) > limit else None)


@router.get(
    "/members/{member_id}/segments",
    summary="Show a member's segments",
    responses=responses(Unauthenticated, UnknownMember, InvalidRequest),
)
async def show_member(member_id: UUID, tenant_id: Caller, request: Request) -> MemberSegments:
    """Show the segments that a member is in, one per scheme."""
    async with tenant_transaction(request.app.state.pools.api, tenant_id) as connection:
        await require_member(connection, tenant_id=tenant_id, member_id=member_id)
        found = await segments_of(connection, tenant_id=tenant_id, member_id=member_id)
    return MemberSegments(member_id=member_id, segments=[MemberSegment.model_validate(one) for one in found])
