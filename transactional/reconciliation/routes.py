"""`/v1/reconciliations` for tenants, and the import of providers' files for operators."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import AfterValidator, BaseModel, BeforeValidator, Field

from transactional.access.domain import PlatformKeyNeeded, Unauthenticated
from transactional.access.routes import OPERATORS_ONLY, Caller, DryRun
from transactional.csv_rows import csv_body, rows_of
from transactional.database import Connection, tenant_transaction
from transactional.fees.refusals import UnknownTenant
from transactional.payments.yuan import to_fen
from transactional.problem_documents import responses
from transactional.problems import InvalidRequest, RequestTooLarge
from transactional.reconciliation.domain import Order, UnknownReconciliation, Verdict
from transactional.reconciliation.operations import reconcile
from transactional.request_types import Day, Reference
from transactional.row_report import RowsRefused
from transactional.templates import add_template

router = APIRouter(prefix="/v1", tags=["reconciliation"])
platform_router = APIRouter(prefix="/v1/platform", tags=["platform: money"], dependencies=[OPERATORS_ONLY])

Provider = Literal["wechat", "alipay"]
_COUNTS = """
select reconciliation_id, provider, day, matched, missing_here, missing_there, different_amount, file_fen, our_fen,
    imported_by, imported_at
from mall.reconciliation
where tenant_id = $1
"""


def _yuan(text: str) -> str:
    to_fen(text)
    return text


def _bare(text: str) -> str:
    """Take off what WeChat Pay writes before each field to keep spreadsheets from reading numbers."""
    return text.removeprefix("`")


_Bare = BeforeValidator(_bare)


class FileLine(BaseModel):
    """A line of a provider's file; WeChat Pay writes a backtick before each field, which may stay."""

    kind: Annotated[Literal["payment", "refund"], _Bare] = Field(title="类型", examples=["payment"])
    order_number: Annotated[str, _Bare, Field(min_length=1, max_length=64)] = Field(
        title="商户订单号", examples=["5f3c7a0e9b2d4c61"]
    )
    amount_yuan: Annotated[str, _Bare, AfterValidator(_yuan)] = Field(title="金额（元）", examples=["12.50"])


class Reconciliation(BaseModel):
    """How many lines of a file the mall has alike, not at all or otherwise, and what the file does not have."""

    reconciliation_id: UUID
    provider: Provider
    day: date
    matched: int
    missing_here: int
    missing_there: int
    different_amount: int
    file_fen: int = Field(description="Payments less refunds, as the provider has them.")
    our_fen: int
    imported_by: str
    imported_at: datetime


class ReconciliationPage(BaseModel):
    """A page of reconciliations, the newest first; ask for the next one with `before=next_before`."""

    reconciliations: list[Reconciliation]
    next_before: UUID | None


class ComparedLine(BaseModel):
    """A line as the file has it and as the mall has it; null where one of them does not."""

    line_no: int
    kind: Literal["payment", "refund"]
    order_number: str
    verdict: Verdict
    file_fen: int | None
    our_fen: int | None


class ReconciliationInFull(Reconciliation):
    """A reconciliation with its lines, or those of one verdict."""

    lines: list[ComparedLine]


@router.get(
    "/reconciliations", summary="List reconciliations", responses=responses(Unauthenticated, InvalidRequest)
)
async def show_all(
    tenant_id: Caller,
    request: Request,
    day: Day | None = None,
    before: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> ReconciliationPage:
    """List the providers' files that were compared with your payments, the newest first."""
    async with tenant_transaction(request.app.state.pools.api, tenant_id) as connection:
        rows = await connection.fetch(
            f"{_COUNTS} and ($2::date is null or day = $2) and ($3::uuid is null or reconciliation_id < $3) "
            "order by reconciliation_id desc limit $4",
            tenant_id,
            day,
            before,
            limit + 1,
        )
    page = [Reconciliation.model_validate(dict(row)) for row in rows[:limit]]
    return ReconciliationPage(
        reconciliations=page, next_before=page[-1].reconciliation_id if len(rows) > limit else None
    )


@router.get(
    "/reconciliations/{reconciliation_id}",
    summary="Show a reconciliation",
    responses=responses(Unauthenticated, UnknownReconciliation, InvalidRequest),
)
async def show(
    reconciliation_id: UUID, tenant_id: Caller, request: Request, verdict: Verdict | None = None
) -> ReconciliationInFull:
    """Show what the lines of a file came to, or those of one verdict."""
    async with tenant_transaction(request.app.state.pools.api, tenant_id) as connection:
        return await _shown(connection, tenant_id, reconciliation_id, verdict)


@platform_router.post(
    "/tenants/{tenant_id}/reconciliations/import",
    status_code=201,
    summary="Compare a provider's file",
    responses={
        200: {"model": ReconciliationInFull, "description": "The file was imported before"},
        **responses(PlatformKeyNeeded, UnknownTenant, InvalidRequest, RowsRefused, RequestTooLarge),
    },
    openapi_extra=csv_body(FileLine),
)
async def import_file(
    tenant_id: UUID,
    request: Request,
    response: Response,
    provider: Annotated[Provider, Query()],
    day: Annotated[Day, Query(description="The business day the file is of.")],
    imported_by: Annotated[Reference, Query()],
    dry_run: DryRun = False,
) -> ReconciliationInFull:
    """Compare a provider's file of a day with the mall's payments and refunds, line by line, all or nothing."""
    rows = await rows_of(request, FileLine)
    lines = [(Order(row.kind, row.order_number), to_fen(row.amount_yuan)) for row in rows]
    async with tenant_transaction(request.app.state.pools.api, tenant_id, dry_run=dry_run) as connection:
        reconciliation_id, is_new = await reconcile(
            connection,
            tenant_id=tenant_id,
            provider=provider,
            day=day,
            lines=lines,
            by=imported_by,
            now=request.app.state.clock(),
        )
        shown = await _shown(connection, tenant_id, reconciliation_id, None)
    if not is_new:
        response.status_code = 200
    return shown


add_template(
    platform_router, "/reconciliations", FileLine, things="a provider's lines", refusals=(PlatformKeyNeeded,)
)


async def _shown(
    connection: Connection, tenant_id: UUID, reconciliation_id: UUID, verdict: str | None
) -> ReconciliationInFull:
    row = await connection.fetchrow(f"{_COUNTS} and reconciliation_id = $2", tenant_id, reconciliation_id)
    if row is None:
        raise UnknownReconciliation(reconciliation_id)
    lines: list[Any] = await connection.fetch(
        "select line_no, kind, order_number, verdict, file_fen, our_fen from mall.reconciliation_line "
        "where tenant_id = $1 and reconciliation_id = $2 and ($3::text is null or verdict = $3) order by line_no",
        tenant_id,
        reconciliation_id,
        verdict,
    )
    return ReconciliationInFull.model_validate(dict(row) | {"lines": [dict(line) for line in lines]})
