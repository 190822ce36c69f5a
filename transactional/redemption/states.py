"""The states of a redemption and the moves between them: the one table that says what may follow what."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID

from transactional.problems import Problem


class Status(StrEnum):
    """Where a redemption stands."""

    CREATED = "created"
    IN_REVIEW = "in_review"
    PAID = "paid"
    ALLOCATED = "allocated"
    SHIPPED = "shipped"
    DELIVERED = "delivered"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    REFUNDED = "refunded"
    PARTIALLY_REFUNDED = "partially_refunded"


class Move(StrEnum):
    """What can happen to a redemption."""

    PARK = "park"  # risk rules want a person to look
    APPROVE = "approve"
    REJECT = "reject"
    PAY = "pay"  # points are taken, cash has come, the bill's owner has confirmed
    ALLOCATE = "allocate"  # goods are set aside to be shipped
    FULFIL = "fulfil"  # handed over at once
    SHIP = "ship"
    DELIVER = "deliver"
    COMPLETE = "complete"
    CANCEL = "cancel"
    TIME_OUT = "time_out"
    REFUND = "refund"
    REFUND_PART = "refund_part"


_S, _M = Status, Move
_REFUNDS = {_M.REFUND: _S.REFUNDED, _M.REFUND_PART: _S.PARTIALLY_REFUNDED}

# Cancelling gives everything back before anything was handed over; refunding does so afterwards, or for a part.
MOVES: Mapping[Status, Mapping[Move, Status]] = MappingProxyType(
    {
        _S.CREATED: {
            _M.PARK: _S.IN_REVIEW,
            _M.PAY: _S.PAID,
            _M.CANCEL: _S.CANCELLED,
            _M.TIME_OUT: _S.CANCELLED,
        },
        _S.IN_REVIEW: {
            _M.APPROVE: _S.CREATED,
            _M.REJECT: _S.CANCELLED,
            _M.CANCEL: _S.CANCELLED,
            _M.TIME_OUT: _S.CANCELLED,
        },
        _S.PAID: {_M.ALLOCATE: _S.ALLOCATED, _M.FULFIL: _S.COMPLETED, _M.CANCEL: _S.CANCELLED},
        _S.ALLOCATED: {_M.SHIP: _S.SHIPPED, _M.CANCEL: _S.CANCELLED, **_REFUNDS},
        _S.SHIPPED: {_M.DELIVER: _S.DELIVERED, **_REFUNDS},
        _S.DELIVERED: {_M.COMPLETE: _S.COMPLETED, **_REFUNDS},
        _S.COMPLETED: _REFUNDS,
        # What was not refunded goes on its way.
        _S.PARTIALLY_REFUNDED: {
            _M.SHIP: _S.PARTIALLY_REFUNDED,
            _M.DELIVER: _S.PARTIALLY_REFUNDED,
            _M.COMPLETE: _S.PARTIALLY_REFUNDED,
            **_REFUNDS,
        },
        _S.CANCELLED: {},
        _S.REFUNDED: {},
    }
)


# Something is still to happen to it. What was refunded in part goes on its way until it is completed.
OPEN_STATUSES = frozenset(status for status in Status if Move.COMPLETE in MOVES[status]) | {
    _S.CREATED, _S.IN_REVIEW, _S.PAID, _S.ALLOCATED, _S.SHIPPED,
}  # fmt: skip


class IllegalMove(Problem):
    """The redemption is in a state in which this cannot happen."""

    slug = "illegal-move"
    title = "The redemption's state does not allow this"
    status = 409

    def __init__(self, redemption_id: UUID, status: str, move: Move, why: str | None = None) -> None:
        super().__init__(
            why or f"a redemption that is {status} cannot {move.replace('_', ' ')}",
            redemption_id=str(redemption_id),
            redemption_status=str(status),
            move=str(move),
        )


def after(redemption_id: UUID, status: Status, move: Move) -> Status:
    """Return the state a move leads to.

    Raises:
        IllegalMove: it is not in the table.
    """
    following = MOVES[status].get(move)
    if following is None:
        raise IllegalMove(redemption_id, status, move)
    return following
