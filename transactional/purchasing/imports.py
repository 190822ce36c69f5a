"""`/v1/purchase-receipts/import`: what was delivered of one or more purchase orders, from a file."""

from collections.abc import Sequence
from typing import Annotated, Self

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, model_validator

from transactional.catalogue.items import items_of
from transactional.file_imports import add_grouped_import
from transactional.problems import InvalidRequest
from transactional.purchasing.documents import ReceiptRequest
from transactional.purchasing.domain import MAX_LINES
from transactional.purchasing.queries import lines_by_item, order_of
from transactional.purchasing.requested import receive_as_asked
from transactional.request_types import BusinessMoment, Day, Reference
from transactional.sessions.asking import decider
from transactional.taking import Taking

router = APIRouter(prefix="/v1", tags=["purchase orders"])

_Count = Annotated[int, Field(ge=0, le=1_000_000_000)]


class ReceiptRow(BaseModel):
    """Pieces of a line that came together; rows with the same order and delivery note are one receipt."""

    model_config = ConfigDict(extra="forbid")

    order_reference: Reference = Field(title="采购单号", examples=["po-1"])
    reference: Reference = Field(title="送货单号", examples=["DN-20260301-1"])
    item_code: Reference = Field(title="商品编码", examples=["tea-001"])
    line_no: Annotated[int, Field(ge=1, le=MAX_LINES)] | None = Field(
        None, title="行号", description="Needed where the order has several lines of the item."
    )
    quantity: _Count = Field(title="完好数量", examples=["12"])
    damaged_quantity: _Count = Field(0, title="破损数量", examples=["0"])
    expires_on: Day | None = Field(None, title="到期日")
    received_at: BusinessMoment | None = Field(None, title="收货时间")

    @model_validator(mode="after")
    def _has_pieces(self) -> Self:
        if not self.quantity + self.damaged_quantity:
            raise ValueError("a batch of no pieces; count what came, good or damaged")
        return self


async def _take(taking: Taking, rows: Sequence[ReceiptRow]) -> int:
    first = rows[0]
    if len({row.received_at for row in rows}) > 1:
        raise InvalidRequest(f"received_at: the rows of delivery note {first.reference!r} name several times")
    if len(rows) > MAX_LINES:
        raise InvalidRequest(
            f"a delivery note has at most {MAX_LINES} rows, and {first.reference!r} has {len(rows)}"
        )
    order_id = await order_of(taking.connection, tenant_id=taking.tenant_id, reference=first.order_reference)
    items = await items_of(taking.connection, codes={row.item_code for row in rows})
    lines = await lines_by_item(taking.connection, tenant_id=taking.tenant_id, order_id=order_id)
    # Days and moments as they are written, for that is how a request has them.
    counted = {"quantity", "damaged_quantity", "expires_on"}
    asked = ReceiptRequest.model_validate(
        first.model_dump(mode="json", include={"reference", "received_at"})
        | {
            "batches": [
                row.model_dump(mode="json", include=counted)
                | {"line_no": _line_no(row, lines.get(items[row.item_code], []))}
                for row in rows
            ],
        }
    )
    is_new = await receive_as_asked(
        taking.connection,
        tenant_id=taking.tenant_id,
        order_id=order_id,
        asked=asked,
        by=taking.answered_by(),
        now=taking.now,
    )
    return len(rows) if is_new else 0


def _line_no(row: ReceiptRow, lines: Sequence[int]) -> int:
    """Return the line that a row is of, among the order's lines of its item.

    Raises:
        InvalidRequest: the order has no such line of the item, or several and the row does not say which.
    """
    if row.line_no is not None and row.line_no in lines:
        return row.line_no
    if row.line_no is None and len(lines) == 1:
        return lines[0]
    there = f"the lines {', '.join(map(str, lines))}" if lines else "no line"
    raise InvalidRequest(
        f"line_no: purchase order {row.order_reference!r} has {there} of {row.item_code!r}"
        + (", so say which" if row.line_no is None and lines else "")
    )


add_grouped_import(
    router,
    "/purchase-receipts",
    ReceiptRow,
    _take,
    key=lambda row: (row.order_reference, row.reference),
    things="purchase receipts",
    asker=decider,
)
