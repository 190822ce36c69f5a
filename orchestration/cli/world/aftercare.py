"""What follows a redemption: carriers, reviewers, second thoughts, and what members say in the end."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import NamedTuple
from uuid import UUID

import numpy as np

from orchestration.cli.world.catalogue import BoolArray, FloatArray, IntArray
from orchestration.cli.world.complaints import Complaints
from orchestration.cli.world.identity import Identities
from orchestration.cli.world.order import Order
from orchestration.cli.world.parcels import Parcels
from orchestration.cli.world.service import DAY, HOUR, draw_scores, plan_deliveries
from orchestration.cli.world.surveys import Surveys
from orchestration.cli.world.truth import Truth
from orchestration.cli.world.voices import Voices
from transactional.behaviour.importing import PastAnswer
from transactional.engine.sweeping import NO_BODY
from transactional.redemption.commands import Cancel, OfRedemption, Progress, Refund, Review, TimeOut
from transactional.redemption.states import Move

# Shares of orders that a carrier brings, and of answers among all that were served.
CANCELLED_SHARE, REFUNDED_SHARE, ANSWER_SHARE = 0.0008, 0.012, 0.14
# Reviewers are right so often, and look in time so often.
_REVIEWER_RIGHT, _REVIEWED_SHARE = 0.93, 0.9


class Due(NamedTuple):
    """A command of a coming day; `review_of` is the order whose fate it decides, `is_last` says that none follows."""

    second: int
    member: int
    command: OfRedemption
    is_last: bool
    review_of: Order | None = None


class Aftercare:
    """Plans what follows redemptions, day by day."""

    def __init__(
        self, tenant_id: UUID, start: int, late_shares: FloatArray, slowness: Callable[[int], FloatArray], parcels: Parcels,
        complaints: Complaints, voices: Voices, surveys: Surveys, identities: Identities, truth: Truth,
        rng: np.random.Generator,
    ) -> None:  # fmt: skip
        """Begin with nothing.

        Args:
            start: epoch second of the first day's midnight.
            late_shares: share of each day's orders that come late.
            slowness: tells of a day how many times as often as others each item is shipped late.
        """
        self._tenant_id = tenant_id
        self._start = start
        self._late_shares = late_shares
        self._slowness = slowness
        self._parcels = parcels
        self._complaints = complaints
        self._voices = voices
        self._surveys = surveys
        self._identities = identities
        self._truth = truth
        self._rng = rng
        self._due: defaultdict[int, list[Due]] = defaultdict(list)
        self._answers: defaultdict[int, list[PastAnswer]] = defaultdict(list)

    def due(self, day: int) -> list[Due]:
        """Return what is to happen on a day, and forget it."""
        return self._due.pop(day, [])

    def answers(self, day: int) -> list[PastAnswer]:
        """Return what members answer on a day, and forget it."""
        return self._answers.pop(day, [])

    def served(self, orders: Sequence[Order]) -> None:
        """Note orders that were handed over at once."""
        count = len(orders)
        done = np.array([order.second for order in orders], dtype=np.int64)
        self._ask(orders, np.zeros(count, dtype=bool), done, kept=np.ones(count, dtype=bool))

    def ship(self, day: int, orders: Sequence[Order]) -> None:
        """Plan the way of orders that were allocated on a day; some are cancelled before they are packed."""
        rng = self._rng
        morning = self._start + (day + 1) * DAY + 8 * HOUR
        cancelled = rng.random(len(orders)) < CANCELLED_SHARE
        for n in np.flatnonzero(cancelled).tolist():
            self._add(orders[n], self._cancel(orders[n], morning - 6 * HOUR), is_last=True)
        orders = [order for order, is_off in zip(orders, cancelled.tolist(), strict=True) if not is_off]
        if not orders:
            return
        slowness = self._slowness(day)[[order.item for order in orders]]
        remote = self._parcels.is_remote(orders)
        plan = plan_deliveries(remote, slowness, float(self._late_shares[day]), rng)
        paid = np.array([order.second for order in orders], dtype=np.int64)
        shipped = np.maximum(paid + plan.to_ship, morning)
        delivered = shipped + plan.to_deliver
        returned = ~plan.is_lost & (rng.random(len(orders)) < REFUNDED_SHARE)
        completed = delivered + np.where(returned, DAY, plan.to_complete)
        restocked = rng.random(len(orders)) < 0.5
        chances = self._complaints.chances(orders, plan)
        complains, decided = self._complaints.open(
            orders, plan, returned, restocked, np.where(returned, completed, delivered), chances
        )
        told = self._parcels.send(orders, plan, shipped, delivered)
        self._truth.complaints(chances, complains)
        for n, order in enumerate(orders):
            self._follow(
                order,
                moments=(int(shipped[n]), int(delivered[n]), int(completed[n])),
                told=(int(told[0][n]), int(told[1][n])),
                refunded=int(decided[n]) if returned[n] or plan.is_lost[n] else None,
                is_lost=bool(plan.is_lost[n]),
                is_restocked=bool(restocked[n]),
            )
        done = np.where(plan.is_lost, decided, completed)
        self._ask(orders, plan.is_late, done, kept=~(returned | plan.is_lost))

    def _follow(
        self, order: Order, *, moments: tuple[int, int, int], told: tuple[int, int], refunded: int | None,
        is_lost: bool, is_restocked: bool,
    ) -> None:  # fmt: skip
        """Plan the steps of an order: it moves when the mall is told, and has moved when it happened."""
        shipped, delivered, completed = moments
        self._add(order, self._progress(order, Move.SHIP, told[0], shipped), is_last=False)
        if not is_lost:
            self._add(order, self._progress(order, Move.DELIVER, told[1], delivered), is_last=False)
            self._add(order, self._progress(order, Move.COMPLETE, completed), is_last=refunded is None)
        if refunded is not None:
            self._add(
                order, self._refund(order, refunded, restock=is_restocked and not is_lost), is_last=True
            )

    def review(self, day: int, order: Order, *, is_abuser: bool) -> None:
        """Plan what a reviewer makes of an order that was parked; some are never looked at."""
        chance = self._rng.random(2)
        if chance[0] > _REVIEWED_SHARE:
            second = order.second + 2 * DAY + 60
            command: OfRedemption = TimeOut(
                tenant_id=self._tenant_id, key=None, body_hash=NO_BODY, at=_moment(second),
                redemption_id=order.redemption_id,
            )  # fmt: skip
        else:
            second = self._start + (day + 1) * DAY + int(self._rng.integers(9 * HOUR, 18 * HOUR))
            approves = is_abuser == (chance[1] > _REVIEWER_RIGHT)
            command = Review(
                tenant_id=self._tenant_id, key=None, body_hash=NO_BODY, at=_moment(second),
                redemption_id=order.redemption_id, verdict="approve" if approves else "reject",
                reviewer="simulated reviewer",
            )  # fmt: skip
        self._due[self._day(second)].append(
            Due(second, order.member, command, is_last=False, review_of=order)
        )

    def _ask(
        self,
        orders: Sequence[Order],
        is_late: BoolArray,
        done: IntArray,
        *,
        kept: BoolArray,
    ) -> None:
        """Let members think of orders what they will, say some of it, and be asked about those that they keep."""
        liked = draw_scores(is_late, self._rng)
        self._voices.of_orders(orders, liked, done, kept)
        self._surveys.completed([orders[n] for n in np.flatnonzero(kept).tolist()], done[kept])
        scores = liked.tolist()
        answered = (self._rng.random(len(orders)) < ANSWER_SHARE).tolist()
        at = (done + self._rng.integers(DAY, 3 * DAY, len(orders))).tolist()
        for order, late, score, answers, second in zip(
            orders, is_late.tolist(), scores, answered, at, strict=True
        ):
            self._truth.satisfaction(order.redemption_id, late, score, answers)
            if answers:
                moment = _moment(second)
                answer = PastAnswer(
                    self._identities.at(moment), order.member_id, order.redemption_id, score, moment
                )
                self._answers[self._day(second)].append(answer)

    def _add(self, order: Order, due: tuple[int, OfRedemption], *, is_last: bool) -> None:
        second, command = due
        self._due[self._day(second)].append(Due(second, order.member, command, is_last))

    def _day(self, second: int) -> int:
        return (second - self._start) // DAY

    def _progress(
        self, order: Order, move: Move, second: int, occurred: int | None = None
    ) -> tuple[int, OfRedemption]:
        return second, Progress(
            tenant_id=self._tenant_id, key=None, body_hash=NO_BODY, at=_moment(second),
            redemption_id=order.redemption_id, move=move,  # type: ignore[arg-type]
            occurred_at=None if occurred is None else _moment(occurred),
        )  # fmt: skip

    def _cancel(self, order: Order, second: int) -> tuple[int, OfRedemption]:
        at = _moment(second)
        return second, Cancel(
            tenant_id=self._tenant_id, key=None, body_hash=NO_BODY, at=at, redemption_id=order.redemption_id,
            transfer_id=self._identities.at(at), reason="changed my mind",
        )  # fmt: skip

    def _refund(self, order: Order, second: int, *, restock: bool) -> tuple[int, OfRedemption]:
        at = _moment(second)
        return second, Refund(
            tenant_id=self._tenant_id, key=None, body_hash=NO_BODY, at=at, redemption_id=order.redemption_id,
            transfer_id=self._identities.at(at), lines=None, points=None, restock=restock, reason="damaged",
        )  # fmt: skip


def _moment(second: int) -> datetime:
    return datetime.fromtimestamp(second, UTC)
