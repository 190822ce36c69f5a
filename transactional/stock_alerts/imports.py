"""`/v1/stock/thresholds/import`: below how many pieces alerts open, from a file."""

from collections.abc import Sequence
from functools import partial
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from transactional.catalogue.items import items_of
from transactional.file_imports import add_set_import
from transactional.problems import Problem
from transactional.request_types import Reference, Slug
from transactional.sessions.asking import decider
from transactional.stock_alerts.operations import NewThreshold, set_thresholds
from transactional.taking import Taking
from transactional.together import attempt
from transactional.warehouses.operations import warehouses_of

router = APIRouter(prefix="/v1", tags=["stock alerts"])


class ThresholdRow(BaseModel):
    """The threshold of an item in a warehouse, or without one of what can be sold of it; 0 removes it."""

    model_config = ConfigDict(extra="forbid")

    item_code: Reference = Field(title="商品编码", examples=["tea-001"])
    warehouse_code: Slug | None = Field(None, title="仓库编码", examples=["main"])
    quantity: Annotated[int, Field(ge=0, le=1_000_000_000)] = Field(title="预警数量", examples=["20"])


async def _read(taking: Taking, rows: Sequence[ThresholdRow]) -> list[NewThreshold | Problem]:
    items = await items_of(taking.connection, codes={row.item_code for row in rows})
    codes = {row.warehouse_code for row in rows if row.warehouse_code is not None}
    warehouses = await warehouses_of(taking.connection, tenant_id=taking.tenant_id, codes=codes)

    def threshold(row: ThresholdRow) -> NewThreshold:
        code = row.warehouse_code
        return NewThreshold(items[row.item_code], None if code is None else warehouses[code], row.quantity)

    return [attempt(partial(threshold, row)) for row in rows]


async def _take(taking: Taking, thresholds: Sequence[NewThreshold]) -> list[bool | Problem]:
    return await set_thresholds(
        taking.connection, tenant_id=taking.tenant_id, thresholds=thresholds, now=taking.now
    )


add_set_import(
    router, "/stock/thresholds", ThresholdRow, _read, _take, things="stock thresholds", asker=decider
)
