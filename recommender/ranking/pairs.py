"""What each member has to do with each item they took, told by counts, days and order."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from recommender.ranking.sorting import key_of_moments, numbered, order_by

Ints = NDArray[np.int32]
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
        row_pair, row_age, row_baskets_since: one entry per pair and day it was taken on: the pair's number, the age
            of the day, and the baskets of the member after it.
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
    row_pair: Ints
    row_age: Ints
    row_baskets_since: Ints

    def __post_init__(self) -> None:
        # Matrices of the pairs share these arrays, and some operations of a sparse matrix work in place.
        for values in vars(self).values():
            if isinstance(values, np.ndarray):
                values.flags.writeable = False

    @cached_property
    def indptr(self) -> NDArray[np.intp]:
        """Where each member's entries begin; one more for the end."""
        return np.append(0, np.cumsum(np.bincount(self.member, minlength=self.shape[0])))

    @cached_property
    def items_per_member(self) -> NDArray[np.intp]:
        """How many items each member has taken."""
        return np.diff(self.indptr)

    @cached_property
    def members_per_item(self) -> NDArray[np.intp]:
        """How many members have taken each item."""
        return np.bincount(self.item, minlength=self.shape[1])

    def sums(self, of_rows: Floats) -> Floats:
        """Return per pair the sum of what each of its days weighs."""
        sums = np.bincount(self.row_pair, weights=of_rows, minlength=len(self.item))
        return np.asarray(sums, dtype=np.float64)

    def matrix(self, values: NDArray[np.generic]) -> sparse.csr_array:
        """Return values of the pairs as a matrix of float32, shape (members, items)."""
        return sparse.csr_array((values.astype(np.float32), self.item, self.indptr), shape=self.shape)

    def newest(self, limit: float, values: NDArray[np.floating]) -> sparse.csr_array:
        """Return the same of the pairs alone whose position is below a limit."""
        kept = np.flatnonzero(self.position < limit)
        cells = (self.member[kept], self.item[kept])
        return sparse.coo_array((values[kept].astype(np.float32), cells), shape=self.shape).tocsr()

    def decayed(self, half_life: float) -> Floats:
        """Return per pair the days it was taken on, each weighing half as much a half-life earlier."""
        weights = np.power(0.5, np.arange(int(self.row_age.max(initial=0)) + 1) / half_life)
        return self.sums(weights[self.row_age])


def every_nth(n_members: int, limit: int) -> int:
    """Return the step by which at most `limit` members are taken, evenly spaced."""
    return max(1, -(-n_members // limit))


def gather_pairs(
    member: Ints,
    item: Ints,
    age: Ints,
    moment: NDArray[np.int64],
    *,
    shape: tuple[int, int],
    recent_window: int = 28,
) -> Pairs:
    """Gather the pairs of rows that are sorted by member, item and time.

    Args:
        member, item: codes; each member occurs.
        age: in active days.
        moment: by which items that were taken on one day are ordered.
        shape: (members, items).
    """
    is_first = np.ones(len(member), dtype=bool)
    is_first[1:] = (member[1:] != member[:-1]) | (item[1:] != item[:-1])
    is_day = is_first.copy()
    is_day[1:] |= age[1:] != age[:-1]
    pair_of_row = np.cumsum(is_first) - 1
    first = np.flatnonzero(is_first)
    last = np.append(first[1:], len(member)) - 1
    day_pair, day_age = pair_of_row[is_day], age[is_day]
    pair_member = member[first]
    # Baskets are numbered over all members, the newest first within each.
    n_days = int(age.max(initial=0)) + 1
    row_keys = pair_member[day_pair].astype(np.int64) * n_days + day_age
    basket_keys, row_basket = numbered(row_keys)
    basket_member, basket_age = basket_keys // n_days, basket_keys % n_days
    baskets = np.bincount(basket_member, minlength=shape[0])
    starts = np.append(0, np.cumsum(baskets))
    row_baskets_since = row_basket - starts[pair_member[day_pair]]
    # The last day of a pair is its last row.
    last_row = np.append(np.flatnonzero(np.diff(day_pair)), len(day_pair) - 1)
    # Of items taken at one moment the higher code counts as the newer, as where members' rows follow each other.
    order = order_by(key_of_moments(pair_member, -moment[last]), -moment[last], -item[first])
    start = np.searchsorted(pair_member, pair_member)
    position = np.empty(len(first), dtype=np.int32)
    position[order] = np.arange(len(first)) - start
    return Pairs(
        shape=shape,
        member=pair_member,
        item=item[first],
        days=np.bincount(day_pair, minlength=len(first)).astype(np.int32),
        recent_days=np.bincount(day_pair[day_age < recent_window], minlength=len(first)).astype(np.int32),
        first_age=age[first],
        last_age=age[last],
        baskets_since=row_baskets_since[last_row].astype(np.int32),
        position=position,
        baskets=baskets.astype(np.int32),
        first_basket_age=basket_age[starts[1:] - 1].astype(np.int32),
        last_basket_age=basket_age[starts[:-1]].astype(np.int32),
        row_pair=day_pair.astype(np.int32),
        row_age=day_age,
        row_baskets_since=row_baskets_since.astype(np.int32),
    )
