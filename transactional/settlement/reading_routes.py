"""`/v1/settlements` for tenants, and the same of any tenant for the platform's own people."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request

from transactional.access.domain import PlatformKeyNeeded, Unauthenticated
from transactional.database import tenant_transaction
from transactional.problem_documents import responses
from transactional.problems import InvalidRequest
from transactional.request_types import Day
from transactional.sessions.asking import Operating, ReadingBooks
from transactional.sessions.domain import RoleNeeded, SessionOver
from transactional.settlement import documents
from transactional.settlement.domain import UnknownStatement
from transactional.settlement.queries import find_statement, list_statements

router = APIRouter(prefix="/v1", tags=["settlement"])
platform_router = APIRouter(prefix="/v1/platform", tags=["platform: money"])


@dataclass(frozen=True)
class Which:
    """Which statements are asked for."""

    day: date | None
    party_kind: documents.PartyKind | None
    before: UUID | None
    limit: int


def _which(
    day: Day | None = None,
    party_kind: documents.PartyKind | None = None,
    before: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> Which:
    return Which(day, party_kind, before, limit)


Asked = Annotated[Which, Depends(_which)]


@router.get(
    "/settlements",
    summary="List statements",
    responses=responses(Unauthenticated, SessionOver, RoleNeeded, InvalidRequest),
)
async def show_all(asker: ReadingBooks, request: Request, which: Asked) -> documents.StatementPage:
    """List what you owe suppliers and other tenants for days that are over, those stated last first."""
    return await _page(request, asker.tenant_id, which)


@router.get(
    "/settlements/{statement_id}",
    summary="Show a statement",
    responses=responses(Unauthenticated, SessionOver, RoleNeeded, UnknownStatement, InvalidRequest),
)
async def show(statement_id: UUID, asker: ReadingBooks, request: Request) -> documents.StatementInFull:
    """Show a statement with its lines."""
    return await _in_full(request, asker.tenant_id, statement_id)


@platform_router.get(
    "/tenants/{tenant_id}/settlements",
    summary="List a tenant's statements",
    responses=responses(PlatformKeyNeeded, SessionOver, RoleNeeded, InvalidRequest),
)
async def show_all_of_tenant(
    tenant_id: UUID, _: Operating, request: Request, which: Asked
) -> documents.StatementPage:
    """List what a tenant owes suppliers and other tenants for days that are over, those stated last first."""
    return await _page(request, tenant_id, which)


@platform_router.get(
    "/tenants/{tenant_id}/settlements/{statement_id}",
    summary="Show a tenant's statement",
    responses=responses(PlatformKeyNeeded, SessionOver, RoleNeeded, UnknownStatement, InvalidRequest),
)
async def show_of_tenant(
    tenant_id: UUID, statement_id: UUID, _: Operating, request: Request
) -> documents.StatementInFull:
    """Show a tenant's statement as the tenant sees it."""
    return await _in_full(request, tenant_id, statement_id)


async def _page(request: Request, tenant_id: UUID, which: Which) -> documents.StatementPage:
    async with tenant_transaction(request.app.state.pools.api, tenant_id) as connection:
        found = await list_statements(
            connection,
            tenant_id=tenant_id,
            day=which.day,
            party_kind=which.party_kind,
            before=which.before,
            limit=which.limit + 1,
        )
    page = [documents.Statement.model_validate(row) for row in found[: which.limit]]
    is_more = len(found) > which.limit
    return documents.StatementPage(statements=page, next_before=page[-1].statement_id if is_more else None)


async def _in_full(request: Request, tenant_id: UUID, statement_id: UUID) -> documents.StatementInFull:
    async with tenant_transaction(request.app.state.pools.api, tenant_id) as connection:
        found = await find_statement(connection, tenant_id=tenant_id, statement_id=statement_id)
    return documents.StatementInFull.model_validate(found)
