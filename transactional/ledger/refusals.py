"""Refusals of what is asked of points.

Problem
├── UnknownTransfer         404  the tenant has no such transfer
├── UnknownHold             404  the tenant has no such hold
├── HoldAlreadyCaptured     409  the hold's points were taken before
├── HoldAlreadyReleased     409  the hold was released before
├── HoldExpired             409  the hold ended by itself
├── HoldOfRedemption        409  the hold belongs to a redemption, which resolves it
├── CaptureTooLarge         409  more is asked for than was set aside
├── NotReversible           409  a transfer of this kind is not taken back this way
├── ReturnTooLarge          409  more is taken back than is left of the credit
├── ReturnNotPending        409  the policy lets only pending points be taken back
└── AlreadyReversed         409  the transfer was taken back before
"""

from datetime import datetime
from uuid import UUID

from transactional.problems import Problem


class UnknownTransfer(Problem):
    """The tenant has no such transfer."""

    slug = "unknown-transfer"
    title = "No such transfer"
    status = 404

    def __init__(self, transfer_id: UUID) -> None:
        super().__init__(
            f"your tenant has no transfer {transfer_id}; a member's statement lists them",
            transfer_id=str(transfer_id),
        )


class UnknownHold(Problem):
    """The tenant has no such hold."""

    slug = "unknown-hold"
    title = "No such hold"
    status = 404

    def __init__(self, hold_id: UUID) -> None:
        super().__init__(f"your tenant has no hold {hold_id}", hold_id=str(hold_id))


class HoldAlreadyCaptured(Problem):
    """The hold's points were taken before."""

    slug = "hold-already-captured"
    title = "The hold was captured before"
    status = 409

    def __init__(self, hold_id: UUID, captured: int) -> None:
        super().__init__(
            f"hold {hold_id} was captured before with {captured} points",
            hold_id=str(hold_id),
            captured_points=captured,
        )


class HoldAlreadyReleased(Problem):
    """The hold was released before."""

    slug = "hold-already-released"
    title = "The hold was released before"
    status = 409

    def __init__(self, hold_id: UUID) -> None:
        super().__init__(f"hold {hold_id} was released before", hold_id=str(hold_id))


class HoldExpired(Problem):
    """The hold ended by itself."""

    slug = "hold-expired"
    title = "The hold has expired"
    status = 409

    def __init__(self, hold_id: UUID, expired_at: datetime) -> None:
        super().__init__(
            f"hold {hold_id} ended at {expired_at.isoformat()}; its points are free again, place a new hold",
            hold_id=str(hold_id),
        )


class HoldOfRedemption(Problem):
    """The hold belongs to a redemption, which alone resolves it."""

    slug = "hold-of-redemption"
    title = "The hold belongs to a redemption"
    status = 409

    def __init__(self, hold_id: UUID, redemption_id: UUID) -> None:
        super().__init__(
            f"hold {hold_id} belongs to redemption {redemption_id}; cancel or pay that instead",
            hold_id=str(hold_id),
            redemption_id=str(redemption_id),
        )


class CaptureTooLarge(Problem):
    """More is asked for than was set aside."""

    slug = "capture-too-large"
    title = "The hold is smaller"
    status = 409

    def __init__(self, *, asked: int, held: int) -> None:
        super().__init__(f"{asked} points were to be captured and {held} are held", held_points=held)


class NotReversible(Problem):
    """A transfer of this kind is not taken back this way."""

    slug = "not-reversible"
    title = "The transfer cannot be taken back this way"
    status = 409

    def __init__(self, kind: str) -> None:
        super().__init__(
            f"a transfer of kind {kind} is not taken back this way: return earned points, correct credits and "
            "adjustments, refund redemptions"
        )


class ReturnTooLarge(Problem):
    """More is taken back than is left of the credit."""

    slug = "return-too-large"
    title = "Less is left to be returned"
    status = 409

    def __init__(self, *, asked: int, left: int) -> None:
        super().__init__(
            f"{asked} points were to be returned and {left} of the credit have not been",
            returnable_points=left,
        )


class ReturnNotPending(Problem):
    """The program's policy lets only pending points be taken back."""

    slug = "return-not-pending"
    title = "The points are no longer pending"
    status = 409

    def __init__(self) -> None:
        super().__init__("your program takes back pending points only, and these can be spent already")


class AlreadyReversed(Problem):
    """The transfer was taken back before, or a part of it was."""

    slug = "already-reversed"
    title = "The transfer was taken back before"
    status = 409

    def __init__(self, transfer_id: UUID) -> None:
        super().__init__(
            f"transfer {transfer_id} was returned or corrected before, if only in part",
            transfer_id=str(transfer_id),
        )
