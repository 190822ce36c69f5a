"""A plan's states and lines, and what is refused about them.

proposed ─edit→ edited ─decide→ approved | dismissed; a newer release makes one that nobody touched superseded.

Problem
├── UnknownPlan      404  the tenant has no such plan
├── UnknownPlanLine  422  the plan has no such line
├── PlanNotOpen      409  the plan was decided before, or a newer release took its place
└── PlanChanged      409  somebody edited the plan since it was looked at
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final, Literal
from uuid import UUID

from transactional.problems import Problem

Decision = Literal["approved", "dismissed"]
Confidence = Literal["high", "medium", "low"]
Reason = Literal["too_late", "shelf_life", "minimum_order", "pack", "budget", "storage"]


class Status(StrEnum):
    """Where a plan stands."""

    PROPOSED = "proposed"
    EDITED = "edited"
    APPROVED = "approved"
    DISMISSED = "dismissed"
    SUPERSEDED = "superseded"


# What people may still change or decide.
OPEN: Final = frozenset({Status.PROPOSED, Status.EDITED})


class UnknownPlan(Problem):
    """The tenant has no such plan."""

    slug = "unknown-holiday-plan"
    title = "No such holiday plan"
    status = 404

    def __init__(self, plan_id: UUID) -> None:
        super().__init__(
            f"your tenant has no holiday plan {plan_id}; GET /v1/holiday-plans lists them",
            plan_id=str(plan_id),
        )


class UnknownPlanLine(Problem):
    """The plan has no such line."""

    slug = "unknown-holiday-plan-line"
    title = "No such line"
    status = 422

    def __init__(self, item_id: UUID, warehouse_id: UUID) -> None:
        super().__init__(
            f"the plan has no line of item {item_id} in warehouse {warehouse_id}; "
            "order what is not planned with POST /v1/purchase-orders",
            item_id=str(item_id),
            warehouse_id=str(warehouse_id),
        )


class PlanNotOpen(Problem):
    """The plan was decided before, or a newer release took its place."""

    slug = "holiday-plan-not-open"
    title = "The holiday plan is not open"
    status = 409

    def __init__(self, plan_id: UUID, status: str) -> None:
        super().__init__(
            f"holiday plan {plan_id} is {status} already; look for the one that is open", plan_status=status
        )


class PlanChanged(Problem):
    """Somebody edited the plan since it was looked at."""

    slug = "holiday-plan-changed"
    title = "The holiday plan was changed meanwhile"
    status = 409

    def __init__(
        self, plan_id: UUID, revision: int, edited_by: str | None, edited_at: datetime | None
    ) -> None:
        super().__init__(
            f"holiday plan {plan_id} is at revision {revision} by now, last edited by {edited_by!r}; look at its lines "
            "again and repeat what still holds",
            revision=revision,
            edited_by=edited_by,
            edited_at=None if edited_at is None else edited_at.isoformat(),
        )


@dataclass(frozen=True)
class Holiday:
    """An occasion of a year, by its id and first day; the plan covers the days until the last one."""

    occasion_id: str
    first_day: date
    last_day: date


@dataclass(frozen=True)
class ProposedLine:
    """What a release proposes for an item in a warehouse before a holiday.

    Attributes:
        order_by, arrives_on: None where nothing is ordered.
        need_date: the first day on which running out is likelier than it is worth; None if there is none.
        is_too_late: an order of the next day comes after it was wanted.
        cuts: how many pieces each reason added to what was wished for; below zero where it cut.
        risk_without, risk_with: probability of running out without and with the plan.
        cost_without_fen, cost_with_fen: expected cost of missing and left-over pieces.
        demand_mean, demand_q05, demand_q50, demand_q95: pieces asked for until the holiday's last day.
    """

    holiday: Holiday
    item_id: UUID
    warehouse_id: UUID
    quantity: int
    order_by: date | None
    arrives_on: date | None
    need_date: date | None
    is_too_late: bool
    wish_quantity: int
    order_up_to: int
    cuts: Sequence[Mapping[str, str | int]]
    risk_without: float
    risk_with: float
    cost_without_fen: int
    cost_with_fen: int
    demand_mean: float
    demand_q05: float
    demand_q50: float
    demand_q95: float
    confidence: Confidence


@dataclass(frozen=True)
class LineEdit:
    """What a line is to be: pieces, none to strike it out, and the day to order; without one it stays."""

    item_id: UUID
    warehouse_id: UUID
    quantity: int
    order_by: date | None = None
