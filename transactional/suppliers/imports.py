"""`/v1/suppliers/import` and `/v1/suppliers/terms/import`: whom a tenant buys from, and its price lists, from files."""

import re
from collections.abc import Sequence
from functools import partial
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from transactional.catalogue.items import items_of
from transactional.file_imports import add_import, add_set_import
from transactional.problems import Problem
from transactional.request_types import Day, Reference, Slug
from transactional.sessions.asking import decider
from transactional.suppliers.dating import Dated, add_terms
from transactional.suppliers.documents import (
    Conditions,
    Days,
    Fen,
    Percent,
    Pieces,
    PriceBreak,
    Rank,
    ShelfLife,
    SupplierRequest,
)
from transactional.suppliers.operations import add_supplier, suppliers_of
from transactional.suppliers.terms import new_terms
from transactional.taking import Taking, news
from transactional.together import attempt

router = APIRouter(prefix="/v1", tags=["suppliers"])

_BREAK = re.compile(r"(\d{1,10}):(\d{1,10})")


def _breaks(written: object) -> object:
    """Read price breaks such as `100:950;500:900`."""
    if not isinstance(written, str):
        return written
    matches = [_BREAK.fullmatch(part.strip()) for part in written.split(";")]
    if not all(matches):
        raise ValueError("write price breaks as pieces:fen, such as 100:950;500:900")
    return [PriceBreak(quantity=int(m[1]), unit_cost_fen=int(m[2])) for m in matches if m]


class SupplierRow(SupplierRequest):
    """A supplier to add, by the tenant's own code."""

    code: Slug = Field(title="供应商编码", examples=["leaf"])
    name: Reference = Field(title="供应商名称", examples=["叶茂茶业"])


class _Named(BaseModel):
    """Whose terms of what."""

    model_config = ConfigDict(extra="forbid")

    supplier_code: Slug = Field(title="供应商编码", examples=["leaf"])
    item_code: Reference = Field(title="商品编码", examples=["tea-001"])


class TermsRow(Conditions, _Named):
    """Terms of a supplier and an item from a day on; without that day a file sent again would begin others."""

    lead_time_days: Days = Field(title="通常交期(天)", examples=["7"])
    worst_lead_time_days: Days = Field(title="最长交期(天)", examples=["12"])
    unit_cost_fen: Fen = Field(title="单价(分)", examples=["1000"])
    min_order_quantity: Pieces = Field(1, title="起订量", examples=["24"])
    pack_size: Pieces = Field(1, title="每箱件数", examples=["12"])
    price_breaks: Annotated[list[PriceBreak], BeforeValidator(_breaks), Field(max_length=20)] = Field(
        [], title="阶梯价", examples=["100:950;500:900"]
    )
    shelf_life_days: ShelfLife | None = Field(None, title="保质期(天)", examples=["540"])
    over_receipt_percent: Percent = Field(0, title="允许超收(%)", examples=["5"])
    rank: Rank = Field(100, title="优先级", examples=["100"])
    valid_from: Day = Field(title="生效日期", examples=["2026-01-01"])
    valid_until: Day | None = Field(None, title="截止日期")


async def _take_supplier(taking: Taking, row: SupplierRow) -> bool:
    _, is_new = await add_supplier(
        taking.connection, tenant_id=taking.tenant_id, code=row.code, name=row.name
    )
    return is_new


async def _read_terms(taking: Taking, rows: Sequence[TermsRow]) -> list[Dated | Problem]:
    suppliers = await suppliers_of(
        taking.connection, tenant_id=taking.tenant_id, codes={row.supplier_code for row in rows}
    )
    items = await items_of(taking.connection, codes={row.item_code for row in rows})

    def dated(row: TermsRow) -> Dated:
        supplier_id, item_id = suppliers[row.supplier_code], items[row.item_code]
        return Dated(supplier_id, new_terms(row, item_id=item_id, valid_from=row.valid_from))

    return [attempt(partial(dated, row)) for row in rows]


async def _take_terms(taking: Taking, dated: Sequence[Dated]) -> list[bool | Problem]:
    return news(await add_terms(taking.connection, tenant_id=taking.tenant_id, dated=dated))


add_import(router, "/suppliers", SupplierRow, _take_supplier, things="suppliers", asker=decider)
add_set_import(
    router, "/suppliers/terms", TermsRow, _read_terms, _take_terms, things="supplier terms", asker=decider
)
