"""`/v1/purchase-orders/import`: purchase orders to propose, from a file with a row per line."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from transactional.catalogue.items import items_of
from transactional.file_imports import add_grouped_import
from transactional.problems import InvalidRequest
from transactional.purchasing.documents import OrderRequest
from transactional.purchasing.domain import MAX_LINES
from transactional.purchasing.requested import propose_as_asked
from transactional.request_types import Day, Reference, Slug
from transactional.sessions.asking import decider
from transactional.suppliers.operations import supplier_of
from transactional.taking import Taking
from transactional.warehouses.operations import warehouses_of

router = APIRouter(prefix="/v1", tags=["purchase orders"])


class OrderRow(BaseModel):
    """A line of an order to propose; rows with the same reference are one order of one supplier."""

    model_config = ConfigDict(extra="forbid")

    reference: Reference = Field(title="采购单号", examples=["po-1"])
    supplier_code: Reference = Field(title="供应商编码", examples=["shanghai-tea"])
    item_code: Reference = Field(title="商品编码", examples=["tea-001"])
    quantity: Annotated[int, Field(ge=1, le=1_000_000_000)] = Field(title="数量", examples=["120"])
    warehouse_code: Slug | None = Field(None, title="仓库编码", description="By default the first one.")
    order_by: Day | None = Field(None, title="最晚下单日", examples=["2026-03-20"])


async def _take(taking: Taking, rows: Sequence[OrderRow]) -> int:
    connection, tenant_id, first = taking.connection, taking.tenant_id, rows[0]
    if len({(row.supplier_code, row.order_by) for row in rows}) > 1:
        raise InvalidRequest(
            f"reference: the rows of order {first.reference!r} name several suppliers or days; an order has one"
        )
    if len(rows) > MAX_LINES:
        raise InvalidRequest(
            f"an order has at most {MAX_LINES} rows, and {first.reference!r} has {len(rows)}"
        )
    codes = {row.warehouse_code for row in rows if row.warehouse_code is not None}
    warehouses = await warehouses_of(connection, tenant_id=tenant_id, codes=codes)
    items = await items_of(connection, codes={row.item_code for row in rows})
    # The day as it is written, for that is how a request has it.
    asked = OrderRequest.model_validate(
        first.model_dump(mode="json", include={"reference", "order_by"})
        | {
            "supplier_id": await supplier_of(connection, tenant_id=tenant_id, code=first.supplier_code),
            "lines": [
                {
                    "item_id": items[row.item_code],
                    "quantity": row.quantity,
                    "warehouse_id": row.warehouse_code and warehouses[row.warehouse_code],
                }
                for row in rows
            ],
        }
    )
    _, is_new = await propose_as_asked(
        connection, tenant_id=tenant_id, asked=asked, by=taking.answered_by(), now=taking.now
    )
    return len(rows) if is_new else 0


add_grouped_import(
    router,
    "/purchase-orders",
    OrderRow,
    _take,
    key=lambda row: row.reference,
    things="purchase orders",
    asker=decider,
)
