"""What each member has to do with each item they took, told by counts, days and order."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from recommender.ranking.interactions import Interactions

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Pairs:
    """One entry per member and item taken, sorted by both, so that values align with a CSR matrix.

    Ages are in active days before the last active day of the interactions. A basket is what a member took
    on one day.

    Attributes:
        shape: (members, items).
        member, item: codes.
        days: on how many days the item was taken.
        recent_days: the same within the last `recent_window` active days.
        first_age, last_age: of the first and the last of them.
        baskets_since: baskets of the member after the last one that held the item.
        position: how many of the member's items were last taken later than this one; 0 is the newest.
        baskets: per member, how many baskets there are.
        first_basket_age, last_basket_age: per member.
    """

    shape: tuple[int, int]
    member: Ints
    item: Ints
    days: Ints
    recent_days: Ints
    first_age: Ints
    last_age: Ints
    baskets_since: Ints
    position: Ints
    baskets: Ints
    first_basket_age: Ints
    last_basket_age: Ints
    _row_pair: Ints
    _row_age: Ints

    @cached_property
    def indptr(self) -> Ints:
        """Where each member's entries begin; one more for the end."""
        return np.searchsorted(self.member, np.arange(self.shape[0] + 1))

    @cached_property
    def items_per_member(self) -> Ints:
        """How many items each member has taken."""
        return np.diff(self.indptr)

    @cached_property
    def members_per_item(self) -> Ints:
        """How many members have taken each item."""
        return np.bincount(self.item, minlength=self.shape[1])

    def matrix(self, values: NDArray[np.generic]) -> sparse.csr_array:
        """Return values of the pairs as a matrix of float32, shape (members, items)."""
        return sparse.csr_array((values.astype(np.float32), self.item, self.indptr), shape=self.shape)

    def decayed(self, half_life: float) -> Floats:
        """Return per pair the days it was taken on, each weighing half as much a half-life earlier."""
        weights = np.power(0.5, np.arange(int(self._row_age.max(initial=0)) + 1) / half_life)
        sums = np.bincount(self._row_pair, weights=weights[self._row_age], minlength=len(self.item))
        return np.asarray(sums, dtype=np.float64)


def pairs_of(interactions: Interactions, *, recent_window: int = 28) -> Pairs:
    """Gather the pairs of interactions, which are sorted by member, item and time."""
    n_members, n_items = len(interactions.member_ids), len(interactions.item_ids)
    member, item, age = interactions.member_codes, interactions.item_codes, interactions.age_active_days
    is_first = np.ones(len(member), dtype=bool)
    is_first[1:] = (member[1:] != member[:-1]) | (item[1:] != item[:-1])
    is_day = is_first.copy()
    is_day[1:] |= age[1:] != age[:-1]
    pair_of_row = np.cumsum(is_first) - 1
    first = np.flatnonzero(is_first)
    last = np.append(first[1:], len(member)) - 1
    day_pair, day_age = pair_of_row[is_day], age[is_day]
    pair_member = member[first]
    # Baskets are numbered over all members, the oldest first within each.
    n_days = len(interactions.active_days)
    basket_keys = np.unique(member[is_day] * n_days + (n_days - 1 - day_age))
    basket_member, basket_age = basket_keys // n_days, n_days - 1 - basket_keys % n_days
    ends = np.searchsorted(basket_member, np.arange(n_members + 1))
    basket_of_last = np.searchsorted(basket_keys, pair_member * n_days + (n_days - 1 - age[last]))
    # Of items taken at one moment the higher code counts as the newer, as where members' rows follow each other.
    order = np.lexsort((-item[first], -interactions.occurred_at[last].astype(np.int64), pair_member))
    start = np.searchsorted(pair_member, pair_member)
    position = np.empty(len(first), dtype=np.int64)
    position[order] = np.arange(len(first)) - start
    return Pairs(
        shape=(n_members, n_items),
        member=pair_member.astype(np.int64),
        item=item[first].astype(np.int64),
        days=np.bincount(day_pair, minlength=len(first)),
        recent_days=np.bincount(day_pair[day_age < recent_window], minlength=len(first)),
        first_age=age[first].astype(np.int64),
        last_age=age[last].astype(np.int64),
        baskets_since=ends[pair_member + 1] - 1 - basket_of_last,
        position=position,
        baskets=np.diff(ends),
        first_basket_age=basket_age[ends[:-1]],
        last_basket_age=basket_age[ends[1:] - 1],
        _row_pair=day_pair,
        _row_age=day_age.astype(np.int64),
    )
