"""What the routes of purchase orders take and answer."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from transactional.purchasing.domain import MAX_LINES, Origin, Status
from transactional.request_types import ActingFor, Day, Moment, Reason, Reference

_Pieces = Annotated[int, Field(strict=True, ge=1, le=1_000_000_000)]
_PiecesOrNone = Annotated[int, Field(strict=True, ge=0, le=1_000_000_000)]


class LineRequest(BaseModel):
    """Pieces of an item to order; without a warehouse they go to the default one."""

    model_config = ConfigDict(extra="forbid")

    item_id: UUID
    quantity: _Pieces = Field(description="A multiple of the supplier's pack.")
    warehouse_id: UUID | None = None


class LinesRequest(BaseModel):
    """What a proposed order is to be instead."""

    model_config = ConfigDict(extra="forbid")

    lines: Annotated[list[LineRequest], Field(min_length=1, max_length=MAX_LINES)]
    order_by: Day | None = Field(None, description="The last day to order; without it, it stays.")
    edited_by: ActingFor = None


class OrderRequest(BaseModel):
    """An order to propose. `reference` is your own name of it: sent again with the same contents it changes nothing."""

    model_config = ConfigDict(extra="forbid")

    reference: Reference
    supplier_id: UUID
    lines: Annotated[list[LineRequest], Field(min_length=1, max_length=MAX_LINES)]
    order_by: Day | None = Field(None, description="The last day to order; by default today.")
    created_by: ActingFor = None


class MoveRequest(BaseModel):
    """What to do to an order, and who does it; `close`: the rest no longer comes."""

    model_config = ConfigDict(extra="forbid")

    move: Literal["approve", "reject", "order", "close", "cancel"]
    by: ActingFor = Field(
        None,
        description="Of a program: who it is; to approve, a login with the role planner or enterprise_admin.",
    )
    note: Reason | None = None
    expected_on: Day | None = Field(
        None,
        description="With `order`: the day the supplier confirmed; by default each line has its lead time.",
    )

    @model_validator(mode="after")
    def _confirms_an_order(self) -> "MoveRequest":
        if self.expected_on is not None and self.move != "order":
            raise ValueError("expected_on is told when the order is placed, with the move `order`")
        return self


class BatchRequest(BaseModel):
    """Pieces of a line that came together; at least one, good or damaged."""

    model_config = ConfigDict(extra="forbid")

    line_no: Annotated[int, Field(strict=True, ge=1, le=MAX_LINES)]
    quantity: _PiecesOrNone = Field(description="Good pieces.")
    damaged_quantity: _PiecesOrNone = 0
    expires_on: Day | None = Field(None, description="Their last day.")

    @model_validator(mode="after")
    def _has_pieces(self) -> "BatchRequest":
        if not self.quantity + self.damaged_quantity:
            raise ValueError("a batch of no pieces; count what came, good or damaged")
        return self


class ReceiptRequest(BaseModel):
    """A delivery as it was counted. `reference` is the delivery note's: sent again it changes nothing."""

    model_config = ConfigDict(extra="forbid")

    reference: Reference
    received_by: ActingFor = None
    received_at: Moment | None = Field(None, description="By default now.")
    batches: Annotated[list[BatchRequest], Field(min_length=1, max_length=MAX_LINES)]


class Line(BaseModel):
    """A line with what came of it; at most `most_quantity` pieces are taken."""

    line_no: int
    item_id: UUID
    warehouse_id: UUID
    quantity: int
    unit_cost_fen: int
    cost_fen: int
    expected_on: date
    most_quantity: int
    received_quantity: int
    damaged_quantity: int


class PurchaseOrder(BaseModel):
    """A purchase order as it stands."""

    purchase_order_id: UUID
    reference: str
    supplier_id: UUID
    supplier_code: str
    origin: Origin
    origin_reference: str | None
    status: Status
    order_by: date
    cost_fen: int
    created_by: str
    created_at: datetime
    approved_by: str | None
    approved_at: datetime | None
    ordered_at: datetime | None
    first_received_at: datetime | None
    received_at: datetime | None
    ended_at: datetime | None = Field(description="When it was rejected or cancelled.")
    lines: list[Line]


class OrderPage(BaseModel):
    """A page of orders; ask for the next one with `after=next_after`."""

    purchase_orders: list[PurchaseOrder]
    next_after: UUID | None


class MadeMove(BaseModel):
    """Who moved the order, from where to where."""

    move: str
    from_status: Status | None
    status: Status
    moved_by: str
    note: str | None
    moved_at: datetime


class Batch(BaseModel):
    """Pieces of a line that came together."""

    line_no: int
    quantity: int
    damaged_quantity: int
    expires_on: date | None


class Receipt(BaseModel):
    """A delivery as it was counted."""

    receipt_id: UUID
    reference: str
    received_by: str
    received_at: datetime
    batches: list[Batch]


class PurchaseOrderHistory(PurchaseOrder):
    """A purchase order with who moved it and what was delivered."""

    moves: list[MadeMove]
    receipts: list[Receipt]
