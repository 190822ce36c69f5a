"""What the routes about reviews take and tell."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from transactional.after_sales.documents import Words
from transactional.redemption.domain import MAX_LINES
from transactional.request_types import Reference
from transactional.reviews.domain import HiddenReason

_Stars = Annotated[int, Field(strict=True, ge=1, le=5)]


class _Request(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ReviewRequest(_Request):
    """A member's review of the item of a line they redeemed."""

    member_id: UUID
    redemption_id: UUID
    line_no: Annotated[int, Field(strict=True, ge=1, le=MAX_LINES)]
    stars: _Stars
    text: Words | None = None


class EditRequest(_Request):
    """What a review says from now on."""

    member_id: UUID
    stars: _Stars
    text: Words | None = None


class ModerationRequest(_Request):
    """Hides a review for a reason, or shows it again."""

    is_hidden: Annotated[bool, Field(strict=True)]
    reason: HiddenReason | None = None
    moderated_by: Reference | None = None

    @model_validator(mode="after")
    def _has_a_reason(self) -> "ModerationRequest":
        if self.is_hidden != (self.reason is not None):
            raise ValueError("a review is hidden for a reason, and shown without one")
        return self


class Review(BaseModel):
    """A review; sentiment is of its text, and null while no model has scored it."""

    review_id: UUID
    redemption_id: UUID
    line_no: int
    item_id: UUID
    member_id: UUID
    stars: int
    text: str | None
    language: str | None
    topic: str | None
    sentiment: str | None
    written_at: datetime
    edited_at: datetime | None
    hidden_at: datetime | None
    hidden_by: str | None
    hidden_reason: HiddenReason | None


class ReviewPage(BaseModel):
    """A page of reviews, the newest first; ask for the next one with `before=next_before`."""

    reviews: list[Review]
    next_before: UUID | None
