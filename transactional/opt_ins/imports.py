"""Files of items that a tenant wants in its shop, and of those it wants there no more."""

from typing import Self
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, model_validator

from transactional.catalogue.items import item_of
from transactional.file_imports import Taking, add_import
from transactional.opt_ins.operations import is_opted_in, opt_in, withdraw
from transactional.request_types import Reference
from transactional.sessions.asking import decider

router = APIRouter(prefix="/v1", tags=["opt-ins"])


class OptInRow(BaseModel):
    """An item to opt in to, or to take out of the shop, which is named by its id or its code."""

    model_config = ConfigDict(extra="forbid")

    item_id: UUID | None = Field(None, title="商品ID")
    item_code: Reference | None = Field(None, title="商品编码", examples=["tea-001"])

    @model_validator(mode="after")
    def _names_it_once(self) -> Self:
        if (self.item_id is None) == (self.item_code is None):
            raise ValueError("name the item by item_id or by item_code")
        return self

    async def item(self, taking: Taking) -> UUID:
        """Return the item's id."""
        return self.item_id or await item_of(taking.connection, code=self.item_code or "")


async def _take_opt_in(taking: Taking, row: OptInRow) -> bool:
    return await opt_in(
        taking.connection,
        tenant_id=taking.tenant_id,
        item_id=await row.item(taking),
        by=taking.answered_by(),
        now=taking.now,
    )


async def _take_withdrawal(taking: Taking, row: OptInRow) -> bool:
    item_id = await row.item(taking)
    is_there = await is_opted_in(taking.connection, tenant_id=taking.tenant_id, item_id=item_id)
    await withdraw(
        taking.connection,
        tenant_id=taking.tenant_id,
        item_id=item_id,
        by=taking.answered_by(),
        now=taking.now,
    )
    return is_there


add_import(router, "/opt-ins", OptInRow, _take_opt_in, things="opt-ins", asker=decider)
add_import(
    router, "/opt-in-withdrawals", OptInRow, _take_withdrawal, things="withdrawals of opt-ins", asker=decider
)
