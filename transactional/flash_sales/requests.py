"""What is asked for when a flash sale is opened, of an item and a reservation by their ids or by the names people know."""

from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from transactional.redemption.domain import MAX_QUANTITY
from transactional.request_types import Moment, Reference

Price = Annotated[int, Field(ge=1, le=1_000_000_000)]
Allotted = Annotated[int, Field(ge=1, le=1_000_000_000, description="Pieces set aside for the sale.")]
MemberLimit = Annotated[int, Field(ge=1, le=MAX_QUANTITY, description="Pieces a member may buy.")]


class NewFlashSale(BaseModel):
    """A sale to open. `reference` is your own name of it: sent again with the same terms it changes nothing."""

    model_config = ConfigDict(extra="forbid")

    reference: Reference
    item_id: UUID | None = None
    item_code: Reference | None = Field(None, description="The item, where its id is not told.")
    price_points: Price
    starts_at: Moment | None = Field(None, description="By default now.")
    ends_at: Moment = Field(description="The first moment at which nothing is sold any more.")
    allotted: Allotted
    member_limit: MemberLimit = 1
    reservation_id: UUID | None = Field(
        None, description="A reservation of the item that ends for the sale, which has its pieces."
    )
    reservation: Reference | None = Field(
        None, description="The reservation by your reference, where its id is not told."
    )

    @model_validator(mode="after")
    def _names_each_once(self) -> Self:
        if (self.item_id is None) is (self.item_code is None):
            raise ValueError("item_id: tell the item by its id or by its code")
        if None not in (self.reservation_id, self.reservation):
            raise ValueError("reservation_id: tell the reservation by its id or by its reference")
        return self
