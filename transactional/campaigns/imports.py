"""`/v1/campaigns/import`: drafts of campaigns from a file, of items and flash sales by the names people know them by."""

import re
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from transactional.campaigns.domain import Audience, Kind
from transactional.campaigns.drafting import draft_campaign
from transactional.campaigns.requests import (
    MAX_DAYS,
    MAX_ITEMS,
    Budget,
    CampaignRequest,
    DiscountedItem,
    Factor,
    Multiplier,
    Name,
    Points,
)
from transactional.catalogue.items import item_of
from transactional.file_imports import add_import
from transactional.flash_sales.queries import sale_of
from transactional.identifiers import uuid7
from transactional.problems import InvalidRequest
from transactional.request_hash import request_hash
from transactional.request_types import Code, Day, Moment, Reference
from transactional.sessions.asking import decider
from transactional.taking import Taking

router = APIRouter(prefix="/v1", tags=["campaigns"])

# A keyboard set to Chinese types the wide one.
_BETWEEN = re.compile("[;；]")


class PricedItem(BaseModel):
    """An item of a list such as `tea=80;pot`, at a price of its own or by the campaign's discount."""

    item_code: Reference
    price_points: Points | None = None


def _parts(told: Any) -> Any:
    return [part.strip() for part in _BETWEEN.split(told)] if isinstance(told, str) else told


def _priced(told: Any) -> Any:
    found = []
    for part in _parts(told):
        code, _, price = part.partition("=")
        found.append({"item_code": code.strip()} | ({"price_points": price.strip()} if price else {}))
    return found


Codes = Annotated[list[Code], Field(max_length=50), BeforeValidator(_parts)]
References = Annotated[list[Reference], Field(max_length=50), BeforeValidator(_parts)]
Days = Annotated[list[Day], Field(max_length=MAX_DAYS), BeforeValidator(_parts)]
PricedItems = Annotated[list[PricedItem], Field(max_length=MAX_ITEMS), BeforeValidator(_priced)]


class CampaignRow(BaseModel):
    """A campaign to draft, by the tenant's own name of it; several things in one field stand between semicolons."""

    model_config = ConfigDict(extra="forbid")

    reference: Reference = Field(title="活动编号", examples=["double-11"])
    kind: Kind = Field(title="类型", examples=["festival"])
    name_zh: Name = Field(title="中文名称", examples=["双十一"])
    name_en: Name = Field(title="英文名称", examples=["Double Eleven"])
    starts_at: Moment = Field(title="开始时间", examples=["2026-11-11T00:00:00+08:00"])
    ends_at: Moment = Field(title="结束时间", examples=["2026-11-12T00:00:00+08:00"])
    audience: Audience = Field("everybody", title="适用范围", examples=["everybody"])
    scheme: Code | None = Field(None, title="分群方案")
    groups: Codes = Field([], title="分群或等级")
    earn_numerator: Factor | None = Field(None, title="积分倍数", examples=["2"])
    earn_denominator: Factor | None = Field(None, title="积分倍数的分母")
    member_days: Days = Field([], title="会员日")
    discount_bp: Annotated[int, Field(ge=1, le=9999)] | None = Field(None, title="降价（万分之）")
    items: PricedItems = Field([], title="商品编码=活动积分")
    categories: References = Field([], title="类目")
    sales: References = Field([], title="秒杀编号")
    budget_points: Budget | None = Field(None, title="预算积分", examples=["500000"])
    member_limit_points: Budget | None = Field(None, title="每人上限积分")


async def _take(taking: Taking, row: CampaignRow) -> bool:
    asked = await _asked(taking, row)
    _, is_new = await draft_campaign(
        taking.connection,
        tenant_id=taking.tenant_id,
        campaign_id=uuid7(taking.now),
        new=asked.campaign(taking.answered_by()),
        request_hash=request_hash(asked, without={"created_by"}),
        now=taking.now,
    )
    return is_new


async def _asked(taking: Taking, row: CampaignRow) -> CampaignRequest:
    """Return what the route for one campaign would be sent."""
    if row.earn_numerator is None and row.earn_denominator is not None:
        raise InvalidRequest("earn_numerator: tell by what earned points are multiplied")
    connection, tenant_id = taking.connection, taking.tenant_id
    # Everything of it was validated in the row; a moment is so only as it is written.
    return CampaignRequest.model_construct(
        earning=None
        if row.earn_numerator is None
        else Multiplier(numerator=row.earn_numerator, denominator=row.earn_denominator or 1),
        items=[
            DiscountedItem(
                item_id=await item_of(connection, code=one.item_code), price_points=one.price_points
            )
            for one in row.items
        ],
        sale_ids=[await sale_of(connection, tenant_id=tenant_id, reference=one) for one in row.sales],
        **{name: getattr(row, name) for name in _SHARED},
    )


_SHARED = CampaignRow.model_fields.keys() & CampaignRequest.model_fields.keys() - {"items"}

add_import(router, "/campaigns", CampaignRow, _take, things="campaigns", asker=decider)
