"""What the routes of invoices take and answer."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from transactional.fees.documents import Fee, Month
from transactional.request_types import Reason, Reference


class InvoiceRequest(BaseModel):
    """The month to close."""

    model_config = ConfigDict(extra="forbid")

    month: Month


class Invoice(BaseModel):
    """An invoice as it was issued; `credited_fen` was given back since by credit notes."""

    invoice_id: UUID
    number: str
    month: date
    fee_count: int
    amount_fen: int
    waived_fen: int
    credited_fen: int
    issued_at: datetime
    due_on: date


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


class InvoiceInFull(Invoice):
    """An invoice with the fees it sums and its credit notes."""

    fees: list[Fee]
    credit_notes: list[CreditNote]
