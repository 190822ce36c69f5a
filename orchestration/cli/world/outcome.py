"""Has the requests of a day decided and takes note of what the engine answered."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from uuid import UUID

import msgspec
import numpy as np

from orchestration.cli.world.aftercare import Aftercare, Due
from orchestration.cli.world.catalogue import Catalogue, IntArray
from orchestration.cli.world.day import Asked
from orchestration.cli.world.members import Members
from orchestration.cli.world.order import Order
from orchestration.cli.world.setting import Setting
from orchestration.cli.world.truth import Truth
from transactional.engine.book import Answer
from transactional.engine.importing.past import PastImport
from transactional.redemption.commands import Progress, Redeem
from transactional.redemption.states import Status

_OUT = ("out-of-stock", "flash-sale-sold-out")
_BLOCKED = "risk-denied"


class _Refusal(msgspec.Struct):
    type: str


class _Success(msgspec.Struct):
    available_points: int


_refusal = msgspec.json.Decoder(_Refusal)
_success = msgspec.json.Decoder(_Success)


class WorldBroken(RuntimeError):
    """The engine refused what the simulation's own rules make possible."""


class Outcome:
    """What the simulation knows of the mall: balances, and what became of requests.

    Attributes:
        balance: points that each member can spend, as of its newest request.
    """

    def __init__(
        self, past: PastImport, care: Aftercare, truth: Truth, setting: Setting, catalogue: Catalogue,
        members: Members,
    ) -> None:  # fmt: skip
        self._past = past
        self._care = care
        self._truth = truth
        self._setting = setting
        self._is_abuser = members.is_abuser
        self._number = {member_id: number for number, member_id in enumerate(setting.members)}
        self.balance: IntArray = np.zeros(len(members), dtype=np.int64)
        self.earns = self.redemptions = self.refusals = 0

    def unasked(self, day: int) -> Callable[[IntArray, IntArray], None]:
        """Return what notes items and pieces that were wanted on a day and not asked for."""

        def lose(items: IntArray, pieces: IntArray) -> None:
            for measure in ("lost_unasked", "demand"):
                self._truth.wanted(measure, day, items, pieces)

        return lose

    def refresh_members(self, members: Iterable[UUID], second: int) -> None:
        """Look up what members can spend."""
        at = datetime.fromtimestamp(second, UTC)
        for member_id in members:
            self.balance[self._number[member_id]] = self._past.available(member_id, at)

    def settle_day(self, day: int, asked: list[Asked], due: list[Due]) -> None:
        """Decide all that happens on a day, in the order of time, and plan what follows from it.

        Raises:
            WorldBroken: the engine refused a credit or a step of an order.
        """
        steps: list[Asked | Due] = sorted([*asked, *due], key=lambda step: step.second)
        answers = self._past.decide([step.command for step in steps])
        served: list[Order] = []
        shipped: list[Order] = []
        for step, answer in zip(steps, answers, strict=True):
            if isinstance(step, Due):
                self._follow(day, step, answer, served, shipped)
                continue
            if answer.status == 201:
                self.balance[step.member] = _success.decode(answer.body).available_points
            # Not by isinstance, which is slow for abstract classes.
            if type(step.command) is Redeem:
                self._redeem(day, step, step.command, answer, served, shipped)
            else:
                _require(answer)
                self.earns += 1
        self._care.served(served)
        self._care.ship(day, shipped)

    def _redeem(
        self,
        day: int,
        asked: Asked,
        command: Redeem,
        answer: Answer,
        served: list[Order],
        shipped: list[Order],
    ) -> None:
        self._truth.request(asked.number, asked.member, asked.second, answer.status, abusive=asked.is_abuse)
        if answer.status == 201:
            self.redemptions += 1
            self._truth.asked("demand", day, asked.item, asked.quantity)
            if asked.is_abuse:
                self._truth.asked("abusive", day, asked.item, asked.quantity)
            order = Order(
                command.redemption_id,
                command.member_id,
                asked.member,
                asked.second,
                asked.item,
                asked.quantity,
            )
            self._place(day, order, served, shipped)
            return
        self.refusals += 1
        reason = _refusal.decode(answer.body).type.rpartition(":")[2]
        if asked.is_abuse:
            return
        lost = "lost_refused" if reason in _OUT else "lost_blocked" if reason == _BLOCKED else None
        if lost is not None:
            for measure in (lost, "demand"):
                self._truth.asked(measure, day, asked.item, asked.quantity)

    def _follow(self, day: int, due: Due, answer: Answer, served: list[Order], shipped: list[Order]) -> None:
        _require(answer)
        if due.review_of is not None:
            self._place(day, due.review_of._replace(second=due.second), served, shipped)
        if type(due.command) is not Progress:
            self.refresh_members([self._setting.members[due.member]], due.second)
        if due.is_last:
            self._past.forget(due.command.redemption_id)

    def _place(self, day: int, order: Order, served: list[Order], shipped: list[Order]) -> None:
        """Sort an order by where it stands."""
        match self._past.status(order.redemption_id):
            case Status.COMPLETED:
                self._past.forget(order.redemption_id)
                served.append(order)
            case Status.ALLOCATED:
                shipped.append(order)
            case Status.IN_REVIEW:
                self._care.review(day, order, is_abuser=bool(self._is_abuser[order.member]))
            case Status.CANCELLED:
                self._past.forget(order.redemption_id)
            case status:
                raise WorldBroken(f"redemption {order.redemption_id} is {status}")


def _require(answer: Answer) -> None:
    if answer.status >= 400:
        raise WorldBroken(answer.body.decode())
