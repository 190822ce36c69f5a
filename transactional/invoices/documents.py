"""What the routes of invoices take and answer."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from transactional.fees.documents import Fee, Month
from transactional.invoices.domain import State
from transactional.request_types import Reason, Reference


class InvoiceRequest(BaseModel):
    """The month to close."""

    model_config = ConfigDict(extra="forbid")

    month: Month


class Invoice(BaseModel):
    """An invoice as it was issued, and what became of it: amount_fen = credited_fen + paid_fen + remaining_fen."""

    invoice_id: UUID
    number: str
    month: date
    fee_count: int
    amount_fen: int
    waived_fen: int
    credited_fen: int = Field(description="Given back by credit notes.")
    paid_fen: int = Field(description="Received less what was paid back.")
    remaining_fen: int = Field(description="Left to pay; negative if so much is to be paid back.")
    state: State
    issued_at: datetime
    due_on: date = Field(description="The last day to pay.")


class InvoicePage(BaseModel):
    """A page of invoices, the newest first; ask for the next one with `before=next_before`."""

    invoices: list[Invoice]
    next_before: UUID | None


class CreditNoteRequest(BaseModel):
    """What to give back of an invoice. Sent again with the same contents it changes nothing."""

    model_config = ConfigDict(extra="forbid")

    reference: Reference
    amount_fen: Annotated[int, Field(strict=True, ge=1, le=1_000_000_000_000_000)]
    reason: Reason
    issued_by: Reference


class CreditNote(BaseModel):
    """What was given back, when and why."""

    credit_note_id: UUID
    reference: str
    amount_fen: int
    reason: str
    issued_by: str
    issued_at: datetime


class Payment(BaseModel):
    """What was received, or paid back if it is negative."""

    payment_id: UUID
    reference: str
    amount_fen: int
    received_at: datetime
    recorded_by: str
    noted_at: datetime


class InvoiceInFull(Invoice):
    """An invoice with the fees it sums, its credit notes and what was paid."""

    fees: list[Fee]
    credit_notes: list[CreditNote]
    payments: list[Payment]
