"""Who may review what, and what can be refused about it.

Problem
├── UnknownReview   404  the tenant has no such review
├── NotReceived     409  the member does not have the item yet, or no longer
├── ReviewExists    409  the line was reviewed otherwise
└── ReviewEdited    409  the review was changed once already
"""

from typing import Final, Literal
from uuid import UUID

from transactional.problems import Problem
from transactional.redemption.states import Status

HiddenReason = Literal["abuse", "personal_data", "advertising", "off_topic", "fake", "other"]

# In which states of a redemption its member has what was redeemed.
RECEIVED: Final = (Status.DELIVERED, Status.COMPLETED, Status.PARTIALLY_REFUNDED)


class UnknownReview(Problem):
    """The tenant has no such review."""

    slug = "unknown-review"
    title = "No such review"
    status = 404

    def __init__(self, review_id: UUID) -> None:
        super().__init__(
            f"your tenant has no review {review_id}; GET /v1/reviews lists them", review_id=str(review_id)
        )


class NotReceived(Problem):
    """The member does not have the item yet, or no longer."""

    slug = "not-received"
    title = "What was not received is not reviewed"
    status = 409

    def __init__(self, redemption_id: UUID, status: str) -> None:
        super().__init__(
            f"the redemption {redemption_id} is {status.replace('_', ' ')}; review its items when they were delivered",
            redemption_id=str(redemption_id),
        )


class ReviewExists(Problem):
    """The line was reviewed otherwise."""

    slug = "review-exists"
    title = "The item was reviewed before"
    status = 409

    def __init__(self, review_id: UUID) -> None:
        super().__init__(
            f"this line of the redemption was reviewed; PUT /v1/reviews/{review_id} changes the review, once",
            review_id=str(review_id),
        )


class ReviewEdited(Problem):
    """The review was changed once already."""

    slug = "review-edited"
    title = "The review was changed before"
    status = 409

    def __init__(self, review_id: UUID) -> None:
        super().__init__(
            f"the review {review_id} was changed once, and is not changed again", review_id=str(review_id)
        )
