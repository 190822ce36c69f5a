"""By how much a statement of stock corrects the books, and why one is refused.

Problem
├── StockBelowReserved  409  fewer pieces would be left than are set aside
├── StockAlreadyLeft    409  more pieces left since the moment than are stated
└── LevelContradicts    409  another quantity was stated of the same moment
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from transactional.problems import Problem

Place = tuple[UUID, UUID]
Status = Literal["adjusted", "unchanged", "older", "refused"]


class StockBelowReserved(Problem):
    """Fewer pieces would be left than are set aside."""

    slug = "stock-below-reserved"
    title = "Fewer pieces than are set aside"
    status = 409

    def __init__(self, *, missing: int, free: int) -> None:
        super().__init__(
            f"{missing} pieces would be missing of which only {free} are free; the others are set aside for flash sales, "
            "draws and reservations, which end first",
            missing=missing,
            free=free,
        )


class StockAlreadyLeft(Problem):
    """More pieces left the warehouse since the moment than are stated to lie there then."""

    slug = "stock-already-left"
    title = "More pieces left than are stated"
    status = 409

    def __init__(self, *, stated: int, left: int) -> None:
        super().__init__(
            f"{stated} pieces are stated, and by our books {left} have left since; count again and state that",
            stated=stated,
            left=left,
        )


class LevelContradicts(Problem):
    """Another quantity was stated of the same moment."""

    slug = "stock-level-contradicts"
    title = "Another quantity was stated of this moment"
    status = 409

    def __init__(self, *, stated: int, before: int) -> None:
        super().__init__(
            f"{before} pieces were stated as of the same moment, and now {stated}; state a later one",
            stated=stated,
            before=before,
        )


@dataclass(frozen=True)
class Stated:
    """A quantity and the moment of which it was stated."""

    quantity: int
    as_of: datetime


@dataclass(frozen=True)
class Level:
    """So many pieces of an item lie in a warehouse by a statement; the others are what the books say of them.

    Attributes:
        there: pieces that lie there now.
        moved_since: what came there, less what left, since the statement's moment.
        last: what was stated of the place before.
    """

    warehouse_id: UUID
    item_id: UUID
    quantity: int
    there: int
    moved_since: int
    last: Stated | None

    @property
    def place(self) -> Place:
        """Return the place of which it is stated."""
        return self.warehouse_id, self.item_id

    @property
    def adjustment(self) -> int:
        """Return how many pieces the books lack; what moved since the moment counts on top of what was stated."""
        return self.quantity + self.moved_since - self.there


@dataclass(frozen=True)
class Outcome:
    """What became of a statement: by how many pieces it corrected the books, or why it did not."""

    status: Status
    adjustment: int = 0
    problem: Problem | None = None


def decide(levels: Sequence[Level], *, as_of: datetime, free: dict[UUID, int]) -> dict[Place, Outcome]:
    """Decide about statements of one moment, each about another place.

    What adds pieces of an item comes before what takes some away, so that pieces carried to another warehouse are no
    shortage.

    Args:
        free: pieces of each item that are not set aside; changed as it goes.
    """
    outcomes = {}
    for level in sorted(levels, key=lambda one: -one.adjustment):
        outcome = _outcome(level, as_of, free[level.item_id])
        free[level.item_id] += outcome.adjustment
        outcomes[level.place] = outcome
    return outcomes


def _outcome(level: Level, as_of: datetime, free: int) -> Outcome:
    last = level.last
    if last is not None and as_of < last.as_of:
        return Outcome("older")
    if last is not None and as_of == last.as_of:
        if last.quantity == level.quantity:
            return Outcome("unchanged")
        return Outcome("refused", problem=LevelContradicts(stated=level.quantity, before=last.quantity))
    if level.quantity + level.moved_since < 0:
        return Outcome("refused", problem=StockAlreadyLeft(stated=level.quantity, left=-level.moved_since))
    if free + level.adjustment < 0:
        return Outcome("refused", problem=StockBelowReserved(missing=-level.adjustment, free=free))
    return Outcome("adjusted" if level.adjustment else "unchanged", level.adjustment)
