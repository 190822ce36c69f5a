"""What the routes about cases take and tell."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from transactional.after_sales.domain import Outcome, Reason, Responsibility, Type
from transactional.redemption.domain import MAX_LINES, MAX_QUANTITY
from transactional.request_types import Reference

Words = Annotated[
    str, StringConstraints(min_length=1, max_length=2000, pattern=r"^[^\x00\s]([^\x00]*[^\x00\s])?$")
]


class _Request(BaseModel):
    model_config = ConfigDict(extra="forbid")


class CaseRequest(_Request):
    """A case of a member: about pieces of a line of the redemption, or without `line_no` about all of it."""

    reference: Reference
    redemption_id: UUID
    type: Type
    reason: Reason
    text: Words = Field(description="What the member says; it stays in the mall.")
    opened_by: Reference
    line_no: Annotated[int, Field(strict=True, ge=1, le=MAX_LINES)] | None = None
    quantity: Annotated[int, Field(strict=True, ge=1, le=MAX_QUANTITY)] | None = None

    @model_validator(mode="after")
    def _of_a_line(self) -> "CaseRequest":
        if self.quantity is not None and self.line_no is None:
            raise ValueError("a quantity is of a line; name it")
        return self


class AnswerRequest(_Request):
    """What the member is told; the first answer stops the clock."""

    text: Words
    answered_by: Reference | None = None


class DecisionRequest(_Request):
    """What comes of the case and who was responsible; `restock` says that refunded pieces are back on the shelf."""

    outcome: Outcome
    responsibility: Responsibility
    text: Words
    restock: Annotated[bool, Field(strict=True)] = False
    decided_by: Reference | None = None

    @model_validator(mode="after")
    def _of_a_refund(self) -> "DecisionRequest":
        if self.restock and self.outcome != "refund":
            raise ValueError("only a refund brings pieces back to the shelf")
        return self


class Case(BaseModel):
    """A case. It is to be answered by `due_at`; of a refund `closed_at` is when points and cash were given back, of a
    replacement when its parcel was delivered."""

    case_id: UUID
    reference: str
    redemption_id: UUID
    line_no: int | None
    quantity: int | None
    member_id: UUID
    supplier_id: UUID | None
    type: Type
    reason: Reason
    opened_at: datetime
    due_at: datetime
    is_overdue: bool = Field(description="It was not answered in time.")
    answered_at: datetime | None
    outcome: Outcome | None
    responsibility: Responsibility | None
    decided_by: str | None
    decided_at: datetime | None
    closed_at: datetime | None


class Note(BaseModel):
    """What was said or done, and by whom."""

    kind: Literal["opened", "answered", "decided", "refund_refused"]
    text: str
    noted_by: str
    noted_at: datetime


class CaseHistory(Case):
    """A case with what was said and done about it."""

    notes: list[Note]


class CasePage(BaseModel):
    """A page of cases, the newest first; ask for the next one with `before=next_before`."""

    cases: list[Case]
    next_before: UUID | None
