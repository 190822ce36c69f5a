"""What the routes of payments and payment terms take and answer."""

from datetime import date, datetime
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from transactional.payments.yuan import to_fen
from transactional.request_types import BusinessMoment, Day, Moment, Reference

_MOST_FEN = 1_000_000_000_000_000


def signed_fen(yuan: str) -> int:
    """Return an amount of yuan such as `12.30`, or `-12.30` of what was paid back, as fen."""
    return -to_fen(yuan.removeprefix("-")) if yuan.startswith("-") else to_fen(yuan)


def _moved(yuan: str) -> str:
    if not signed_fen(yuan):
        raise ValueError("nothing was paid; leave the row out")
    return yuan


def _not_nothing(fen: int) -> int:
    if not fen:
        raise ValueError("nothing was paid")
    return fen


class PaymentRequest(BaseModel):
    """Money that came on an invoice. Sent again with the same contents it changes nothing."""

    model_config = ConfigDict(extra="forbid")

    reference: Reference = Field(description="The bank's name of the payment.")
    amount_fen: Annotated[
        int, Field(strict=True, ge=-_MOST_FEN, le=_MOST_FEN), AfterValidator(_not_nothing)
    ] = Field(description="Negative if it was paid back, once a credit note gave back what was paid.")
    received_at: Moment
    recorded_by: Reference | None = Field(None, description="Who records it; a person need not say.")


class BankRow(BaseModel):
    """A line of a bank's file. A time without an offset is Shanghai's."""

    invoice_number: Reference = Field(title="账单号", examples=["acorn-202603"])
    reference: Reference = Field(title="流水号", examples=["2026041200001"])
    amount_yuan: Annotated[str, AfterValidator(_moved)] = Field(title="金额（元）", examples=["3501.00"])
    received_at: BusinessMoment = Field(title="到账时间", examples=["2026-04-12 10:30:00"])


class Recorded(BaseModel):
    """How many payments of a file were new and how many were known, which changed nothing."""

    recorded: int
    known: int


class TermRequest(BaseModel):
    """Within how many days a tenant pays from a day on."""

    model_config = ConfigDict(extra="forbid")

    days: Annotated[int, Field(strict=True, ge=0, le=365)]
    valid_from: Day
    set_by: Reference | None = Field(None, description="Who sets it; a person need not say.")


class Term(BaseModel):
    """An invoice that is issued from `valid_from` on is due so many days later."""

    valid_from: date
    days: int
    set_by: str
    set_at: datetime


class TermList(BaseModel):
    """Payment terms by their first day; where there is none an invoice is due 30 days after its issue."""

    terms: list[Term]
