"""Files of items that a tenant wants in its shop, and of those it wants there no more."""

from collections.abc import Sequence
from functools import partial
from typing import Self
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, model_validator

from transactional.catalogue.items import items_of
from transactional.file_imports import add_set_import
from transactional.opt_ins.operations import Decision, opt_in, withdraw
from transactional.problems import Problem
from transactional.request_types import Reference
from transactional.sessions.asking import decider
from transactional.taking import Taking
from transactional.together import attempt

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


async def _read(taking: Taking, rows: Sequence[OptInRow]) -> list[Decision | Problem]:
    codes = {row.item_code for row in rows if row.item_code is not None}
    items = await items_of(taking.connection, codes=codes)

    def decided(row: OptInRow) -> Decision:
        return Decision(row.item_id or items[row.item_code or ""], taking.answered_by())

    return [attempt(partial(decided, row)) for row in rows]


async def _take_opt_ins(taking: Taking, decisions: Sequence[Decision]) -> list[bool | Problem]:
    return await opt_in(taking.connection, tenant_id=taking.tenant_id, decisions=decisions, now=taking.now)


async def _take_withdrawals(taking: Taking, decisions: Sequence[Decision]) -> list[bool | Problem]:
    return await withdraw(taking.connection, tenant_id=taking.tenant_id, decisions=decisions, now=taking.now)


add_set_import(router, "/opt-ins", OptInRow, _read, _take_opt_ins, things="opt-ins", asker=decider)
add_set_import(
    router,
    "/opt-in-withdrawals",
    OptInRow,
    _read,
    _take_withdrawals,
    things="withdrawals of opt-ins",
    asker=decider,
)
