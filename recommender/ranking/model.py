"""The one interface every ranking model shares, and how scores become a ranked frame."""

from abc import abstractmethod
from collections.abc import Collection, Iterator, Sequence
from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse
from sklearn.base import BaseEstimator

from recommender.frames import typed_frame
from recommender.ranking.interactions import Interactions, require_interactions

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
        for block in self.blocks(len(codes)):
            scores, stages = self.score(codes[block])
            scores[:, ~is_eligible] = -np.inf
            if exclude_seen:
                scores[self.history_[codes[block]].nonzero()] = -np.inf
            top = top_items(scores, k)
            kept = np.take_along_axis(scores, top, axis=1)
            row, rank = np.nonzero(np.isfinite(kept))
            item = top[row, rank]
            frames.append((names[block][row], item, kept[row, rank], rank + 1, stages[row, item]))
        if not frames:
            return typed_frame(RECOMMENDATION_COLUMNS)
        member, item, score, rank, stage = map(np.concatenate, zip(*frames, strict=True))
        columns = (member, self.item_ids_[item], score, rank, np.asarray(STAGES, object)[stage])
        return typed_frame(RECOMMENDATION_COLUMNS, dict(zip(RECOMMENDATION_COLUMNS, columns, strict=True)))

    def member_codes(self, member_ids: Sequence[str]) -> Codes:
        """Return each member's row in `history_`; anyone unknown gets the empty last row."""
        codes = pd.Index(self.member_ids_).get_indexer(pd.Index(member_ids, dtype=object))
        return np.where(codes < 0, len(self.member_ids_), codes)

    def blocks(self, n_members: int) -> Iterator[slice]:
        """Cut the members into slices whose dense scores fit comfortably into memory."""
        size = max(1, _CELLS_PER_BLOCK // max(1, len(self.item_ids_)))
        return (slice(start, start + size) for start in range(0, n_members, size))

    @abstractmethod
    def _fit(self, interactions: Interactions) -> None:
        """Learn what `score` needs."""

    @abstractmethod
    def score(self, codes: Codes) -> tuple[Floats, NDArray[np.int8]]:
        """Score every item for these rows of `history_`.

        Returns finite scores and the stage each score came from (an index into `STAGES`), both of
        shape (len(codes), items), free for the caller to overwrite.
        """

    def _eligible(self, item_ids: Collection[str] | None) -> NDArray[np.bool_]:
        if item_ids is None:
            return np.ones(len(self.item_ids_), dtype=bool)
        wanted = item_ids if isinstance(item_ids, set | frozenset) else set(item_ids)
        return np.fromiter((item in wanted for item in self.item_ids_), bool, len(self.item_ids_))


def top_items(scores: Floats, k: int) -> Codes:
    """Return the columns of the k highest scores of each row, best first; ties by lower column."""
    width = min(k, scores.shape[1])
    if width < scores.shape[1]:
        top = np.argpartition(-scores, width - 1, axis=1)[:, :width]
        top.sort(axis=1)
    else:
        top = np.tile(np.arange(width), (len(scores), 1))
    order = np.argsort(-np.take_along_axis(scores, top, axis=1), axis=1, kind="stable")
    return np.take_along_axis(top, order, axis=1)


def with_empty_row(matrix: sparse.csr_array) -> sparse.csr_array:
    """Append the row of a member without history."""
    return sparse.vstack([matrix, sparse.csr_array((1, matrix.shape[1]))], format="csr")
