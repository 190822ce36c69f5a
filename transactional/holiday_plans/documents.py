"""What the routes of holiday plans take and answer."""

from collections import Counter
from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from transactional.holiday_plans.domain import Confidence, Reason, Status
from transactional.request_types import Day, Reference, Slug
from transactional.write_back.requests import MAX_ITEMS, WriteBackRequest

MAX_EDITS = 1000
_Pieces = Annotated[int, Field(strict=True, ge=0, le=1_000_000_000)]
_Fen = Annotated[int, Field(strict=True, ge=0, le=10**15)]
_Share = Annotated[float, Field(ge=0, le=1)]
_Expected = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class Cut(BaseModel):
    """Pieces that a reason added to what was wished for; below zero where it cut."""

    model_config = ConfigDict(extra="forbid")

    reason: Reason
    quantity: Annotated[int, Field(strict=True, ge=-1_000_000_000, le=1_000_000_000)]


class _LineFigures(BaseModel):
    """What a release says of a line, whatever is made of it."""

    arrives_on: Day | None = Field(description="When it comes if it is ordered on the proposed day.")
    need_date: Day | None = Field(description="When running out becomes likelier than it is worth.")
    is_too_late: bool = Field(description="Ordered the next day, it comes after it was wanted.")
    wish_quantity: _Pieces = Field(description="What would be ordered without any limit.")
    order_up_to: _Pieces = Field(description="The stock to reach: on hand, under way and wished for.")
    cuts: Annotated[list[Cut], Field(max_length=6)]
    risk_without: _Share = Field(description="Probability of running out without the plan.")
    risk_with: _Share
    cost_without_fen: _Fen = Field(description="Expected cost of missing and left-over pieces.")
    cost_with_fen: _Fen
    demand_mean: _Expected
    demand_q05: _Expected
    demand_q50: _Expected
    demand_q95: _Expected
    confidence: Confidence


class PlanItem(_LineFigures):
    """What a release proposes for an item in a warehouse before a holiday."""

    model_config = ConfigDict(extra="forbid")

    occasion_id: Slug
    first_day: Day
    last_day: Day
    item_id: UUID
    warehouse_id: UUID
    quantity: _Pieces
    order_by: Day | None

    @model_validator(mode="after")
    def _hangs_together(self) -> "PlanItem":
        if self.last_day < self.first_day:
            raise ValueError("last_day is before first_day")
        if (self.quantity == 0) != (self.order_by is None):
            raise ValueError("order_by is told where something is ordered, and only there")
        if not self.demand_q05 <= self.demand_q50 <= self.demand_q95:
            raise ValueError("the quantiles of the demand must rise")
        return self


class PlansRequest(WriteBackRequest):
    """Lines of the release's holiday plans."""

    items: Annotated[list[PlanItem], Field(max_length=MAX_ITEMS)]

    @model_validator(mode="after")
    def _are_distinct(self) -> "PlansRequest":
        keys = Counter((i.occasion_id, i.first_day, i.item_id, i.warehouse_id) for i in self.items)
        for (occasion_id, first_day, item_id, _), count in keys.items():
            if count > 1:
                raise ValueError(f"{item_id} is there {count} times for {occasion_id} of {first_day}")
        spans: dict[tuple[str, date], date] = {}
        for item in self.items:
            if spans.setdefault((item.occasion_id, item.first_day), item.last_day) != item.last_day:
                raise ValueError(f"{item.occasion_id} of {item.first_day} ends on one day, not on two")
        return self


class Plan(BaseModel):
    """A plan before a holiday with what its lines come to; `superseded`: a newer release came before anybody touched it."""

    plan_id: UUID
    occasion_id: str
    first_day: date
    last_day: date
    status: Status
    revision: int = Field(
        description="How often its lines were edited; it tells whether they are as you saw them."
    )
    decided_by: str | None
    decided_at: datetime | None
    as_of_date: date
    release_id: str
    lines: int
    edited_lines: int = Field(description="Lines that people made other than proposed.")
    too_late_lines: int
    quantity: int
    proposed_quantity: int
    first_order_by: date | None = Field(description="The first day on which something is to be ordered.")
    cost_without_fen: int
    cost_with_fen: int = Field(description="With the plan as it was proposed.")
    purchase_order_ids: list[UUID] = Field(description="The orders that its approval proposed.")


class PlanPage(BaseModel):
    """A page, the oldest first; ask for the next one with `after=next_after`."""

    plans: list[Plan]
    next_after: UUID | None


class PlanLine(_LineFigures):
    """A line as the release proposed it and as it is to be ordered."""

    item_id: UUID
    warehouse_id: UUID
    proposed_quantity: int
    proposed_order_by: date | None
    quantity: int
    order_by: date | None
    edited_by: str | None
    edited_at: datetime | None
    arrives_on: date | None
    need_date: date | None


class PlanLinePage(BaseModel):
    """A page by item and warehouse; ask for the next one with `after=next_after`."""

    lines: list[PlanLine]
    next_after: str | None


class EditedLine(BaseModel):
    """What a line is to be; 0 pieces strike it out."""

    model_config = ConfigDict(extra="forbid")

    item_id: UUID
    warehouse_id: UUID
    quantity: _Pieces = Field(
        description="A multiple of the supplier's pack, and not below its minimum order."
    )
    order_by: Day | None = Field(None, description="The day to order; without it, it stays.")


_IfRevision = Annotated[
    int | None,
    Field(
        strict=True,
        ge=0,
        description="The plan's revision that you saw; if somebody edited it since, nothing is done.",
    ),
]
_By = Annotated[
    Reference | None,
    Field(
        description="Who does this; with a session it is the person who is logged in, and may be left out."
    ),
]


class EditRequest(BaseModel):
    """Lines to change; the others stay."""

    model_config = ConfigDict(extra="forbid")

    lines: Annotated[list[EditedLine], Field(min_length=1, max_length=MAX_EDITS)]
    edited_by: _By = None
    if_revision: _IfRevision = None

    @model_validator(mode="after")
    def _are_distinct(self) -> "EditRequest":
        for (item_id, _), count in Counter((line.item_id, line.warehouse_id) for line in self.lines).items():
            if count > 1:
                raise ValueError(f"{item_id} is there {count} times; say one thing of each line")
        return self


class PlanDecisionRequest(BaseModel):
    """What a person decided, and who."""

    model_config = ConfigDict(extra="forbid")

    decision: Literal["approved", "dismissed"]
    decided_by: _By = None
    if_revision: _IfRevision = None
