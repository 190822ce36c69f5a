"""What members shop for and earn by it, month by month."""

from datetime import date

import numpy as np
from numpy.typing import NDArray

from orchestration.cli.world.catalogue import FEN_PER_YUAN, FloatArray, IntArray
from orchestration.cli.world.members import Members
from orchestration.cli.world.presets import Preset
from orchestration.cli.world.wishes import EARNED_OF_SPEND, SPENT_ON_RECEIPTS

_STATEMENT_DAYS = 28
_DAYS_OF_MONTH = 30.4
# A receipt's size varies by so much (log scale), a member's mean by so much.
_SPREAD = 0.5
WELCOME_POINTS = 1_000


class Purse:
    """Who shops this month, how often, and what that brings."""

    def __init__(self, preset: Preset, members: Members, rng: np.random.Generator) -> None:
        self._preset = preset
        self._members = members
        self._rng = rng
        self._size = preset.ticket_yuan * rng.lognormal(0.0, _SPREAD, len(members))
        self._statement_day = rng.integers(1, _STATEMENT_DAYS + 1, len(members))
        self.receipts: IntArray = np.zeros(len(members), dtype=np.int64)

    def begin_month(self) -> None:
        """Draw who shops in the month that begins, and how often."""
        shops = self._rng.random(len(self._members)) < self._members.engagement
        self.receipts = np.where(shops, 1 + self._rng.poisson(self._members.receipts), 0)

    @property
    def monthly_points(self) -> FloatArray:
        """Return what each member earns in a usual month."""
        points: FloatArray = (
            self._members.engagement * self._members.receipts * self._size * EARNED_OF_SPEND * FEN_PER_YUAN
        )
        return points

    def opening_points(self) -> IntArray:
        """Return what each member that was there before the world brings along."""
        usual = self.monthly_points
        points = (usual * self._rng.gamma(2.0, 1.0, len(usual))).astype(np.int64)
        return np.where(self._members.joined < 0, points, 0)

    def present(self, day: int) -> NDArray[np.bool_]:
        """Return who is a member on a day, and has not gone."""
        here: NDArray[np.bool_] = (self._members.joined < day) & (day < self._members.leaves)
        return here

    def earnings(self, day: int, calendar_day: date) -> tuple[IntArray, IntArray]:
        """Return members whose statement is made on a day, and the points that their month's receipts bring."""
        due = np.flatnonzero(
            (self._statement_day == calendar_day.day) & (self.receipts > 0) & self.present(day)
        )
        spend = self.receipts[due] * self._size[due] * self._rng.lognormal(0.0, 0.25, len(due))
        points = np.round(spend * EARNED_OF_SPEND * FEN_PER_YUAN).astype(np.int64)
        return due, np.maximum(points, 1)

    def wish_rates(self, day: int, factor: float) -> FloatArray:
        """Return how many times each member is expected to want something on a day."""
        return np.asarray(
            self.receipts * (SPENT_ON_RECEIPTS / _DAYS_OF_MONTH * factor) * self.present(day),
            dtype=np.float64,
        )
