"""`/v1/flash-sales/import`: flash sales from a file, of items by their codes."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict, Field

from transactional.catalogue.items import item_of
from transactional.database import tenant_transaction
from transactional.features.domain import FeatureOff
from transactional.features.operations import require_feature
from transactional.file_imports import Taking, add_import
from transactional.flash_sales.operations import open_sale
from transactional.flash_sales.requests import Allotted, MemberLimit, NewFlashSale, Price
from transactional.identifiers import uuid7
from transactional.request_types import Moment, Reference
from transactional.sessions.asking import Asker, decider

router = APIRouter(prefix="/v1", tags=["flash sales"])


class FlashSaleRow(BaseModel):
    """A sale to open, by the tenant's own name of it."""

    model_config = ConfigDict(extra="forbid")

    reference: Reference = Field(title="秒杀编号", examples=["double-11-tea"])
    item_code: Reference = Field(title="商品编码", examples=["tea-gift-box"])
    price_points: Price = Field(title="秒杀积分", examples=["880"])
    starts_at: Moment | None = Field(None, title="开始时间", examples=["2026-11-11T00:00:00+08:00"])
    ends_at: Moment = Field(title="结束时间", examples=["2026-11-12T00:00:00+08:00"])
    allotted: Allotted = Field(title="件数", examples=["200"])
    member_limit: MemberLimit = Field(1, title="每人限购", examples=["1"])


async def _opener(asker: Annotated[Asker, Depends(decider)], request: Request) -> Asker:
    async with tenant_transaction(request.app.state.pools.api, asker.tenant_id) as connection:
        await require_feature(connection, tenant_id=asker.tenant_id, feature="flash_sales")
    return asker


async def _take(taking: Taking, row: FlashSaleRow) -> bool:
    item_id = await item_of(taking.connection, code=row.item_code)
    # Everything of it was validated in the row; a moment is so only as it is written.
    asked = NewFlashSale.model_construct(item_id=item_id, **row.model_dump(exclude={"item_code"}))
    _, is_new = await open_sale(
        taking.connection,
        tenant_id=taking.tenant_id,
        sale_id=uuid7(taking.now),
        new=asked.sale(taking.now),
        request_hash=asked.hash(),
        now=taking.now,
    )
    return is_new


add_import(
    router, "/flash-sales", FlashSaleRow, _take, things="flash sales", asker=_opener, refusals=(FeatureOff,)
)
