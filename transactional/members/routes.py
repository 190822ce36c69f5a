"""`/v1/members`: registration, and what is known of a member."""

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field, model_validator

from transactional.access.domain import Unauthenticated
from transactional.access.routes import Caller, DryRun
from transactional.consents.operations import Said, record_consents
from transactional.database import tenant_transaction
from transactional.members.domain import Profile, UnknownMember
from transactional.members.operations import change_profile
from transactional.members.queries import member_by_id, member_by_ref
from transactional.members.registering import NewMember, register_all
from transactional.problem_documents import responses
from transactional.problems import InvalidRequest, RequestTooLarge
from transactional.request_types import Moment, Reference
from transactional.sessions.asking import Deciding
from transactional.sessions.domain import RoleNeeded, SessionOver
from transactional.together import the_one

router = APIRouter(prefix="/v1", tags=["members"])

Group = Annotated[
    Profile | None,
    Field(description="A coarse group that recommendations begin with; null: nothing is known."),
]
Consent = Annotated[
    bool,
    Field(
        description="False once the member refuses personal recommendations: none are made from what it does."
    ),
]


class MemberRegistration(BaseModel):
    """A member to register; `external_ref` is the tenant's own identifier of that person."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"external_ref": "E-10086"}]})

    external_ref: Reference
    is_test: bool = False
    registered_at: Moment | None = Field(
        None, description="When the member joined, if that was earlier than now."
    )
    profile: Group = None
    is_personalised: Consent = True


class MemberChange(BaseModel):
    """What is to change; what is left out stays as it is."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"is_personalised": False}]})

    profile: Group = None
    is_personalised: Consent = True

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("name what is to change: profile, is_personalised or both")
        return self


class Member(BaseModel):
    """A member of the calling tenant."""

    member_id: UUID
    external_ref: str
    registered_at: datetime
    is_test: bool
    is_erased: bool
    profile: Group
    is_personalised: Consent


@router.post(
    "/members",
    status_code=201,
    summary="Register a member",
    responses={
        200: {"model": Member, "description": "The reference was registered before"},
        **responses(Unauthenticated, SessionOver, RoleNeeded, InvalidRequest, RequestTooLarge),
    },
)
async def register(
    body: MemberRegistration,
    asker: Deciding,
    request: Request,
    response: Response,
    dry_run: DryRun = False,
) -> Member:
    """Register a member and open its points account. Registering a known reference changes nothing."""
    async with tenant_transaction(
        request.app.state.pools.api, asker.tenant_id, dry_run=dry_run
    ) as connection:
        new = NewMember(**body.model_dump())
        is_new = the_one(
            await register_all(
                connection, tenant_id=asker.tenant_id, members=[new], now=request.app.state.clock()
            )
        )
        member = await member_by_ref(connection, tenant_id=asker.tenant_id, external_ref=body.external_ref)
    if not is_new:
        response.status_code = 200
    return Member.model_validate(member)


@router.get(
    "/members/{member_id}",
    summary="Show a member",
    responses=responses(Unauthenticated, UnknownMember, InvalidRequest),
)
async def show(member_id: UUID, tenant_id: Caller, request: Request) -> Member:
    """Show what is known of a member. An erased one is not there."""
    async with tenant_transaction(request.app.state.pools.api, tenant_id) as connection:
        found = await member_by_id(connection, tenant_id=tenant_id, member_id=member_id)
    return Member.model_validate(found)


@router.patch(
    "/members/{member_id}",
    summary="Change a member",
    responses=responses(Unauthenticated, UnknownMember, InvalidRequest, RequestTooLarge),
)
async def change(
    member_id: UUID, body: MemberChange, tenant_id: Caller, request: Request, dry_run: DryRun = False
) -> Member:
    """Change a member's group or consent to personal recommendations; the same again changes nothing.

    A refusal holds from the next recommendation on, and no list is kept of the member in the next release. What it
    redeemed still counts in figures of all.
    """
    told = body.model_fields_set
    async with tenant_transaction(request.app.state.pools.api, tenant_id, dry_run=dry_run) as connection:
        about = {"tenant_id": tenant_id, "member_id": member_id}
        if "profile" in told:
            await change_profile(connection, **about, profile=body.profile)
        if "is_personalised" in told:
            said = Said(member_id, "personalisation", is_given=body.is_personalised)
            the_one(
                await record_consents(
                    connection,
                    tenant_id=tenant_id,
                    said=[said],
                    told_by="tenant",
                    now=request.app.state.clock(),
                )
            )
        found = await member_by_id(connection, tenant_id=tenant_id, member_id=member_id)
    return Member.model_validate(found)
