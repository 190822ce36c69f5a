"""`/v1/members`: registration."""

from datetime import UTC, datetime
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from transactional.access.domain import Unauthenticated
from transactional.access.routes import Caller, DryRun
from transactional.database import tenant_transaction
from transactional.members.operations import register_members
from transactional.members.queries import member_by_ref
from transactional.problem_documents import responses
from transactional.problems import InvalidRequest, RequestTooLarge
from transactional.request_types import Moment, Reference

router = APIRouter(prefix="/v1", tags=["members"])


class MemberRegistration(BaseModel):
    """A member to register; `external_ref` is the tenant's own identifier of that person."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"external_ref": "E-10086"}]})

    external_ref: Reference
    is_test: bool = False
    registered_at: Moment | None = Field(
        None, description="When the member joined, if that was earlier than now."
    )


class Member(BaseModel):
    """A member of the calling tenant."""

    member_id: UUID
    external_ref: str
    registered_at: datetime
    is_test: bool
    is_erased: bool


@router.post(
    "/members",
    status_code=201,
    summary="Register a member",
    responses={
        200: {"model": Member, "description": "The reference was registered before"},
        **responses(Unauthenticated, InvalidRequest, RequestTooLarge),
    },
)
async def register(
    body: MemberRegistration,
    tenant_id: Caller,
    request: Request,
    response: Response,
    dry_run: DryRun = False,
) -> Member:
    """Register a member and open its points account. Registering a known reference changes nothing."""
    now = request.app.state.clock()
    registered_at = body.registered_at or now
    if registered_at > now:
        raise InvalidRequest("registered_at: a member cannot have joined in the future")
    if registered_at < datetime(1970, 1, 1, tzinfo=UTC):
        raise InvalidRequest("registered_at: a member cannot have joined before 1970")
    async with tenant_transaction(request.app.state.pools.api, tenant_id, dry_run=dry_run) as connection:
        created = await register_members(
            connection,
            tenant_id=tenant_id,
            external_refs=[body.external_ref],
            registered_at=[registered_at],
            is_test=body.is_test,
        )
        member = await member_by_ref(connection, tenant_id=tenant_id, external_ref=body.external_ref)
    if not created:
        response.status_code = 200
    return Member.model_validate(member)
