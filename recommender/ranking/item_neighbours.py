"""What is taken by the same members as the member's own items: neighbours between items."""

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from recommender.ranking.interactions import Interactions
from recommender.ranking.model import (
    NEIGHBOUR,
    POPULAR,
    Codes,
    Floats,
    ScoringModel,
    top_items,
    with_empty_row,
)
from recommender.ranking.popularity import Popularity

_FILL_WEIGHT = 1e-6
_CELLS_PER_BLOCK = 8_000_000


class ItemNeighbours(ScoringModel):
    """Score items by the cosine similarity to what the member has redeemed.

    Item-based top-N recommendation of Deshpande & Karypis (ACM TOIS 2004) on whether a member ever
    took an item. Each member contributes at most the `max_history` latest items, which bounds the work
    by interactions × max_history; each item keeps its `n_neighbours` strongest neighbours.

    Fitted: `weights_`, shape (items, items), row = item of the history, column = its neighbour, no
    diagonal; `rows_`, shape (members + 1, items), the history as 0 or 1.
    """

    def __init__(self, n_neighbours: int = 100, max_history: int = 500) -> None:
        self.n_neighbours = n_neighbours
        self.max_history = max_history

    def _fit(self, interactions: Interactions) -> None:
        rows = _latest_items(interactions, self.max_history)
        self.rows_ = with_empty_row(rows)
        self.weights_ = _pruned_cosine(rows, self.n_neighbours)
        self.popularity_ = Popularity().fit(interactions)

    def score(self, codes: Codes) -> tuple[Floats, NDArray[np.int8]]:
        """Score by the member's share of neighbour weight; what has none follows by popularity."""
        shares = self.neighbour_shares(codes)
        scores = shares + _FILL_WEIGHT * self.popularity_.share_
        return scores, np.where(shares > 0, NEIGHBOUR, POPULAR).astype(np.int8)

    def neighbour_shares(self, codes: Codes) -> Floats:
        """Return history row × neighbours, each row scaled to sum 1 (0 without any neighbour)."""
        weights: Floats = (self.rows_[codes] @ self.weights_).toarray()
        total = weights.sum(axis=1, keepdims=True)
        np.divide(weights, total, out=weights, where=total > 0)
        return weights


def _latest_items(interactions: Interactions, max_history: int) -> sparse.csr_array:
    """Return the 0/1 matrix of each member's latest distinct items, shape (members, items)."""
    age = interactions.age_active_days.astype(np.float64)
    # Rows are sorted by time within a pair of member and item, so its last row is the latest.
    member, item = interactions.member_codes, interactions.item_codes
    is_last = np.ones(len(interactions), dtype=bool)
    is_last[:-1] = (member[1:] != member[:-1]) | (item[1:] != item[:-1])
    member, item, age = member[is_last], item[is_last], age[is_last]
    order = np.lexsort((item, age, member))
    start = np.searchsorted(member, member)
    kept = order[np.arange(len(order)) - start < max_history]
    shape = (len(interactions.member_ids), len(interactions.item_ids))
    return sparse.coo_array((np.ones(len(kept)), (member[kept], item[kept])), shape=shape).tocsr()


def _pruned_cosine(rows: sparse.csr_array, n_neighbours: int) -> sparse.csr_array:
    """Return the strongest cosine similarities of each item, built block by block of items."""
    n_items = rows.shape[1]
    norm = np.sqrt(np.bincount(rows.indices, minlength=n_items))
    scale = np.divide(1.0, norm, out=np.zeros(n_items), where=norm > 0)
    unit = (rows @ sparse.diags_array(scale)).tocsr()
    by_item = unit.T.tocsr()
    block = max(1, _CELLS_PER_BLOCK // max(1, n_items))
    parts = []
    for start in range(0, n_items, block):
        cosine = (by_item[start : start + block] @ unit).toarray()
        cosine[np.arange(len(cosine)), np.arange(start, start + len(cosine))] = 0.0
        top = top_items(cosine, n_neighbours)
        weight = np.take_along_axis(cosine, top, axis=1)
        row, rank = np.nonzero(weight > 0)
        parts.append(sparse.coo_array((weight[row, rank], (row, top[row, rank])), shape=cosine.shape))
    return sparse.vstack(parts, format="csr")
