"""`/v1/top-up-products/import`: who tops up which items, from a file."""

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from transactional.catalogue.items import item_of
from transactional.file_imports import add_import
from transactional.request_types import Reference
from transactional.sessions.asking import decider
from transactional.taking import Taking
from transactional.top_ups.domain import ProviderName
from transactional.top_ups.operations import set_product
from transactional.top_ups.routes import ProductCode

router = APIRouter(prefix="/v1", tags=["top-ups"])


class ProductRow(BaseModel):
    """Who tops up an item, under which code of its own."""

    model_config = ConfigDict(extra="forbid")

    item_code: Reference = Field(title="商品编码", examples=["mobile-50"])
    provider: ProviderName = Field(title="充值渠道", examples=["sandbox"])
    product_code: ProductCode = Field(title="渠道商品编码", examples=["MOBILE50"])


async def _take(taking: Taking, row: ProductRow) -> bool:
    return await set_product(
        taking.connection,
        tenant_id=taking.tenant_id,
        item_id=await item_of(taking.connection, code=row.item_code),
        provider=row.provider,
        product_code=row.product_code,
        by=taking.answered_by(),
        now=taking.now,
    )


add_import(router, "/top-up-products", ProductRow, _take, things="products to top up", asker=decider)
