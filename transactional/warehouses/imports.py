"""Files of warehouses, of what a count found in them, and of what is carried from one to another."""

from collections.abc import Sequence
from functools import partial
from typing import Annotated, Self

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, model_validator

from transactional.catalogue.items import items_of
from transactional.file_imports import add_import, add_set_import
from transactional.problems import Problem
from transactional.request_hash import request_hash
from transactional.request_types import Reason, Reference, Slug
from transactional.sessions.asking import decider
from transactional.taking import Taking, news
from transactional.together import attempt
from transactional.warehouses.booking import Correction
from transactional.warehouses.correcting import correct
from transactional.warehouses.domain import MAX_PIECES, KindByHand, NewWarehouse, is_of_kind
from transactional.warehouses.operations import add_warehouse, warehouses_of
from transactional.warehouses.relocating import Relocation, relocate
from transactional.warehouses.routes import Capacity, Rank, Region, WarehouseRequest
from transactional.warehouses.stock_routes import CorrectionRequest, RelocationRequest, correction_of

router = APIRouter(prefix="/v1", tags=["warehouses"])


class WarehouseRow(WarehouseRequest):
    """A warehouse to add, by the tenant's own code."""

    code: Slug = Field(title="仓库编码", examples=["main"])
    name: Reference = Field(title="仓库名称", examples=["总仓"])
    region: Region = Field(title="区域", examples=["华东"])
    capacity_units: Capacity | None = Field(None, title="库容(仓储单位)", examples=["50000"])
    rank: Rank = Field(100, title="优先级", examples=["100"])


class CorrectionRow(BaseModel):
    """A difference that was counted; its reference is the tenant's own name of it."""

    model_config = ConfigDict(extra="forbid")

    reference: Reference = Field(title="单号", examples=["PD-20260301-1"])
    warehouse_code: Slug = Field(title="仓库编码", examples=["main"])
    item_code: Reference = Field(title="商品编码", examples=["tea-001"])
    quantity: Annotated[int, Field(ge=-MAX_PIECES, le=MAX_PIECES)] = Field(title="差异数量", examples=["-3"])
    kind: KindByHand = Field("count", title="类型", examples=["count"])
    reason: Reason = Field(title="原因", examples=["月度盘点"])

    @model_validator(mode="after")
    def _is_of_its_kind(self) -> Self:
        if not is_of_kind(self.kind, self.quantity):
            raise ValueError(
                "quantity: damage and loss take pieces away, what was found or given back adds some, and no count is 0"
            )
        return self


class RelocationRow(BaseModel):
    """Pieces to be carried; its reference is the tenant's own name of it."""

    model_config = ConfigDict(extra="forbid")

    reference: Reference = Field(title="单号", examples=["DB-20260301-1"])
    item_code: Reference = Field(title="商品编码", examples=["tea-001"])
    from_warehouse: Slug = Field(title="调出仓库", examples=["main"])
    to_warehouse: Slug = Field(title="调入仓库", examples=["north"])
    quantity: Annotated[int, Field(ge=1, le=MAX_PIECES)] = Field(title="数量", examples=["40"])

    @model_validator(mode="after")
    def _goes_elsewhere(self) -> Self:
        if self.from_warehouse == self.to_warehouse:
            raise ValueError("to_warehouse: the pieces lie there already; name another warehouse")
        return self


async def _take_warehouse(taking: Taking, row: WarehouseRow) -> bool:
    _, is_new = await add_warehouse(
        taking.connection, tenant_id=taking.tenant_id, new=NewWarehouse(**row.model_dump())
    )
    return is_new


async def _read_corrections(taking: Taking, rows: Sequence[CorrectionRow]) -> list[Correction | Problem]:
    items = await items_of(taking.connection, codes={row.item_code for row in rows})
    warehouses = await warehouses_of(
        taking.connection, tenant_id=taking.tenant_id, codes={row.warehouse_code for row in rows}
    )

    def asked_by(row: CorrectionRow) -> Correction:
        asked = CorrectionRequest(
            reference=row.reference,
            warehouse_id=warehouses[row.warehouse_code],
            item_id=items[row.item_code],
            quantity=row.quantity,
            kind=row.kind,
            reason=row.reason,
        )
        return correction_of(asked, by=taking.answered_by())

    return [attempt(partial(asked_by, row)) for row in rows]


async def _take_corrections(taking: Taking, corrections: Sequence[Correction]) -> list[bool | Problem]:
    done = await correct(
        taking.connection, tenant_id=taking.tenant_id, corrections=corrections, now=taking.now
    )
    return news(done)


async def _read_relocations(taking: Taking, rows: Sequence[RelocationRow]) -> list[Relocation | Problem]:
    items = await items_of(taking.connection, codes={row.item_code for row in rows})
    warehouses = await warehouses_of(
        taking.connection,
        tenant_id=taking.tenant_id,
        codes={code for row in rows for code in (row.from_warehouse, row.to_warehouse)},
    )

    def asked_by(row: RelocationRow) -> Relocation:
        asked = RelocationRequest(
            reference=row.reference,
            item_id=items[row.item_code],
            from_warehouse_id=warehouses[row.from_warehouse],
            to_warehouse_id=warehouses[row.to_warehouse],
            quantity=row.quantity,
        )
        return Relocation(**dict(asked), request_hash=request_hash(asked))

    return [attempt(partial(asked_by, row)) for row in rows]


async def _take_relocations(taking: Taking, relocations: Sequence[Relocation]) -> list[bool | Problem]:
    done = await relocate(
        taking.connection, tenant_id=taking.tenant_id, relocations=relocations, now=taking.now
    )
    return news(done)


add_import(router, "/warehouses", WarehouseRow, _take_warehouse, things="warehouses", asker=decider)
add_set_import(
    router,
    "/stock/corrections",
    CorrectionRow,
    _read_corrections,
    _take_corrections,
    things="stock corrections",
    asker=decider,
)
add_set_import(
    router,
    "/stock/relocations",
    RelocationRow,
    _read_relocations,
    _take_relocations,
    things="stock relocations",
    asker=decider,
)
