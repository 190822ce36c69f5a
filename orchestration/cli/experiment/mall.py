"""A tenant of the simulated world in memory: its own members, goods and wishes, without database, stock-outs or sales."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import pandas as pd

from orchestration.cli.experiment.points import Points
from orchestration.cli.world import calendar
from orchestration.cli.world.catalogue import (
    BoolArray,
    Catalogue,
    FloatArray,
    IntArray,
    category_factors,
    make_catalogue,
)
from orchestration.cli.world.members import Members, make_members
from orchestration.cli.world.plan import WorldPlan
from orchestration.cli.world.presets import CATEGORIES, preset_of
from orchestration.cli.world.purse import WELCOME_POINTS, Purse
from orchestration.cli.world.wishes import IDLE_VISITS, draw_wishes, eagerness, item_weights

NEW_DAYS = 28
# In the tenth of its days after the last item was listed a catalogue has nothing new: it is made for longer.
_LISTING_SHARE = 0.9


@dataclass(frozen=True)
class Past:
    """What happened before the experiment.

    Attributes:
        interactions: member_id, item_id and occurred_at (UTC) of each redemption.
        rate: redemptions per visit over the last days.
    """

    interactions: pd.DataFrame
    rate: float


class Mall:
    """The members, goods and points of a tenant from day to day; the same plan makes the same mall."""

    def __init__(self, plan: WorldPlan, number: int) -> None:
        """Make the goods and members of the `number`-th tenant; nothing has happened yet."""
        goods, people, purse, wishes = map(
            np.random.default_rng, np.random.SeedSequence([plan.seed, number]).spawn(4)
        )
        preset = preset_of(number)
        self.plan = plan
        self.catalogue: Catalogue = make_catalogue(preset, round(plan.days / _LISTING_SHARE), goods)
        self.members: Members = make_members(preset, plan.members, plan.days, people)
        self.points = Points(plan.members, preset.validity_months)
        self._rng = wishes
        self._purse = Purse(preset, self.members, purse)
        self._purse.begin_month()
        self._days = [plan.first + timedelta(days=n) for n in range(plan.days)]
        self._factors = calendar.demand_factors(self._days, preset.member_day)

    def member_id(self, member: int) -> str:
        """Return the id of a member in frames."""
        return f"m{member:07d}"

    def item_id(self, item: int) -> str:
        """Return the id of an item in frames."""
        return f"i{item:04d}"

    def items(self) -> pd.DataFrame:
        """Return item_id, category and unit_price (points), as the warehouse tells them."""
        return pd.DataFrame(
            {
                "item_id": [self.item_id(item) for item in range(len(self.catalogue))],
                "category": [CATEGORIES[c].code for c in self.catalogue.category],
                "unit_price": self.catalogue.price,
            }
        )

    def begin_day(self, day: int) -> None:
        """Expire and credit the points of a day, once and in the order of days."""
        if self._days[day].day == 1:
            self.points.begin_month()
            self._purse.begin_month()
        if day == 0:
            self.points.credit(np.arange(len(self.members)), self._purse.opening_points())
        self.points.credit(*self._purse.earnings(day, self._days[day]))
        joined = np.flatnonzero(self.members.joined == day)
        self.points.credit(joined, np.full(len(joined), WELCOME_POINTS))

    def weights(self, day: int) -> FloatArray:
        """Return how much each item is wanted on a day by someone who likes all alike, 0 where it is not listed."""
        nearby = category_factors(calendar.felt(self._days[day]))
        return item_weights(self.catalogue, self.catalogue.price.astype(float), nearby, day)

    def visit_rates(self, day: int) -> FloatArray:
        """Return the visits that each member is expected to make on a day: those of a wish, and idle ones."""
        return self._wish_rates(day) * (eagerness(self.points.balance) + IDLE_VISITS)

    def worth(self, member: IntArray, item: IntArray, weights: FloatArray) -> FloatArray:
        """Return how much each of these members likes each item of its row, shape (rows, items); 0 of item -1."""
        liking = np.take_along_axis(self.members.tastes[member], self.catalogue.category[item], axis=1)
        found: FloatArray = np.where(item >= 0, liking * weights[item], 0.0)
        return found

    def is_available(self, member: IntArray, weights: FloatArray) -> BoolArray:
        """Return which items are listed and affordable, shape (rows, items)."""
        found: BoolArray = (weights > 0) & (self.catalogue.price <= self.points.balance[member][:, None])
        return found

    def is_new(self, day: int) -> BoolArray:
        """Return which items were listed within the last days, not with the shop itself."""
        since = self.catalogue.listed_from
        return (since > 0) & (since <= day) & (since > day - NEW_DAYS)

    def is_here(self, day: int) -> BoolArray:
        """Return who is an honest member on a day and has not gone."""
        members = self.members
        found: BoolArray = (members.joined < day) & (day < members.leaves) & ~members.is_abuser
        return found

    def live(self, days: int, *, rate_days: int, advance: Callable[[int, int], None]) -> Past:
        """Live through the first days, on which members choose from the whole shop as in the simulated world.

        Args:
            rate_days: how many of the last days the redemption rate is taken from.
        """
        members, items, moments = [], [], []
        visits = redemptions = 0.0
        for day in range(days):
            self.begin_day(day)
            expected = self.visit_rates(day).sum()
            wishes = draw_wishes(
                self.members, self.catalogue, self._wish_rates(day), self.points.balance, self.weights(day), [],
                self._rng,
            )  # fmt: skip
            taken = 0
            cost = wishes.quantity * self.catalogue.price[wishes.item]
            for turn in in_turn(wishes.member):
                # An earlier wish of the day may have taken the points of a later one.
                has_points = cost[turn] <= self.points.balance[wishes.member[turn]]
                now = turn[wishes.is_affordable[turn] & has_points]
                self.points.spend(wishes.member[now], cost[now])
                members.append(wishes.member[now])
                items.append(wishes.item[now])
                moments.append(self.plan.start + day * 86_400 + wishes.second[now])
                taken += len(now)
            if day >= days - rate_days:
                visits += expected
                redemptions += taken
            advance(day + 1, days)
        frame = pd.DataFrame(
            {
                "member_id": [self.member_id(member) for member in np.concatenate(members)],
                "item_id": [self.item_id(item) for item in np.concatenate(items)],
                "occurred_at": pd.to_datetime(np.concatenate(moments), unit="s", utc=True),
            }
        )
        return Past(frame, redemptions / visits)

    def _wish_rates(self, day: int) -> FloatArray:
        return self._purse.wish_rates(day, self._factors[day])


def in_turn(member: IntArray) -> Iterator[IntArray]:
    """Yield positions of rows so that no member comes twice in one turn: all first rows, all second ones, and so on."""
    turn = pd.Series(member).groupby(member).cumcount().to_numpy(dtype=np.int64)
    for number in range(int(turn.max(initial=-1)) + 1):
        yield np.flatnonzero(turn == number)
