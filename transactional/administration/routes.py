"""`/v1/administrative-acts` of a tenant, and `/v1/platform/administrative-acts` of the platform and of each tenant."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field

from transactional.access.domain import PlatformKeyNeeded, Unauthenticated
from transactional.administration.queries import acts_of
from transactional.database import NO_TENANT, tenant_transaction
from transactional.problem_documents import responses
from transactional.problems import InvalidRequest
from transactional.request_types import Day, Reference
from transactional.sessions.asking import Auditing, Operating
from transactional.sessions.domain import RoleNeeded, SessionOver

router = APIRouter(prefix="/v1", tags=["administrative acts"])
platform_router = APIRouter(prefix="/v1/platform", tags=["platform: administrative acts"])


class Act(BaseModel):
    """A row that was written, changed or deleted: by whom, and by column what it was and what it is."""

    act_id: UUID
    acted_at: datetime
    actor: str = Field(
        description="The login, `key: …` and `platform key: …` with a key's label, or `database: …` for whoever wrote there.",
        examples=["li.na"],
    )
    actor_role: str | None = Field(
        description="Of a person: the role in which they did it. Programs have none.",
        examples=["enterprise_admin"],
    )
    act: Literal["insert", "update", "delete"]
    subject: str = Field(description="What kind of row.", examples=["offer"])
    subject_key: dict[str, Any] = Field(description="Which row.", examples=[{"day": "2026-10-10"}])
    subject_name: str | None = Field(
        description="What the row is called now, such as the item of an offer; null if it has no name, or is gone.",
        examples=["明前龙井"],
    )
    changed: dict[str, Any] = Field(
        description="`[before, after]` by column, null where there was or is no row; secrets are left out.",
        examples=[{"price_points": [100, 90]}],
    )


class ActPage(BaseModel):
    """A page of acts, the newest first; ask for the next one with `before=next_before`."""

    acts: list[Act]
    next_before: UUID | None


Subject = Annotated[Reference | None, Query(description="The kind of row, such as `offer` or `login`.")]
Actor = Annotated[Reference | None, Query(description="Who did it, as an act names it.")]
FirstDay = Annotated[Day | None, Query(description="From this business day on.")]
LastDay = Annotated[Day | None, Query(description="Until this business day, that day included.")]
Limit = Annotated[int, Query(ge=1, le=1000)]


@router.get(
    "/administrative-acts",
    summary="List administrative acts",
    responses=responses(Unauthenticated, SessionOver, RoleNeeded, InvalidRequest),
)
async def show(
    asker: Auditing,
    request: Request,
    subject: Subject = None,
    actor: Actor = None,
    first_day: FirstDay = None,
    last_day: LastDay = None,
    before: UUID | None = None,
    limit: Limit = 100,
) -> ActPage:
    """List who changed what your shop is run by: offers, terms, switches, logins, keys, suppliers, warehouses and more."""
    return await _page(request, asker.tenant_id, subject, actor, (first_day, last_day), before, limit)


@platform_router.get(
    "/administrative-acts",
    summary="List the platform's administrative acts, or those of a tenant",
    responses=responses(PlatformKeyNeeded, SessionOver, RoleNeeded, InvalidRequest),
)
async def show_any(
    _: Operating,
    request: Request,
    tenant_id: Annotated[UUID | None, Query(description="Whose; left out: the platform's own.")] = None,
    subject: Subject = None,
    actor: Actor = None,
    first_day: FirstDay = None,
    last_day: LastDay = None,
    before: UUID | None = None,
    limit: Limit = 100,
) -> ActPage:
    """List who changed items, brands, rates, tariffs, working days and licences, or what one tenant's shop is run by."""
    return await _page(request, tenant_id or NO_TENANT, subject, actor, (first_day, last_day), before, limit)


async def _page(
    request: Request,
    tenant_id: UUID,
    subject: str | None,
    actor: str | None,
    days: tuple[date | None, date | None],
    before: UUID | None,
    limit: int,
) -> ActPage:
    first_day, last_day = days
    if first_day and last_day and last_day < first_day:
        raise InvalidRequest("last_day: it lies before first_day")
    async with tenant_transaction(request.app.state.pools.api, tenant_id) as connection:
        rows = await acts_of(
            connection,
            tenant_id=tenant_id,
            subject=subject,
            actor=actor,
            first_day=first_day,
            last_day=last_day,
            before=before,
            limit=limit + 1,
        )
    page = [Act.model_validate(row) for row in rows[:limit]]
    return ActPage(acts=page, next_before=page[-1].act_id if len(rows) > limit else None)
