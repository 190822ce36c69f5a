"""What is asked for when a flash sale is opened."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from transactional.flash_sales.domain import NewSale
from transactional.redemption.domain import MAX_QUANTITY
from transactional.request_hash import request_hash
from transactional.request_types import Moment, Reference

Price = Annotated[int, Field(ge=1, le=1_000_000_000)]
Allotted = Annotated[int, Field(ge=1, le=1_000_000_000, description="Pieces set aside for the sale.")]
MemberLimit = Annotated[int, Field(ge=1, le=MAX_QUANTITY, description="Pieces a member may buy.")]


class NewFlashSale(BaseModel):
    """A sale to open. `reference` is your own name of it: sent again with the same terms it changes nothing."""

    model_config = ConfigDict(extra="forbid")

    reference: Reference
    item_id: UUID
    price_points: Price
    starts_at: Moment | None = Field(None, description="By default now.")
    ends_at: Moment = Field(description="The first moment at which nothing is sold any more.")
    allotted: Allotted
    member_limit: MemberLimit = 1
    reservation_id: UUID | None = Field(
        None, description="A reservation of the item that ends for the sale, which has its pieces."
    )

    def sale(self, now: datetime) -> NewSale:
        """Return what is to be opened."""
        return NewSale(**{**dict(self), "starts_at": self.starts_at or now})

    def hash(self) -> bytes:
        """Return the hash of what was asked; without a reservation it is the one kept before there were any."""
        return request_hash(self, without={"reservation_id"} if self.reservation_id is None else set())
