"""`/v1/stock/thresholds/import`: below how many pieces alerts open, from a file."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from transactional.catalogue.items import item_of
from transactional.file_imports import Taking, add_import
from transactional.request_types import Reference, Slug
from transactional.sessions.asking import decider
from transactional.stock_alerts.operations import set_threshold
from transactional.warehouses.operations import warehouse_of

router = APIRouter(prefix="/v1", tags=["stock alerts"])


class ThresholdRow(BaseModel):
    """The threshold of an item in a warehouse, or without one of what can be sold of it; 0 removes it."""

    model_config = ConfigDict(extra="forbid")

    item_code: Reference = Field(title="商品编码", examples=["tea-001"])
    warehouse_code: Slug | None = Field(None, title="仓库编码", examples=["main"])
    quantity: Annotated[int, Field(ge=0, le=1_000_000_000)] = Field(title="预警数量", examples=["20"])


async def _take(taking: Taking, row: ThresholdRow) -> bool:
    connection, tenant_id, code = taking.connection, taking.tenant_id, row.warehouse_code
    return await set_threshold(
        connection,
        tenant_id=tenant_id,
        item_id=await item_of(connection, code=row.item_code),
        warehouse_id=None if code is None else await warehouse_of(connection, tenant_id=tenant_id, code=code),
        quantity=row.quantity,
        now=taking.now,
    )


add_import(router, "/stock/thresholds", ThresholdRow, _take, things="stock thresholds", asker=decider)
