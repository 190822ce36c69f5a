"""The states of a purchase order, the moves between them, and what a delivery does to its lines.

proposed ─approve→ approved ─order→ ordered ─receive→ partially_received ─receive, close→ received
proposed ─reject→ rejected · proposed, approved, ordered ─cancel→ cancelled
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Final, Literal
from uuid import UUID

from transactional.purchasing.refusals import (
    ExpiredOnArrival,
    IllegalOrderMove,
    OverReceipt,
    UnknownOrderLine,
)

MAX_LINES: Final = 500
Origin = Literal["manual", "replenishment", "holiday_plan"]


class Status(StrEnum):
    """Where a purchase order stands."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    ORDERED = "ordered"
    PARTIALLY_RECEIVED = "partially_received"
    RECEIVED = "received"
    REJECTED = "rejected"
    CANCELLED = "cancelled"


class Move(StrEnum):
    """What somebody does to a purchase order; `close`: the rest of it no longer comes."""

    PROPOSE = "propose"
    EDIT = "edit"
    APPROVE = "approve"
    REJECT = "reject"
    ORDER = "order"
    RECEIVE = "receive"
    CLOSE = "close"
    CANCEL = "cancel"


_S, _M = Status, Move
# A delivery leads to `received` once every line is full.
_AFTER: Final[Mapping[tuple[Status, Move], Status]] = {
    (_S.PROPOSED, _M.EDIT): _S.PROPOSED,
    (_S.PROPOSED, _M.APPROVE): _S.APPROVED,
    (_S.PROPOSED, _M.REJECT): _S.REJECTED,
    (_S.PROPOSED, _M.CANCEL): _S.CANCELLED,
    (_S.APPROVED, _M.ORDER): _S.ORDERED,
    (_S.APPROVED, _M.CANCEL): _S.CANCELLED,
    (_S.ORDERED, _M.CANCEL): _S.CANCELLED,
    (_S.ORDERED, _M.RECEIVE): _S.PARTIALLY_RECEIVED,
    (_S.PARTIALLY_RECEIVED, _M.RECEIVE): _S.PARTIALLY_RECEIVED,
    (_S.PARTIALLY_RECEIVED, _M.CLOSE): _S.RECEIVED,
}
# A move that was made before and is asked for again changes nothing while the order is where it led.
_MADE: Final[Mapping[Move, Status]] = {
    _M.APPROVE: _S.APPROVED,
    _M.REJECT: _S.REJECTED,
    _M.ORDER: _S.ORDERED,
    _M.CANCEL: _S.CANCELLED,
}


def after(order_id: UUID, status: Status, move: Move) -> Status:
    """Return the state that a move leads to.

    Raises:
        IllegalOrderMove: the present state does not allow it.
    """
    found = _AFTER.get((status, move))
    if found is None:
        allowed = sorted(str(m) for s, m in _AFTER if s is status)
        raise IllegalOrderMove(order_id, status, move, allowed)
    return found


def is_made(status: Status, move: Move) -> bool:
    """Tell whether a move was the last one made, so that asking for it again changes nothing."""
    return _MADE.get(move) is status


@dataclass(frozen=True)
class OrderLine:
    """A line of an order as its terms were when it was written.

    Attributes:
        expected_on: the day the supplier is held to.
        most_quantity: so many pieces are taken at most.
        received_quantity: pieces that came and are good.
        damaged_quantity: pieces that came and are not; they fill nothing.
    """

    line_no: int
    item_id: UUID
    warehouse_id: UUID
    terms_id: UUID
    quantity: int
    unit_cost_fen: int
    lead_time_days: int
    expected_on: date
    most_quantity: int
    received_quantity: int = 0
    damaged_quantity: int = 0

    @property
    def is_full(self) -> bool:
        """Tell whether nothing of the line is awaited any more."""
        return self.received_quantity >= self.quantity


@dataclass(frozen=True)
class Batch:
    """Pieces of a line that came together; `expires_on` is their last day."""

    line_no: int
    quantity: int
    damaged_quantity: int = 0
    expires_on: date | None = None


def with_batches(lines: Sequence[OrderLine], batches: Sequence[Batch], day: date) -> list[OrderLine]:
    """Return the lines after a delivery came on a day.

    Raises:
        UnknownOrderLine: a batch is of no line.
        ExpiredOnArrival: good pieces are past their last day.
        OverReceipt: more good pieces came than are taken.
    """
    known = {line.line_no: line for line in lines}
    for batch in batches:
        line = known.get(batch.line_no)
        if line is None:
            raise UnknownOrderLine(batch.line_no, sorted(known))
        if batch.expires_on is not None and batch.expires_on < day and batch.quantity:
            raise ExpiredOnArrival(batch.line_no, batch.expires_on, day)
        received = line.received_quantity + batch.quantity
        if received > line.most_quantity:
            raise OverReceipt(
                batch.line_no, ordered=line.quantity, most=line.most_quantity, received=received
            )
        known[batch.line_no] = replace(
            line, received_quantity=received, damaged_quantity=line.damaged_quantity + batch.damaged_quantity
        )
    return list(known.values())


def received(reached: Status, lines: Sequence[OrderLine]) -> Status:
    """Return where an order stands once a delivery has come: where the move led, or at its end if nothing is awaited."""
    return Status.RECEIVED if all(line.is_full for line in lines) else reached
