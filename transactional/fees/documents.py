"""What the routes of tariffs and fees take and answer."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from transactional.request_types import Code, Day, Reference

Basis = Literal["month", "redemption", "cash", "piece"]
_Names = Annotated[str, Field(min_length=1, max_length=200)]


def _month(value: object) -> object:
    return f"{value}-01" if isinstance(value, str) and len(value) == 7 else value


def _first_day(value: date) -> date:
    if value.day != 1:
        raise ValueError("write a month, such as 2026-03")
    return value


# A month as its first day; written and read as 2026-03.
Month = Annotated[Day, BeforeValidator(_month), AfterValidator(_first_day)]


class TariffLine(BaseModel):
    """What one thing costs."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)

    line_code: Code
    basis: Basis = Field(description="What is counted: months, redemptions, cash that was paid, or pieces.")
    rate: Annotated[int, Field(strict=True, ge=0, le=1_000_000_000)] = Field(
        description="Fen for each month, redemption or piece; basis points of cash."
    )
    name_zh: _Names
    name_en: _Names

    @model_validator(mode="after")
    def _share_of_cash(self) -> "TariffLine":
        if self.basis == "cash" and self.rate > 10_000:
            raise ValueError("rate: a share of cash is at most 10000 basis points")
        return self


class TariffRequest(BaseModel):
    """A tariff to announce. Sent again with the same contents it changes nothing."""

    model_config = ConfigDict(extra="forbid")

    reference: Reference
    valid_from: Day
    lines: Annotated[list[TariffLine], Field(min_length=1, max_length=100)]
    announced_by: Reference

    @model_validator(mode="after")
    def _each_once(self) -> "TariffRequest":
        codes = [line.line_code for line in self.lines]
        if len(set(codes)) < len(codes):
            raise ValueError("lines: each line_code is named once")
        return self


class TariffLineRow(BaseModel):
    """A line of a tariff in a CSV file."""

    line_code: Code = Field(title="收费项", examples=["service"])
    basis: Basis = Field(title="计费依据", examples=["month"])
    rate: Annotated[int, Field(ge=0, le=1_000_000_000)] = Field(title="费率", examples=["500000"])
    name_zh: _Names = Field(title="中文名称", examples=["平台服务费"])
    name_en: _Names = Field(title="英文名称", examples=["Service fee"])


class Tariff(BaseModel):
    """A dated tariff; it binds whoever confirmed it, from then on, until a later one is confirmed."""

    tariff_id: UUID
    reference: str
    valid_from: date
    lines: list[TariffLine]
    announced_at: datetime
    confirmed_on: date | None = Field(None, description="When your tenant confirmed it; null if it has not.")
    confirmed_by: str | None = None


class TariffList(BaseModel):
    """Tariffs by their first day."""

    tariffs: list[Tariff]


class ConfirmationRequest(BaseModel):
    """Who confirms."""

    model_config = ConfigDict(extra="forbid")

    confirmed_by: Reference


class ChargeRequest(BaseModel):
    """Pieces of a line to charge for a day."""

    model_config = ConfigDict(extra="forbid")

    reference: Reference
    line_code: Code
    quantity: Annotated[int, Field(strict=True, ge=1, le=1_000_000)]
    day: Day
    charged_by: Reference


class ChargeRow(BaseModel):
    """A charge in a CSV file."""

    reference: Reference = Field(title="编号", examples=["sms-2026-03"])
    line_code: Code = Field(title="收费项", examples=["sms"])
    quantity: Annotated[int, Field(ge=1, le=1_000_000)] = Field(title="数量", examples=["1200"])
    day: Day = Field(title="日期", examples=["2026-03-31"])


class Fee(BaseModel):
    """A charge with its tariff line and the confirmation it rests on; `due_fen` is what is asked after the waiver."""

    fee_id: UUID
    reference: str
    month: date
    tariff_id: UUID
    line_code: str
    name_zh: str
    name_en: str
    basis: Basis
    rate: int
    confirmed_on: date
    first_day: date
    last_day: date
    quantity: int = Field(description="Days, redemptions, pieces, or fen of cash.")
    amount_fen: int
    waived_fen: int
    due_fen: int
    charged_by: str
    charged_at: datetime


class FeePage(BaseModel):
    """A page of fees; ask for the next one with `after=next_after`."""

    fees: list[Fee]
    next_after: UUID | None


class Charged(BaseModel):
    """How many charges of a file were new and how many were known, which changed nothing."""

    charged: int
    known: int


class ForecastLine(BaseModel):
    """What a line of a month is expected to come to."""

    month: date
    line_code: str
    name_zh: str
    name_en: str
    basis: Basis
    rate: int
    quantity: int
    amount_fen: int
    waived_fen: int


class Assumed(BaseModel):
    """What a whole month is taken to have."""

    redemptions: int
    cash_fen: int
    pieces: int


class BillForecast(BaseModel):
    """The bills of the coming months; `due_fen` is what they ask together after the waiver."""

    lines: list[ForecastLine]
    amount_fen: int
    waived_fen: int
    due_fen: int
    assumed: Assumed
    is_measured: bool = Field(description="Whether what is assumed was counted in the three months before.")
