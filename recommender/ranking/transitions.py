"""What members take next: counts of which item follows which."""

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from recommender.ranking.interactions import Interactions
from recommender.ranking.model import NEIGHBOUR, POPULAR, Codes, Floats, ScoringModel, with_empty_row
from recommender.ranking.popularity import Popularity
from recommender.ranking.scored import SparseScored, strongest

_FILL_WEIGHT = 1e-6


class Transitions(ScoringModel):
    """Score items by how often they followed the member's latest items within a few steps.

    A first-order Markov chain with decayed higher steps, as in the sequence baselines of Ludewig & Jannach (UMUAI
    2018). A step of d counts 1/d; rows are damped by the root of an item's popularity. Of each member the latest
    `max_history` items count as steps, and of the item's followers the `n_followers` most frequent ones are kept.

    Fitted: `weights_`, CSR of shape (items, items), row = item before; `rows_`, CSR of shape (members + 1, items).
    """

    def __init__(
        self, steps: int = 5, half_life: float = 2.0, n_followers: int = 100, max_history: int = 200
    ) -> None:
        self.steps = steps
        self.half_life = half_life
        self.n_followers = n_followers
        self.max_history = max_history

    def _fit(self, interactions: Interactions) -> None:
        pairs = interactions.pairs
        self.popularity_ = Popularity().fit(interactions)
        self.weights_ = _followers(interactions, self.steps, self.max_history, self.n_followers)
        latest = np.flatnonzero(pairs.position < 10 * self.half_life)
        weights = np.power(0.5, pairs.position[latest] / self.half_life).astype(np.float32)
        cells = sparse.coo_array((weights, (pairs.member[latest], pairs.item[latest])), shape=pairs.shape)
        self.rows_ = with_empty_row(cells.tocsr())

    def score(self, codes: Codes) -> tuple[Floats, NDArray[np.int8]]:
        """Score by followers of the latest items; what follows none of them comes last, by popularity."""
        followers = (self.rows_[codes] @ self.weights_).toarray().astype(np.float64)
        scores = followers + _FILL_WEIGHT * self.popularity_.share_
        return scores, np.where(followers > 0, NEIGHBOUR, POPULAR).astype(np.int8)

    def scored(self, codes: Codes) -> SparseScored:
        """Return the scores of followers alone."""
        return SparseScored((self.rows_[codes] @ self.weights_).tocsr())


def _followers(
    interactions: Interactions, steps: int, max_history: int, n_followers: int
) -> sparse.csr_array:
    n_items = len(interactions.item_ids)
    order = np.lexsort(
        (interactions.item_codes, interactions.occurred_at.astype(np.int64), interactions.member_codes)
    )
    member, item = interactions.member_codes[order], interactions.item_codes[order]
    ends = np.searchsorted(member, member, side="right")
    is_late = ends - np.arange(len(member)) <= max_history
    member, item = member[is_late], item[is_late]
    total = sparse.csr_array((n_items, n_items), dtype=np.float32)
    for step in range(1, steps + 1):
        is_same = (member[step:] == member[:-step]) & (item[step:] != item[:-step])
        values = np.full(int(is_same.sum()), 1.0 / step, dtype=np.float32)
        cells = sparse.coo_array(
            (values, (item[:-step][is_same], item[step:][is_same])), shape=(n_items, n_items)
        )
        total = total + cells.tocsr()
    popularity = np.bincount(item, minlength=n_items).astype(np.float64)
    scale = 1.0 / np.sqrt(np.maximum(popularity, 1.0))
    damped = (sparse.diags_array(scale) @ total).tocsr().astype(np.float32)
    return strongest(damped, n_followers)
