"""A provider's file against what the mall knows, line by line. Pure; amounts are integer fen."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple
from uuid import UUID

from transactional.problems import Problem

Kind = Literal["payment", "refund"]
Verdict = Literal["matched", "missing_here", "missing_there", "different_amount"]


class Order(NamedTuple):
    """A payment or a refund by its order number."""

    kind: Kind
    number: str


@dataclass(frozen=True)
class Compared:
    """What a line says and what the mall says; None is what one of them does not have."""

    order: Order
    verdict: Verdict
    file_fen: int | None
    our_fen: int | None


class UnknownReconciliation(Problem):
    """The tenant has no such reconciliation."""

    slug = "unknown-reconciliation"
    title = "No such reconciliation"
    status = 404

    def __init__(self, reconciliation_id: UUID) -> None:
        super().__init__(
            f"your tenant has no reconciliation {reconciliation_id}; GET /v1/reconciliations lists them",
            reconciliation_id=str(reconciliation_id),
        )


class NamedTwice(Problem):
    """The file has an order twice."""

    slug = "order-named-twice"
    title = "The file has an order twice"
    status = 422

    def __init__(self, order: Order, first_row: int) -> None:
        super().__init__(f"the {order.kind} {order.number} is in row {first_row} already")


def compare(
    lines: Sequence[tuple[Order, int]],
    *,
    known: Mapping[Order, int],
    of_the_day: Iterable[Order],
    elsewhere: Collection[Order],
) -> list[Compared]:
    """Return the verdict on each line, in the file's order, and then on what the file does not have.

    Args:
        lines: the file's orders, each once, with what it says of them.
        known: what the mall knows of those orders and of the day's.
        of_the_day: what the mall booked on the file's day.
        elsewhere: what a file of another day has: around midnight the two do not agree which day it is.
    """
    found = []
    for order, fen in lines:
        ours = known.get(order)
        verdict: Verdict = (
            "missing_here" if ours is None else "matched" if ours == fen else "different_amount"
        )
        found.append(Compared(order, verdict, fen, ours))
    told = {order for order, _ in lines}
    found += [
        Compared(order, "missing_there", None, known[order])
        for order in of_the_day
        if order not in told and order not in elsewhere
    ]
    return found
