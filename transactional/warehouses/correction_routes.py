"""`GET /v1/stock/corrections`: what was corrected of the stock, by hand or by what the ERP stated."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel

from transactional.access.domain import Unauthenticated
from transactional.access.routes import Caller
from transactional.database import tenant_transaction
from transactional.problem_documents import responses
from transactional.problems import InvalidRequest
from transactional.warehouses.domain import CorrectionKind
from transactional.warehouses.queries import list_corrections

router = APIRouter(prefix="/v1", tags=["warehouses"])


class StockCorrection(BaseModel):
    """A correction that was booked; of the kind `erp_sync` are those by what the ERP stated."""

    correction_id: UUID
    reference: str
    warehouse_id: UUID
    item_id: UUID
    quantity: int
    kind: CorrectionKind
    reason: str
    corrected_by: str
    effective_at: datetime


class CorrectionPage(BaseModel):
    """A page of corrections, the latest first; ask for the next one with `before=next_before`."""

    corrections: list[StockCorrection]
    next_before: UUID | None


@router.get(
    "/stock/corrections", summary="List corrections", responses=responses(Unauthenticated, InvalidRequest)
)
async def show_corrections(
    tenant_id: Caller,
    request: Request,
    item_id: UUID | None = None,
    warehouse_id: UUID | None = None,
    kind: CorrectionKind | None = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 200,
    before: UUID | None = None,
) -> CorrectionPage:
    """List what was corrected, the latest first."""
    async with tenant_transaction(request.app.state.pools.api, tenant_id) as connection:
        rows = await list_corrections(
            connection,
            tenant_id=tenant_id,
            item_id=item_id,
            warehouse_id=warehouse_id,
            kind=kind,
            before=before,
            limit=limit + 1,
        )
    page = [StockCorrection.model_validate(row) for row in rows[:limit]]
    return CorrectionPage(corrections=page, next_before=page[-1].correction_id if len(rows) > limit else None)
