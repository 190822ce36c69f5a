"""What is taken by the same members as the member's own items: neighbours between items."""

import numpy as np
from scipy import sparse
from sparse_dot_topn import sp_matmul_topn  # type: ignore[import-untyped]  # ships no types

from recommender.ranking.interactions import Interactions
from recommender.ranking.model import Codes, ScoringModel, with_empty_row
from recommender.ranking.popularity import Popularity
from recommender.ranking.scored import SparseScored, strongest

_FILL_WEIGHT = 1e-6
_THREADS = 2


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
        pairs = interactions.pairs
        rows = pairs.newest(self.max_history, np.ones(len(pairs.item), dtype=np.float32))
        self.rows_ = with_empty_row(rows)
        self.weights_ = _pruned_cosine(rows, self.n_neighbours)
        self.fill_up_by(Popularity().fit(interactions).share_, weight=_FILL_WEIGHT)

    def scored(self, codes: Codes) -> SparseScored:
        """Score by history row × neighbours, each row scaled to sum 1; equal ones by popularity."""
        near = (self.rows_[codes] @ self.weights_).tocsr().astype(np.float64)
        total = np.asarray(near.sum(axis=1)).ravel()
        near = (sparse.diags_array(1.0 / np.where(total > 0, total, 1.0)) @ near).tocsr()
        near.data += self.fill_[near.indices]
        return SparseScored(near)


def _pruned_cosine(rows: sparse.csr_array, n_neighbours: int) -> sparse.csr_array:
    """Return the strongest cosine similarities of each item, without its own."""
    norm = np.sqrt(np.bincount(rows.indices, minlength=rows.shape[1])).astype(np.float32)
    unit = rows @ sparse.diags_array(np.divide(1.0, norm, out=np.zeros_like(norm), where=norm > 0))
    # One more than is kept, for an item is the nearest to itself.
    found = sp_matmul_topn(
        sparse.csr_matrix(unit.T),
        sparse.csr_matrix(unit),
        top_n=n_neighbours + 1,
        threshold=0.0,
        n_threads=_THREADS,
    ).tocoo()
    is_other = found.row != found.col
    cells = sparse.coo_array(
        (found.data[is_other], (found.row[is_other], found.col[is_other])), shape=found.shape
    )
    return strongest(cells.tocsr(), n_neighbours)
