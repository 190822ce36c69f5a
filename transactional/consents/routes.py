"""`/v1/members/{member_id}/consents`: what a member agrees to, and how it came to that."""

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, StringConstraints, model_validator

from transactional.access.domain import Unauthenticated
from transactional.access.routes import Caller, DryRun
from transactional.consents.domain import Purpose, Teller
from transactional.consents.operations import record_consent
from transactional.consents.queries import history_of, standing
from transactional.database import Connection, tenant_transaction
from transactional.members.domain import UnknownMember
from transactional.members.queries import require_member
from transactional.problem_documents import responses
from transactional.problems import InvalidRequest, RequestTooLarge

router = APIRouter(prefix="/v1/members/{member_id}/consents", tags=["members"])

TextVersion = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$")]


class ConsentRequest(BaseModel):
    """What a member was asked and said; `text_version` names the words that were shown."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"purpose": "profiling", "is_given": True, "text_version": "2026-03"}]
        },
    )

    purpose: Purpose
    is_given: bool
    text_version: TextVersion | None = None

    @model_validator(mode="after")
    def _names_the_text(self) -> Self:
        if self.is_given and self.text_version is None:
            raise ValueError("text_version: tell which words the member agreed to")
        return self


class Standing(BaseModel):
    """Whether a member agrees to a purpose now, and since when; without `told_at` it was never asked."""

    purpose: Purpose
    is_given: bool
    text_version: str | None
    told_at: datetime | None


class ConsentTold(BaseModel):
    """Something a member agreed to, refused or withdrew."""

    consent_id: UUID
    purpose: Purpose
    is_given: bool
    text_version: str | None
    told_by: Teller
    told_at: datetime


class Consents(BaseModel):
    """What a member agrees to now, purpose by purpose, and everything that was recorded, newest first."""

    member_id: UUID
    standing: list[Standing]
    history: list[ConsentTold]


async def _shown(connection: Connection, tenant_id: UUID, member_id: UUID) -> Consents:
    now = await standing(connection, tenant_id=tenant_id, member_id=member_id)
    history = await history_of(connection, tenant_id=tenant_id, member_id=member_id)
    return Consents(
        member_id=member_id,
        standing=[Standing.model_validate(one) for one in now],
        history=[ConsentTold.model_validate(one) for one in history],
    )


@router.get("", summary="Show consents", responses=responses(Unauthenticated, UnknownMember, InvalidRequest))
async def show(member_id: UUID, tenant_id: Caller, request: Request) -> Consents:
    """Show what a member agrees to now and the history of it, which is never changed.

    Recommendations are personal until the member refuses them; everything else needs a consent first.
    """
    async with tenant_transaction(request.app.state.pools.api, tenant_id) as connection:
        await require_member(connection, tenant_id=tenant_id, member_id=member_id)
        return await _shown(connection, tenant_id, member_id)


@router.post(
    "",
    status_code=201,
    summary="Record a consent",
    responses={
        200: {"model": Consents, "description": "It was recorded before, and nothing changes"},
        **responses(Unauthenticated, UnknownMember, InvalidRequest, RequestTooLarge),
    },
)
async def record(
    member_id: UUID,
    body: ConsentRequest,
    tenant_id: Caller,
    request: Request,
    response: Response,
    dry_run: DryRun = False,
) -> Consents:
    """Record that a member agrees to a purpose, refuses or withdraws it; the newest counts from now on.

    With a withdrawal go, at once, the attributes that were kept for the purpose, and for `identity_link` the joint view
    of the person's accounts.
    """
    state = request.app.state
    async with tenant_transaction(state.pools.api, tenant_id, dry_run=dry_run) as connection:
        is_news = await record_consent(
            connection,
            tenant_id=tenant_id,
            member_id=member_id,
            **body.model_dump(),
            told_by="tenant",
            now=state.clock(),
        )
        shown = await _shown(connection, tenant_id, member_id)
    if not is_news:
        response.status_code = 200
    return shown
