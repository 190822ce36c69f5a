"""`/v1/flash-sales/import`: flash sales from a file, of items and reservations by the names people know them by."""

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from transactional.features.domain import FeatureOff
from transactional.file_imports import add_import
from transactional.flash_sales.opening import open_as_asked
from transactional.flash_sales.requests import Allotted, MemberLimit, NewFlashSale, Price
from transactional.flash_sales.routes import opener
from transactional.request_types import Moment, Reference
from transactional.taking import Taking

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
    reservation: Reference | None = Field(None, title="预留编号")


async def _take(taking: Taking, row: FlashSaleRow) -> bool:
    # Everything of it was validated in the row; a moment is so only as it is written.
    asked = NewFlashSale.model_construct(**row.model_dump())
    _, is_new = await open_as_asked(
        taking.connection, tenant_id=taking.tenant_id, asked=asked, now=taking.now
    )
    return is_new


add_import(
    router,
    "/flash-sales",
    FlashSaleRow,
    _take,
    things="flash sales",
    asker=opener,
    refusals=(FeatureOff,),
)
