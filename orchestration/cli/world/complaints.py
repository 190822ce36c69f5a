"""What members of a simulated shop complain of and ask about, and how soon somebody answers."""

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

import numpy as np

from orchestration.cli.world.catalogue import BoolArray, FloatArray, IntArray
from orchestration.cli.world.identity import Identities
from orchestration.cli.world.order import Order
from orchestration.cli.world.service import DAY, HOUR, Delivery
from orchestration.cli.world.voices import Voices
from transactional.after_sales.domain import Outcome, Reason, Responsibility, Type
from transactional.after_sales.importing import PastCase, PastCases

# Of orders in time, of a supplier as good as others, and of late ones; and of all, so many only ask something.
COMPLAINT_CHANCE_ON_TIME, COMPLAINT_CHANCE_LATE, INQUIRY_CHANCE = 0.003, 0.06, 0.008
ANSWERED_IN_TIME_SHARE = 0.965
_OPENED_AFTER = (HOUR, 20 * HOUR)
_DECIDED_AFTER = (HOUR, 36 * HOUR)
_DEFECTS: tuple[Reason, ...] = ("damaged", "not_as_described", "wrong_item", "missing")
_BY = "simulated agent"

# Type, reason and what comes of it, of the things that happen to an order.
_Kind = tuple[Type, Reason, Outcome, Responsibility]
_LOST: _Kind = ("complaint", "not_received", "refund", "carrier")
_RETURNED: _Kind = ("return", "damaged", "refund", "supplier")
_SHIPPED_LATE: _Kind = ("complaint", "late", "settled", "supplier")
_CAME_LATE: _Kind = ("complaint", "late", "settled", "carrier")
_ASKED: _Kind = ("inquiry", "other", "settled", "platform")
_SAID: dict[Reason, str] = {
    "damaged": "收到时已破损",
    "wrong_item": "发错商品了",
    "missing": "少了一件",
    "not_as_described": "与描述不符",
    "late": "比承诺的时间晚到",
    "not_received": "包裹一直没收到",
    "other": "想问一下发票怎么开",
}
_ANSWER = "已收到您的反馈，正在核实"
_DECISIONS: dict[Outcome, str] = {
    "refund": "积分退回",
    "settled": "已说明并致歉",
    "replace": "补发",
    "reject": "不予处理",
}


class Complaints:
    """Opens the cases of a tenant's orders."""

    def __init__(
        self, past: PastCases, items: list[UUID], defects: FloatArray, voices: Voices, identities: Identities,
        rng: np.random.Generator,
    ) -> None:  # fmt: skip
        """Begin without cases.

        Args:
            defects: how many times as often as usual members complain of each item.
        """
        self._past = past
        self._items = items
        self._defects = defects
        self._voices = voices
        self._identities = identities
        self._rng = rng

    def chances(self, orders: Sequence[Order], plan: Delivery) -> FloatArray:
        """Return how likely a complaint about each order is."""
        defects = self._defects[[order.item for order in orders]]
        usual = np.where(plan.is_late, COMPLAINT_CHANCE_LATE, COMPLAINT_CHANCE_ON_TIME * defects)
        chances: FloatArray = np.where(plan.is_lost, 1.0, usual)
        return chances

    def open(
        self, orders: Sequence[Order], plan: Delivery, returned: BoolArray, restocked: BoolArray, came: IntArray,
        chances: FloatArray,
    ) -> tuple[BoolArray, IntArray]:  # fmt: skip
        """Open at most one case about each order; return which are complaints, and when each order's case is decided.

        Args:
            returned: orders that are sent back, `restocked` whether their pieces can be given to somebody else.
            came: when the order is in the member's hands, or it is known that it never will be.
        """
        rng, count = self._rng, len(orders)
        complains = ~returned & (rng.random(count) < chances)
        inquires = ~returned & ~complains & (rng.random(count) < INQUIRY_CHANCE)
        defect = rng.integers(0, len(_DEFECTS), count)
        opened = came + rng.integers(*_OPENED_AFTER, count)
        soon = np.clip(rng.gamma(2.0, 4.0 * HOUR, count), 300, 23 * HOUR)
        is_soon = rng.random(count) < ANSWERED_IN_TIME_SHARE
        answered = opened + np.where(is_soon, soon, DAY + HOUR + rng.exponential(DAY / 2, count)).astype(
            np.int64
        )
        decided = answered + rng.integers(*_DECIDED_AFTER, count)
        for n in np.flatnonzero(returned | complains | inquires).tolist():
            if returned[n]:
                kind = _RETURNED
            elif plan.is_lost[n]:
                kind = _LOST
            elif not complains[n]:
                kind = _ASKED
            elif plan.is_shipped_late[n]:
                kind = _SHIPPED_LATE
            elif plan.is_late[n]:
                kind = _CAME_LATE
            else:
                kind = ("complaint", _DEFECTS[defect[n]], "settled", "supplier")
            moments = tuple(int(moment[n]) for moment in (opened, answered, decided))
            self._add(orders[n], kind, moments, is_restocked=bool(returned[n] and restocked[n]))
        return complains, decided

    def _add(self, order: Order, kind: _Kind, moments: tuple[int, ...], *, is_restocked: bool) -> None:
        type_, reason, outcome, responsibility = kind
        opened, answered, decided = (datetime.fromtimestamp(second, UTC) for second in moments)
        case_id = self._identities.at(opened)
        self._voices.of_case(case_id, order, reason, moments[1], moments[2])
        self._past.add(
            PastCase(
                case_id, order.redemption_id, order.member_id, self._items[order.item],
                order.quantity, type_, reason, _SAID[reason], _ANSWER, _DECISIONS[outcome], opened, answered, decided,
                outcome, responsibility, is_restocked, _BY,
            )
        )  # fmt: skip
