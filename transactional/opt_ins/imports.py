"""`/v1/opt-ins/import`: items that a tenant wants in its shop, from a file."""

from typing import Self
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, model_validator

from transactional.catalogue.items import item_of
from transactional.file_imports import Taking, add_import
from transactional.opt_ins.operations import opt_in
from transactional.request_types import Reference
from transactional.sessions.asking import decider

router = APIRouter(prefix="/v1", tags=["opt-ins"])


class OptInRow(BaseModel):
    """An item to opt in to, which is named by its id or its code."""

    model_config = ConfigDict(extra="forbid")

    item_id: UUID | None = Field(None, title="商品ID")
    item_code: Reference | None = Field(None, title="商品编码", examples=["tea-001"])

    @model_validator(mode="after")
    def _names_it_once(self) -> Self:
        if (self.item_id is None) == (self.item_code is None):
            raise ValueError("name the item by item_id or by item_code")
        return self


async def _take(taking: Taking, row: OptInRow) -> bool:
    return await opt_in(
        taking.connection,
        tenant_id=taking.tenant_id,
        item_id=row.item_id or await item_of(taking.connection, code=row.item_code or ""),
        by=taking.answered_by(),
        now=taking.now,
    )


add_import(router, "/opt-ins", OptInRow, _take, things="opt-ins", asker=decider)
