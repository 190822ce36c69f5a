"""What the routes of suppliers take and answer."""

from datetime import date
from itertools import pairwise
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from transactional.request_types import Day, Reference, Slug

Days = Annotated[int, Field(strict=True, ge=0, le=365)]
Pieces = Annotated[int, Field(strict=True, ge=1, le=1_000_000_000)]
Fen = Annotated[int, Field(strict=True, ge=0, le=1_000_000_000)]
ShelfLife = Annotated[int, Field(strict=True, ge=1, le=36_500)]
Percent = Annotated[int, Field(strict=True, ge=0, le=100)]
Rank = Annotated[int, Field(strict=True, ge=0, le=1_000_000)]


class SupplierRequest(BaseModel):
    """A supplier to add. Sent again with the same name it changes nothing."""

    model_config = ConfigDict(extra="forbid")

    code: Slug
    name: Reference


class SupplierPatch(BaseModel):
    """What a supplier is from now on; what is left out stays as it is."""

    model_config = ConfigDict(extra="forbid")

    name: Reference | None = None


class Supplier(BaseModel):
    """A supplier and the gate it stands before; only from one that is active anything is ordered, but its trial."""

    supplier_id: UUID
    code: str
    name: str
    status: Literal["documents", "samples", "trial", "active", "suspended"]


class SupplierList(BaseModel):
    """A tenant's suppliers by their code."""

    suppliers: list[Supplier]


class PriceBreak(BaseModel):
    """From so many pieces on, each costs so much."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)

    quantity: Pieces
    unit_cost_fen: Fen


class Conditions(BaseModel):
    """What a supplier asks for an item from a day on."""

    model_config = ConfigDict(extra="forbid")

    lead_time_days: Days = Field(description="What is usual from order to shelf.")
    worst_lead_time_days: Days = Field(description="What to count on.")
    unit_cost_fen: Fen
    min_order_quantity: Pieces = 1
    pack_size: Pieces = 1
    price_breaks: Annotated[list[PriceBreak], Field(max_length=20)] = []
    shelf_life_days: ShelfLife | None = Field(None, description="How long pieces keep from receipt on.")
    over_receipt_percent: Percent = Field(0, description="So much more than ordered is taken.")
    rank: Rank = Field(100, description="The smallest is asked first.")
    valid_from: Day | None = Field(None, description="By default today.")
    valid_until: Day | None = Field(None, description="The last day; by default until others begin.")

    @model_validator(mode="after")
    def _agree(self) -> Self:
        if self.worst_lead_time_days < self.lead_time_days:
            raise ValueError("worst_lead_time_days is shorter than what is usual")
        if (
            self.valid_until is not None
            and self.valid_from is not None
            and self.valid_until < self.valid_from
        ):
            raise ValueError("valid_until lies before valid_from")
        steps = [(0, self.unit_cost_fen), *((b.quantity, b.unit_cost_fen) for b in self.price_breaks)]
        for (few, dear), (many, cheap) in pairwise(steps):
            if many <= few or cheap >= dear:
                raise ValueError(
                    "price_breaks: each needs more pieces than the one before and must be cheaper"
                )
        return self


class TermsRequest(Conditions):
    """Terms of an item from a day on. Those before them end; sent again they change nothing."""

    item_id: UUID


class SupplierTerms(BaseModel):
    """Terms as they are kept; dated, never edited."""

    model_config = ConfigDict(from_attributes=True)

    terms_id: UUID
    supplier_id: UUID
    item_id: UUID
    lead_time_days: int
    worst_lead_time_days: int
    unit_cost_fen: int
    min_order_quantity: int
    pack_size: int
    price_breaks: list[PriceBreak]
    shelf_life_days: int | None
    over_receipt_percent: int
    rank: int
    valid_from: date
    valid_until: date | None


class TermsPage(BaseModel):
    """A page of terms; ask for the next one with `after=next_after`."""

    terms: list[SupplierTerms]
    next_after: UUID | None


class EndRequest(BaseModel):
    """The last day on which terms hold."""

    model_config = ConfigDict(extra="forbid")

    last_day: Day
