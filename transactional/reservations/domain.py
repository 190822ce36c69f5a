"""What a reservation is for and what is refused about it.

Problem
├── UnknownReservation     404  the tenant has no such reservation
├── ReservationExists      409  the reference names a reservation of something else
├── ReservationEnded       409  it was released, or its time is up
├── ReservationTooSmall    409  fewer pieces are left of it
├── ReservationOfOther     422  the flash sale wants more than was reserved, or another item
└── IssueExists            409  the reference names an issue of another quantity
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from transactional.problems import InvalidRequest, Problem

_LONGEST = timedelta(days=1000)
Purpose = Literal["campaign", "flash_sale", "bulk_order"]


class UnknownReservation(Problem):
    """The tenant has no such reservation."""

    slug = "unknown-reservation"
    title = "No such reservation"
    status = 404

    def __init__(self, reservation: UUID | str) -> None:
        super().__init__(
            f"your tenant has no reservation {reservation}; GET /v1/reservations lists them",
            reservation_id=str(reservation),
        )


class ReservationExists(Problem):
    """The reference names a reservation of something else."""

    slug = "reservation-exists"
    title = "The reference was used for another reservation"
    status = 409

    def __init__(self, reference: str, reservation_id: UUID) -> None:
        super().__init__(
            f"the reference {reference!r} names a reservation of something else; use a new one for a new reservation",
            reservation_id=str(reservation_id),
        )


class ReservationEnded(Problem):
    """It was released, or its time is up."""

    slug = "reservation-ended"
    title = "The reservation has ended"
    status = 409

    def __init__(self, reservation_id: UUID) -> None:
        super().__init__(
            f"reservation {reservation_id} has ended and its pieces are for everybody again; reserve anew",
            reservation_id=str(reservation_id),
        )


class ReservationTooSmall(Problem):
    """Fewer pieces are left of it."""

    slug = "reservation-too-small"
    title = "Fewer pieces are reserved"
    status = 409

    def __init__(self, reservation_id: UUID, *, asked: int, left: int) -> None:
        super().__init__(
            f"{asked} pieces were asked of reservation {reservation_id} and {left} are left",
            reservation_id=str(reservation_id),
            asked=asked,
            left=left,
        )


class ReservationOfOther(Problem):
    """The flash sale wants another item than was reserved."""

    slug = "reservation-of-other-item"
    title = "Another item was reserved"
    status = 422

    def __init__(self, reservation_id: UUID, item_id: UUID) -> None:
        super().__init__(
            f"reservation {reservation_id} is of item {item_id}; open the sale of that item",
            reservation_id=str(reservation_id),
            item_id=str(item_id),
        )


class IssueExists(Problem):
    """The reference names an issue of another quantity."""

    slug = "issue-exists"
    title = "The reference was used for another issue"
    status = 409

    def __init__(self, reference: str, quantity: int) -> None:
        super().__init__(
            f"the reference {reference!r} names an issue of {quantity} pieces of this reservation; use a new one"
        )


@dataclass(frozen=True)
class NewReservation:
    """Pieces to set aside; `reference` is the tenant's own name of it, so that a retry sets no more aside.

    Attributes:
        expires_at: the first moment at which they are no longer set aside.
    """

    reference: str
    item_id: UUID
    purpose: Purpose
    quantity: int
    expires_at: datetime
    reserved_by: str


def check_new(new: NewReservation, *, now: datetime) -> None:
    """Tell whether pieces may be reserved.

    Raises:
        InvalidRequest: the reservation would be over before it began, or last for years.
    """
    if new.expires_at > now + _LONGEST:
        raise InvalidRequest(f"expires_at: pieces are reserved for at most {_LONGEST.days} days")
    if new.expires_at <= now:
        raise InvalidRequest("expires_at: the end must come later than now")
