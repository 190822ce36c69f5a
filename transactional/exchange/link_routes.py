"""`/v1/members/{id}/links`: the consent of two tenants' members that they are one person."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field

from transactional.access.domain import Unauthenticated
from transactional.access.routes import Caller, DryRun
from transactional.database import tenant_transaction
from transactional.exchange import links
from transactional.exchange.consent_refusals import AlreadyLinked, LinkWithinTenant, UnknownLink
from transactional.members.domain import UnknownMember
from transactional.members.link_codes import LinkCodeRefused
from transactional.members.link_codes import issue_code as new_code
from transactional.members.queries import require_member
from transactional.problem_documents import responses
from transactional.problems import InvalidRequest, RequestTooLarge

router = APIRouter(prefix="/v1/members", tags=["exchanges"])


class LinkCode(BaseModel):
    """A code that links the member once, until it expires; it is shown only here."""

    code: str
    expires_at: datetime


class LinkRequest(BaseModel):
    """The code that the other tenant issued for its member; hyphens and small letters do not matter."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"code": "7K2M-9QXA-B3CD-Z8YT"}]}
    )

    code: Annotated[str, Field(min_length=16, max_length=40, pattern=r"^[0-9A-Za-z -]+$")]


class Link(BaseModel):
    """A member's link with a member of another tenant, who is not named. It is active until it is withdrawn."""

    link_id: UUID
    member_id: UUID
    partner: str
    partner_name: str
    consented_at: datetime
    partner_consented_at: datetime
    withdrawn_at: datetime | None


class Links(BaseModel):
    """All links of a member, newest first."""

    links: list[Link]


@router.post(
    "/{member_id}/link-codes",
    status_code=201,
    summary="Issue a link code",
    responses=responses(Unauthenticated, UnknownMember, InvalidRequest, RequestTooLarge),
)
async def issue_code(
    member_id: UUID, tenant_id: Caller, request: Request, dry_run: DryRun = False
) -> LinkCode:
    """Issue a code for a member who agrees to be linked. It is good for ten minutes and ends the one before."""
    state = request.app.state
    async with tenant_transaction(state.pools.api, tenant_id, dry_run=dry_run) as connection:
        row = await new_code(
            connection, tenant_id=tenant_id, member_id=member_id, purpose="exchange", now=state.clock()
        )
    return LinkCode.model_validate(row)


@router.post(
    "/{member_id}/links",
    status_code=201,
    summary="Link a member with another tenant's",
    responses=responses(
        Unauthenticated,
        UnknownMember,
        LinkCodeRefused,
        LinkWithinTenant,
        AlreadyLinked,
        InvalidRequest,
        RequestTooLarge,
    ),
)
async def redeem_code(
    member_id: UUID, body: LinkRequest, tenant_id: Caller, request: Request, dry_run: DryRun = False
) -> Link:
    """Link a member who agrees with the member of another tenant that the code was issued for."""
    state = request.app.state
    async with tenant_transaction(state.pools.committer, tenant_id, dry_run=dry_run) as connection:
        row = await links.redeem_code(
            connection, tenant_id=tenant_id, member_id=member_id, code=body.code, now=state.clock()
        )
    return Link.model_validate(row)


@router.get(
    "/{member_id}/links",
    summary="List a member's links",
    responses=responses(Unauthenticated, UnknownMember, InvalidRequest),
)
async def list_links(member_id: UUID, tenant_id: Caller, request: Request) -> Links:
    """Return a member's links, also those that were withdrawn."""
    async with tenant_transaction(request.app.state.pools.api, tenant_id) as connection:
        await require_member(connection, tenant_id=tenant_id, member_id=member_id)
        rows = await links.links_of(connection, tenant_id=tenant_id, member_id=member_id)
    return Links(links=[Link.model_validate(row) for row in rows])


@router.delete(
    "/{member_id}/links/{link_id}",
    status_code=204,
    summary="Withdraw a link",
    responses=responses(Unauthenticated, UnknownLink, InvalidRequest),
)
async def withdraw(
    member_id: UUID, link_id: UUID, tenant_id: Caller, request: Request, dry_run: DryRun = False
) -> None:
    """Withdraw the consent, as either tenant, for both. What was exchanged stays and can still be reversed."""
    state = request.app.state
    async with tenant_transaction(state.pools.committer, tenant_id, dry_run=dry_run) as connection:
        await links.withdraw(
            connection, tenant_id=tenant_id, member_id=member_id, link_id=link_id, now=state.clock()
        )
