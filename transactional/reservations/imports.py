"""`/v1/reservations/import`: pieces to set aside, from a file, of items by their codes."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from transactional.catalogue.items import item_of
from transactional.file_imports import add_import
from transactional.request_types import Moment, Reference
from transactional.reservations.domain import Purpose
from transactional.reservations.routes import ReservationRequest, reserve_as_asked
from transactional.sessions.asking import decider
from transactional.taking import Taking

router = APIRouter(prefix="/v1", tags=["reservations"])


class ReservationRow(BaseModel):
    """Pieces to set aside, by the tenant's own name of it."""

    model_config = ConfigDict(extra="forbid")

    reference: Reference = Field(title="预留编号", examples=["double-11-tea"])
    item_code: Reference = Field(title="商品编码", examples=["tea-001"])
    purpose: Purpose = Field(title="用途", examples=["flash_sale"])
    quantity: Annotated[int, Field(ge=1, le=1_000_000_000)] = Field(title="件数", examples=["200"])
    expires_at: Moment = Field(title="到期时间", examples=["2026-11-12T00:00:00+08:00"])


async def _take(taking: Taking, row: ReservationRow) -> bool:
    # The moment as it is written, for that is how a request has it.
    asked = ReservationRequest.model_validate(
        row.model_dump(mode="json", exclude={"item_code"})
        | {"item_id": await item_of(taking.connection, code=row.item_code)}
    )
    _, is_new = await reserve_as_asked(
        taking.connection, tenant_id=taking.tenant_id, asked=asked, by=taking.answered_by(), now=taking.now
    )
    return is_new


add_import(router, "/reservations", ReservationRow, _take, things="reservations", asker=decider)
