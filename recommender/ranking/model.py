"""The one interface every ranking model shares, and how scores become a ranked frame."""

from abc import abstractmethod
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse
from sklearn.base import BaseEstimator

from recommender.frames import typed_frame
from recommender.ranking.interactions import Interactions, require_interactions
from recommender.ranking.scored import Scored
from recommender.ranking.sorting import key_of_scores, order_by

# What lists are asked for: anything, or only what the member has never taken.
SLICES = ("all", "novel")
STAGES = ("personal", "neighbour", "popular")
PERSONAL, NEIGHBOUR, POPULAR = range(3)

RECOMMENDATION_COLUMNS = {
    "member_id": "str",
    "item_id": "str",
    "score": "float64",
    "recommendation_rank": "int64",
    "stage": "str",
}

# Members are scored in blocks of at most this many member × item cells (64 MB of scores).
_CELLS_PER_BLOCK = 8_000_000

Floats = NDArray[np.float64]
Codes = NDArray[np.intp]


@dataclass(frozen=True)
class Ranked:
    """Ranked items of a block of members: `row` counts within the block, `rank` from 0; sorted by both."""

    row: Codes
    item: Codes
    score: Floats
    rank: Codes
    stage: NDArray[np.int8]

    @classmethod
    def best(cls, row: Codes, item: Codes, score: Floats, stage: NDArray[np.int8], k: int) -> "Ranked":
        """Return the k best of each row; ties go to the lower item."""
        order = order_by(key_of_scores(row, score), -score, item)
        sorted_row = row[order]
        rank = np.arange(len(order)) - np.searchsorted(sorted_row, sorted_row)
        kept = rank < k
        chosen = order[kept]
        return cls(row[chosen], item[chosen], score[chosen], rank[kept], stage[chosen])


class RankingModel(BaseEstimator):  # type: ignore[misc]
    """A scikit-learn style estimator: parameters are stored untouched, fitted state ends in `_`.

    Fitted state of every model: `member_ids_` and `item_ids_` (sorted), and `history_`, the count of
    redemptions with shape (members + 1, items) whose last row is empty and stands for anyone unknown.
    """

    def fit(self, interactions: Interactions) -> Self:
        """Learn from these interactions alone, forgetting any earlier fit.

        Raises:
            InvalidFrame: there are no interactions.
        """
        require_interactions(interactions)
        self.member_ids_ = interactions.member_ids
        self.item_ids_ = interactions.item_ids
        self.history_ = with_empty_row(interactions.matrix())
        self._fit(interactions)
        return self

    def recommend(
        self,
        member_ids: Sequence[str],
        k: int,
        *,
        eligible_item_ids: Collection[str] | None = None,
        exclude_seen: bool = False,
    ) -> pd.DataFrame:
        """Rank the best k items of each member (member_id, item_id, score, recommendation_rank, stage).

        Lists follow the order of `member_ids`; rank starts at 1 and score falls with it. Members not
        seen in the fit get the popular items. Only items seen in the fit can be ranked, so a list is
        shorter than k when fewer of them are eligible.
        """
        codes = self.member_codes(member_ids)
        is_eligible = self._eligible(eligible_item_ids)
        names = np.asarray(member_ids, dtype=object)
        frames = []
        for block in blocks(len(codes), self.block_size()):
            found = self.ranked(codes[block], k, is_eligible, exclude_seen=exclude_seen)
            frames.append((names[block][found.row], found.item, found.score, found.rank + 1, found.stage))
        if not frames:
            return typed_frame(RECOMMENDATION_COLUMNS)
        member, item, score, rank, stage = map(np.concatenate, zip(*frames, strict=True))
        columns = (member, self.item_ids_[item], score, rank, np.asarray(STAGES, object)[stage])
        return typed_frame(RECOMMENDATION_COLUMNS, dict(zip(RECOMMENDATION_COLUMNS, columns, strict=True)))

    def member_codes(self, member_ids: Sequence[str]) -> Codes:
        """Return each member's row in `history_`; anyone unknown gets the empty last row."""
        codes = pd.Index(self.member_ids_).get_indexer(pd.Index(member_ids, dtype=object))
        return np.where(codes < 0, len(self.member_ids_), codes)

    @abstractmethod
    def _fit(self, interactions: Interactions) -> None:
        """Learn what ranking needs."""

    @abstractmethod
    def block_size(self) -> int:
        """Return for how many members the scores fit comfortably into memory."""

    @abstractmethod
    def ranked(self, codes: Codes, k: int, is_eligible: NDArray[np.bool_], *, exclude_seen: bool) -> Ranked:
        """Return the best k eligible items of each of these rows of `history_`, as rows within `codes`."""

    def _eligible(self, item_ids: Collection[str] | None) -> NDArray[np.bool_]:
        if item_ids is None:
            return np.ones(len(self.item_ids_), dtype=bool)
        wanted = item_ids if isinstance(item_ids, set | frozenset) else set(item_ids)
        return np.fromiter((item in wanted for item in self.item_ids_), bool, len(self.item_ids_))


class ScoringModel(RankingModel):
    """A model that scores some items for everybody; those of which it says nothing follow by popularity.

    Fitted beside what every model is: `popular_`, the items, those that most members take first; `fill_`, per item,
    what it scores where the model says nothing of it, less than whatever the model says.
    """

    @abstractmethod
    def scored(self, codes: Codes) -> Scored:
        """Return what the model says of items for these rows of `history_`."""

    def stages(self, codes: Codes, row: Codes, item: Codes) -> NDArray[np.int8]:
        """Return where the scores of pairs come from, as indices into `STAGES`; `row` counts within `codes`."""
        return np.full(len(row), NEIGHBOUR, dtype=np.int8)

    def fill_up_by(self, share: Floats, *, weight: float = 1.0, below: float = 0.0) -> None:
        """Let items of which nothing is said score `weight` × their share, less `below`."""
        self.popular_ = np.argsort(-share, kind="stable")
        self.fill_ = weight * share - below

    def block_size(self) -> int:
        """Cut by the cells of scores, were all of them there."""
        return max(1, _CELLS_PER_BLOCK // max(1, len(self.item_ids_)))

    def ranked(self, codes: Codes, k: int, is_eligible: NDArray[np.bool_], *, exclude_seen: bool) -> Ranked:
        """Rank what the model scores; where that does not suffice, popular items follow."""
        scored = self.scored(codes).without_items(~is_eligible)
        seen = self.history_[codes] if exclude_seen else _nothing(len(codes), len(self.item_ids_))
        scored = scored.without(seen)
        row, item = scored.top(k)
        head = self.popular_[is_eligible[self.popular_]]
        filled_row, filled_item = popular_unseen(head, seen, k)
        n_items = len(self.item_ids_)
        is_new = ~np.isin(filled_row * n_items + filled_item, row * n_items + item)
        filled_row, filled_item = filled_row[is_new], filled_item[is_new]
        return Ranked.best(
            np.concatenate([row, filled_row]),
            np.concatenate([item, filled_item]),
            np.concatenate([scored.at(row, item), self.fill_[filled_item]]),
            np.concatenate([self.stages(codes, row, item), np.full(len(filled_row), POPULAR, dtype=np.int8)]),
            k,
        )


def popular_unseen(head: Codes, seen: sparse.csr_array, n: int) -> tuple[Codes, Codes]:
    """Return (row, item) of the first n items of `head` that each member of a block has not taken."""
    head = head[: n + int(np.diff(seen.indptr).max(initial=0))]
    is_unseen = seen[:, head].toarray() == 0
    row, place = np.nonzero(is_unseen & (np.cumsum(is_unseen, axis=1) <= n))
    return row, head[place]


def _nothing(n_rows: int, n_columns: int) -> sparse.csr_array:
    return sparse.csr_array((n_rows, n_columns), dtype=np.float32)


def blocks(n_members: int, size: int) -> Iterator[slice]:
    """Cut the members into slices of a size."""
    return (slice(start, start + size) for start in range(0, n_members, size))


def with_empty_row(matrix: sparse.csr_array) -> sparse.csr_array:
    """Append the row of a member without history."""
    return sparse.vstack([matrix, sparse.csr_array((1, matrix.shape[1]), dtype=matrix.dtype)], format="csr")
