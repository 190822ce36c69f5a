"""`/v1/exchanges/positions` and `/v1/exchanges/statements`: what tenants owe each other."""

from typing import Annotated

from fastapi import APIRouter, Query, Request

from transactional.access.domain import Unauthenticated
from transactional.access.routes import Caller
from transactional.database import tenant_transaction
from transactional.exchange import documents, queries
from transactional.problem_documents import responses
from transactional.problems import InvalidRequest
from transactional.request_types import Day

router = APIRouter(prefix="/v1/exchanges", tags=["exchanges"])


@router.get("/positions", summary="Show positions", responses=responses(Unauthenticated, InvalidRequest))
async def show_positions(
    tenant_id: Caller,
    request: Request,
    since: Annotated[Day | None, Query(description="The first business day.")] = None,
    until: Annotated[Day | None, Query(description="The last business day.")] = None,
) -> documents.Positions:
    """Show what stands between the tenant and each partner, today's so far included."""
    async with tenant_transaction(request.app.state.pools.api, tenant_id) as connection:
        rows = await queries.positions(connection, tenant_id=tenant_id, since=since, until=until)
    return documents.Positions.model_validate({"positions": rows})


@router.get(
    "/statements", summary="Show a day's statements", responses=responses(Unauthenticated, InvalidRequest)
)
async def show_statements(
    day: Annotated[Day, Query(description="A business day (Asia/Shanghai) that has ended.")],
    tenant_id: Caller,
    request: Request,
) -> documents.Statements:
    """Show the statements of a day with their lines. They are made on the day after and never change."""
    async with tenant_transaction(request.app.state.pools.api, tenant_id) as connection:
        rows = await queries.statements_of(connection, tenant_id=tenant_id, day=day)
    return documents.Statements.model_validate({"statements": rows})
