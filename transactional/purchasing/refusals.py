"""What is refused about purchase orders.

Problem
├── UnknownOrder      404  the tenant has no such purchase order
├── UnknownOrderLine  422  the order has no such line
├── OrderExists       409  the reference names an order with other contents
├── IllegalOrderMove  409  the order is not where this can be done
├── NotAnApprover     403  who approves has no login that may
├── ReceiptExists     409  the reference names another receipt of the order
├── OverReceipt       409  more good pieces came than are taken
└── ExpiredOnArrival  422  good pieces are past their last day
"""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from transactional.problems import Problem


class UnknownOrder(Problem):
    """The tenant has no such purchase order."""

    slug = "unknown-purchase-order"
    title = "No such purchase order"
    status = 404

    def __init__(self, order: UUID | str) -> None:
        super().__init__(
            f"your tenant has no purchase order {order}; GET /v1/purchase-orders lists them",
            purchase_order_id=str(order),
        )


class UnknownOrderLine(Problem):
    """The order has no such line."""

    slug = "unknown-purchase-order-line"
    title = "No such line"
    status = 422

    def __init__(self, line_no: int, lines: Sequence[int]) -> None:
        super().__init__(
            f"the purchase order has the lines {', '.join(map(str, lines))} and no line {line_no}"
        )


class OrderExists(Problem):
    """The reference names an order with other contents."""

    slug = "purchase-order-exists"
    title = "The reference was used for another purchase order"
    status = 409

    def __init__(self, reference: str, order_id: UUID) -> None:
        super().__init__(
            f"the reference {reference!r} names a purchase order with other contents; use a new one for a new order",
            purchase_order_id=str(order_id),
        )


class IllegalOrderMove(Problem):
    """The order is not where this can be done."""

    slug = "illegal-purchase-order-move"
    title = "The purchase order is not in a state for this"
    status = 409

    def __init__(self, order_id: UUID, status: str, move: str, allowed: Sequence[str]) -> None:
        can = f"it can be moved by {', '.join(allowed)}" if allowed else "nothing moves it any more"
        super().__init__(
            f"purchase order {order_id} is {status}, so `{move}` is not possible; {can}",
            purchase_order_id=str(order_id),
            order_status=status,
        )


class NotAnApprover(Problem):
    """Who approves has no login that may."""

    slug = "not-an-approver"
    title = "This person may not approve purchase orders"
    status = 403

    def __init__(self, username: str) -> None:
        super().__init__(
            f"{username!r} is no enabled login of your tenant with the role planner or enterprise_admin, which "
            "approving needs"
        )


class ReceiptExists(Problem):
    """The reference names another receipt of the order."""

    slug = "receipt-exists"
    title = "The reference was used for another receipt"
    status = 409

    def __init__(self, reference: str, receipt_id: UUID) -> None:
        super().__init__(
            f"the reference {reference!r} names a receipt of this order with other batches; "
            "use the number of the delivery note",
            receipt_id=str(receipt_id),
        )


class OverReceipt(Problem):
    """More good pieces came than are taken."""

    slug = "over-receipt"
    title = "More came than is taken"
    status = 409

    def __init__(self, line_no: int, *, ordered: int, most: int, received: int) -> None:
        super().__init__(
            f"line {line_no} is for {ordered} pieces, of which at most {most} are taken, and with this receipt there "
            f"would be {received}; send the rest back or order it",
            line_no=line_no,
            ordered=ordered,
            most=most,
            received=received,
        )


class ExpiredOnArrival(Problem):
    """Good pieces are past their last day."""

    slug = "expired-on-arrival"
    title = "The pieces are past their last day"
    status = 422

    def __init__(self, line_no: int, expires_on: date, day: date) -> None:
        super().__init__(
            f"pieces of line {line_no} had their last day on {expires_on} and came on {day}; count them as damaged"
        )
