"""What the rankers learn from: the candidates of a past moment, what was known of them, and which were taken."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from recommender.ranking import metrics
from recommender.ranking.attributes import Items
from recommender.ranking.features import FeatureMatrix, FeatureTables, feature_matrix
from recommender.ranking.scored import SparseScored
from recommender.ranking.snapshots import Snapshot
from recommender.ranking.sorting import key_of_scores, order_by
from recommender.ranking.sources import Quotas, find_candidates, fit_sources

_MEMBERS_PER_BLOCK = 400
OWN_PREFIX = "own_"


@dataclass(frozen=True)
class Lesson:
    """The candidates of the members who took something after a snapshot; sorted by member, then item.

    Attributes:
        member: codes of the members, in order; `row` counts within them.
        is_taken, is_own: per candidate: taken after the snapshot, taken before it.
        wanted, wanted_novel: per member, how many items they took after it, and how many of them for the first time.
    """

    member: NDArray[np.intp]
    row: NDArray[np.intp]
    item: NDArray[np.intp]
    features: FeatureMatrix
    names: list[str]
    is_taken: NDArray[np.bool_]
    is_own: NDArray[np.bool_]
    wanted: NDArray[np.int64]
    wanted_novel: NDArray[np.int64]

    @cached_property
    def novel_columns(self) -> list[int]:
        """The columns that say something of items never taken."""
        return [n for n, name in enumerate(self.names) if not name.startswith(OWN_PREFIX)]

    def of_members(self, is_kept: NDArray[np.bool_]) -> "Lesson":
        """Return the lesson of a part of the members."""
        rows = is_kept[self.row]
        number = np.cumsum(is_kept) - 1
        return Lesson(
            self.member[is_kept], number[self.row[rows]], self.item[rows], self.features[rows], self.names,
            self.is_taken[rows], self.is_own[rows], self.wanted[is_kept], self.wanted_novel[is_kept],
        )  # fmt: skip

    def ndcg(self, scores: NDArray[np.floating], *, novel: bool = False, k: int = 10) -> NDArray[np.float64]:
        """Return the NDCG@k of each member that took anything, when candidates are ranked by these scores.

        Args:
            scores: one per candidate.
            novel: rank only what was never taken.
        """
        row, rank, place = self._first(scores, novel, k)
        hits = np.zeros((len(self.member), k), dtype=bool)
        hits[row, rank] = self.is_taken[place]
        wanted = self.wanted_novel if novel else self.wanted
        has_any = wanted > 0
        return metrics.ndcg(hits[has_any], wanted[has_any], k)

    def items_shown(self, scores: NDArray[np.floating], *, novel: bool = False, k: int = 10) -> int:
        """Return how many items are among the first k of anybody."""
        _, _, place = self._first(scores, novel, k)
        return len(np.unique(self.item[place]))

    def _first(
        self, scores: NDArray[np.floating], novel: bool, k: int
    ) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]:
        """Return row, rank and number of the candidates that come among the first k of their member."""
        kept = np.flatnonzero(~self.is_own) if novel else np.arange(len(self.row))
        of_kept = scores[kept]
        order = kept[order_by(key_of_scores(self.row[kept], of_kept), -of_kept, self.item[kept])]
        row = self.row[order]
        rank = np.arange(len(row)) - np.searchsorted(row, row)
        first = rank < k
        return row[first], rank[first], order[first]


def teach(
    snapshot: Snapshot, items: Items, *, l2: float, quotas: Quotas, max_members: int, seed: int
) -> Lesson:
    """Fit the sources on a snapshot's past and gather the candidates of at most so many members."""
    sources = fit_sources(snapshot.past, items, l2=l2)
    active = snapshot.drawn(max_members, seed)
    tables = FeatureTables(sources)
    parts = []
    names: list[str] = []
    for start in range(0, len(active), _MEMBERS_PER_BLOCK):
        codes = active[start : start + _MEMBERS_PER_BLOCK]
        found = find_candidates(sources, codes, quotas=quotas)
        features, names = feature_matrix(tables, found)
        taken = SparseScored(snapshot.taken[codes]).at(found.row, found.item) > 0
        own = SparseScored(sources.own_index[codes]).at(found.row, found.item) > 0
        parts.append((found.row + start, found.item, features, taken, own))
    row, item, matrix, is_taken, is_own = (np.concatenate(columns) for columns in zip(*parts, strict=True))
    taken_matrix = snapshot.taken[active]
    again = taken_matrix.multiply(sources.own_index[active] > 0)
    counts = np.diff(taken_matrix.indptr) + snapshot.unknown[active]
    return Lesson(
        active, row, item, matrix, names, is_taken, is_own, counts, counts - np.diff(again.tocsr().indptr)
    )
