"""What the routes of settlement take and answer."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from transactional.request_types import Day, Moment, Reference

PartyKind = Literal["supplier", "tenant"]


class BasisRequest(BaseModel):
    """What a supplier is owed for from now on."""

    model_config = ConfigDict(extra="forbid")

    basis: Literal["receipt", "redemption"]
    changed_by: Reference


class SettlementBasis(BaseModel):
    """What a supplier is owed for: pieces that were received, or pieces that were redeemed."""

    supplier_id: UUID
    basis: Literal["receipt", "redemption"]


class Statement(BaseModel):
    """What is owed to a supplier or another tenant for a business day; negative if it is owed to you."""

    statement_id: UUID
    party_kind: PartyKind
    party_id: UUID
    party_name: str | None
    day: date
    line_count: int
    quantity: int = Field(description="Pieces, or points of exchanges.")
    owed_fen: int
    stated_at: datetime
    due_on: date = Field(description="The first working day after the day (T+1).")
    settled_at: datetime | None = Field(description="When it changed hands; null if nobody has told so.")
    settled_by_reference: str | None = Field(description="The bank's name of that payment.")


class StatementPage(BaseModel):
    """A page of statements, those made last first; ask for the next one with `before=next_before`."""

    statements: list[Statement]
    next_before: UUID | None


class StatementLine(BaseModel):
    """A batch that was received, a line that was redeemed, or a day's exchanges in one direction (0 out, 1 in)."""

    line_no: int
    source: Literal["receipt", "redemption", "exchange"]
    source_id: UUID
    source_no: int
    source_day: date
    quantity: int
    unit_cost_fen: int | None
    amount_fen: int


class StatementInFull(Statement):
    """A statement with its lines."""

    lines: list[StatementLine]


class SettledRequest(BaseModel):
    """That a statement was settled, whole. Sent again with the same contents it changes nothing."""

    model_config = ConfigDict(extra="forbid")

    reference: Reference = Field(description="The bank's name of the payment.")
    settled_at: Moment
    recorded_by: Reference | None = Field(None, description="Who records it; a person need not say.")


class Stated(BaseModel):
    """How many statements were made; 0 means that everything was stated before."""

    stated: int


class WorkingDay(BaseModel):
    """Whether banks work on a day, where it is not as the week says."""

    model_config = ConfigDict(extra="forbid")

    day: Day = Field(title="日期", examples=["2026-10-10"])
    is_working: bool = Field(title="是否上班", examples=["true"])


class WorkingDaysRequest(BaseModel):
    """Days that a notice of holidays changes."""

    model_config = ConfigDict(extra="forbid")

    days: Annotated[list[WorkingDay], Field(min_length=1, max_length=400)]
    changed_by: Reference


class WorkingDayList(BaseModel):
    """Days on which banks work otherwise than by the week."""

    days: list[WorkingDay]
