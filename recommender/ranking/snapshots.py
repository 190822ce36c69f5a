"""Past moments from which the rankers learn: what was known then, and what members took after."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from recommender.ranking.interactions import Interactions


@dataclass(frozen=True)
class Snapshot:
    """A past and what followed it.

    Attributes:
        taken: CSR of 0 and 1, shape (members, items) of the past: what its members took after it.
        unknown: per member of the past, how many items they took after it that the past does not know.
    """

    past: Interactions
    taken: sparse.csr_array
    unknown: NDArray[np.int64]

    @cached_property
    def members(self) -> NDArray[np.intp]:
        """The codes of the members who took something the past knows, ascending."""
        return np.flatnonzero(np.diff(self.taken.indptr))

    def drawn(self, limit: int, seed: int) -> NDArray[np.intp]:
        """Return at most so many of the members, ascending, the same for everybody who asks with one seed."""
        if len(self.members) <= limit:
            return self.members
        return np.sort(np.random.default_rng(seed).choice(self.members, limit, replace=False))


def snapshot_of(past: Interactions, after: Interactions) -> Snapshot:
    """Return the snapshot between a past and what came after it; members the past does not know are left out."""
    cells = after.matrix().tocoo()
    member = pd.Index(past.member_ids).get_indexer(pd.Index(after.member_ids))[cells.row]
    item = pd.Index(past.item_ids).get_indexer(pd.Index(after.item_ids))[cells.col]
    known = (member >= 0) & (item >= 0)
    shape = (len(past.member_ids), len(past.item_ids))
    taken = sparse.csr_array(
        (np.ones(int(known.sum()), dtype=np.float32), (member[known], item[known])), shape=shape
    )
    strange = (member >= 0) & (item < 0)
    return Snapshot(past, taken, np.bincount(member[strange], minlength=shape[0]))


def window_snapshots(interactions: Interactions, *, horizon_days: int, limit: int) -> Iterator[Snapshot]:
    """Yield snapshots whose windows of so many active days follow each other up to the end, the newest first.

    A past shorter than its window, or than a quarter of all active days, teaches more about its shortness.
    """
    days = interactions.active_days
    for number in range(1, limit + 1):
        start = len(days) - number * horizon_days
        if start < max(horizon_days, len(days) // 4):
            return
        cutoff: date = days[start].astype(object)
        until: date | None = days[start + horizon_days].astype(object) if number > 1 else None
        window = interactions.since(cutoff)
        yield snapshot_of(interactions.before(cutoff), window if until is None else window.before(until))


def next_snapshots(interactions: Interactions, *, limit: int) -> Iterator[Snapshot]:
    """Yield snapshots in which each member's last item is what followed, then the one before it, and so on.

    Members with fewer than three items before it are left as they are.
    """
    order = np.lexsort(
        (interactions.item_codes, interactions.occurred_at.astype(np.int64), interactions.member_codes)
    )
    member = interactions.member_codes[order]
    from_end = np.searchsorted(member, member, side="right") - 1 - np.arange(len(member))
    counts = np.searchsorted(member, member, side="right") - np.searchsorted(member, member)
    for number in range(limit):
        is_next = (from_end == number) & (counts > number + 3)
        if not is_next.any():
            return
        is_past = (from_end > number) | (counts <= number + 3)
        yield snapshot_of(
            interactions.take(np.sort(order[is_past])), interactions.take(np.sort(order[is_next]))
        )
