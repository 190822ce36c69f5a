"""`/v1/stock-levels`: the tenant's ERP states what lies where, and the books follow it."""

from typing import Annotated

from fastapi import APIRouter, Query, Request

from transactional.access.domain import Unauthenticated
from transactional.access.routes import TENANTS_ONLY, Caller, DryRun
from transactional.csv_rows import csv_body, rows_of
from transactional.database import tenant_transaction
from transactional.problem_documents import responses
from transactional.problems import InvalidRequest, RequestTooLarge
from transactional.request_types import Moment, Reference, require_past
from transactional.row_report import RowsRefused
from transactional.stock_levels.documents import LevelRow, LevelsRequest, LevelsStated
from transactional.stock_levels.operations import state_levels
from transactional.templates import add_template

router = APIRouter(prefix="/v1", tags=["stock levels"])


@router.put(
    "/stock-levels",
    summary="State what lies where",
    responses=responses(Unauthenticated, InvalidRequest, RowsRefused, RequestTooLarge),
)
async def put_levels(
    body: LevelsRequest, tenant_id: Caller, request: Request, dry_run: DryRun = False
) -> LevelsStated:
    """State the pieces of items in warehouses as of a moment; each statement is followed or refused by itself."""
    now = request.app.state.clock()
    require_past("as_of", body.as_of, now)
    async with tenant_transaction(request.app.state.pools.api, tenant_id, dry_run=dry_run) as connection:
        outcomes = await state_levels(
            connection,
            tenant_id=tenant_id,
            statements=[row.statement() for row in body.levels],
            as_of=body.as_of,
            by=body.stated_by,
            now=now,
        )
    return LevelsStated.of(body.as_of, body.levels, outcomes)


@router.post(
    "/stock-levels/import",
    summary="State what lies where by a CSV or Excel file",
    responses=responses(Unauthenticated, InvalidRequest, RowsRefused, RequestTooLarge),
    openapi_extra=csv_body(LevelRow),
)
async def import_levels(
    tenant_id: Caller,
    request: Request,
    as_of: Annotated[Moment, Query()],
    stated_by: Annotated[Reference, Query()],
    dry_run: DryRun = False,
) -> LevelsStated:
    """Follow every row of a file, or none of them if one is refused."""
    now = request.app.state.clock()
    require_past("as_of", as_of, now)
    rows = await rows_of(request, LevelRow)
    async with tenant_transaction(request.app.state.pools.api, tenant_id, dry_run=dry_run) as connection:
        outcomes = await state_levels(
            connection,
            tenant_id=tenant_id,
            statements=[row.statement() for row in rows],
            as_of=as_of,
            by=stated_by,
            now=now,
        )
        refused = [
            {"row": number, "column": None, "problem": outcome.problem.detail}
            for number, outcome in enumerate(outcomes, start=1)
            if outcome.problem is not None
        ]
        if refused:
            raise RowsRefused(refused)
    return LevelsStated.of(as_of, rows, outcomes)


add_template(
    router,
    "/stock-levels",
    LevelRow,
    things="stock levels",
    asked_by=[TENANTS_ONLY],
    refusals=(Unauthenticated,),
)
