"""`/v1/platform/tenants`: who the tenants are, for the operators and the platform's people."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field

from transactional.access.domain import PlatformKeyNeeded
from transactional.database import NO_TENANT, tenant_transaction
from transactional.problem_documents import responses
from transactional.problems import InvalidRequest
from transactional.request_types import Reference
from transactional.sessions.asking import Operating
from transactional.sessions.domain import RoleNeeded, SessionOver
from transactional.tenants.queries import list_tenants

router = APIRouter(prefix="/v1/platform", tags=["platform: tenants"])


class Tenant(BaseModel):
    """A tenant and the days of its onboarding; those of one that was created live are null but the last."""

    tenant_id: UUID
    code: str = Field(examples=["acorn"])
    name: str = Field(examples=["橡果集团"])
    industry: str = Field(examples=["retail"])
    applied_on: date | None
    configured_on: date | None
    tested_on: date | None
    live_on: date | None = Field(description="Null: it is in test mode.")


class TenantPage(BaseModel):
    """Tenants by code; `next_after` asks for the next ones."""

    tenants: list[Tenant]
    next_after: str | None


@router.get(
    "/tenants",
    summary="List tenants",
    responses=responses(PlatformKeyNeeded, SessionOver, RoleNeeded, InvalidRequest),
)
async def show_all(
    _: Operating,
    request: Request,
    after: Annotated[Reference | None, Query()] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 200,
) -> TenantPage:
    """List the tenants by code, with the days on which each applied, was configured, was tested and went live."""
    async with tenant_transaction(request.app.state.pools.committer, NO_TENANT) as connection:
        rows = await list_tenants(connection, after=after, limit=limit + 1)
    page = [Tenant.model_validate(dict(row)) for row in rows[:limit]]
    return TenantPage(tenants=page, next_after=page[-1].code if len(rows) > limit else None)
