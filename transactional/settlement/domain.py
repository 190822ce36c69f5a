"""On which day's statement a fact stands, and when it is due. Pure; amounts are integer fen."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, NamedTuple
from uuid import UUID

from transactional.problems import Problem

Basis = Literal["receipt", "redemption"]
_SATURDAY = 5
_DAY = timedelta(days=1)


class Party(NamedTuple):
    """Whom something is owed: a supplier or another tenant."""

    kind: str
    party_id: UUID


@dataclass(frozen=True)
class Fact:
    """Something that is yet to be settled.

    Attributes:
        source_day: the business day it happened.
        quantity: pieces, or points of an exchange; negative if they are taken back.
        unit_cost_fen: what a piece costs; None of exchanges.
        amount_fen: what is owed for it; negative if it is owed to the tenant.
    """

    party: Party
    source: str
    source_id: UUID
    source_no: int
    source_day: date
    quantity: int
    unit_cost_fen: int | None
    amount_fen: int


class BasisFixed(Problem):
    """The supplier has statements on another basis."""

    slug = "settlement-basis-fixed"
    title = "The supplier was settled on another basis"
    status = 409

    def __init__(self, supplier_id: UUID, basis: str) -> None:
        super().__init__(
            f"supplier {supplier_id} has statements by {basis}; by another basis the same pieces could be paid twice. "
            "Add it as another supplier for what it delivers from now on",
            supplier_id=str(supplier_id),
        )


class UnknownStatement(Problem):
    """The tenant has no such statement."""

    slug = "unknown-settlement"
    title = "No such statement"
    status = 404

    def __init__(self, statement_id: UUID) -> None:
        super().__init__(
            f"your tenant has no statement {statement_id}; GET /v1/settlements lists them",
            statement_id=str(statement_id),
        )


class AlreadySettled(Problem):
    """The statement was settled by another payment."""

    slug = "already-settled"
    title = "The statement was settled otherwise"
    status = 409

    def __init__(self, statement_id: UUID, reference: str) -> None:
        super().__init__(
            f"statement {statement_id} was settled by the payment {reference!r}; what was settled stays",
            reference=reference,
        )


def statements_due(
    facts: Iterable[Fact], *, stated_until: Mapping[Party, date], last_day: date
) -> dict[tuple[Party, date], list[Fact]]:
    """Return what is to be stated, by party and day.

    A fact stands on the statement of its own day. If that one, or a later one of the party, was made before it became
    known, it stands on that of the last day that is over; if there is one of that day too, it waits for the next.

    Args:
        stated_until: the last day of which each party has a statement.
        last_day: the last business day that is over.
    """
    due: dict[tuple[Party, date], list[Fact]] = {}
    for fact in facts:
        if fact.source_day > last_day:
            continue
        stated = stated_until.get(fact.party, date.min)
        day = fact.source_day if fact.source_day > stated else last_day
        if day > stated:
            due.setdefault((fact.party, day), []).append(fact)
    return due


def is_working(day: date, changes: Mapping[date, bool]) -> bool:
    """Tell whether banks work on a day: as the notices say, and else on Monday to Friday."""
    return changes.get(day, day.weekday() < _SATURDAY)


def due_on(day: date, changes: Mapping[date, bool]) -> date:
    """Return when a day's statement is due: the first working day after it (T+1)."""
    due = day + _DAY
    while not is_working(due, changes):
        due += _DAY
    return due
