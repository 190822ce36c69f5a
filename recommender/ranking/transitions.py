"""What members take next: counts of which item follows which."""

from copy import copy

import numpy as np
from scipy import sparse

from recommender.ranking.interactions import Interactions
from recommender.ranking.model import Codes, ScoringModel, with_empty_row
from recommender.ranking.pairs import Pairs, every_nth
from recommender.ranking.popularity import Popularity
from recommender.ranking.scored import SparseScored, strongest
from recommender.ranking.sorting import key_of_moments, order_by

_FILL_WEIGHT = 1e-6


class Transitions(ScoringModel):
    """Score items by how often they followed the member's latest items within a few steps.

    A first-order Markov chain with decayed higher steps, as in the sequence baselines of Ludewig & Jannach (UMUAI
    2018). A step of d counts 1/d; rows are damped by the root of an item's popularity. Of each of at
    most `max_members` members, evenly spaced, the latest `max_history` items count as steps, and of the item's
    followers the `n_followers` most frequent ones are kept.

    Fitted: `weights_`, CSR of shape (items, items), row = item before; `rows_`, CSR of shape (members + 1, items).
    """

    def __init__(
        self,
        steps: int = 5,
        half_life: float = 2.0,
        n_followers: int = 100,
        max_history: int = 200,
        max_members: int = 100_000,
    ) -> None:
        self.steps = steps
        self.half_life = half_life
        self.n_followers = n_followers
        self.max_history = max_history
        self.max_members = max_members

    def _fit(self, interactions: Interactions) -> None:
        pairs = interactions.pairs
        self.fill_up_by(Popularity().fit(interactions).share_, weight=_FILL_WEIGHT)
        self.weights_ = strongest(self._followers(interactions), self.n_followers)
        self.rows_ = self._rows(pairs)

    def _rows(self, pairs: Pairs) -> sparse.csr_array:
        rows = pairs.newest(10 * self.half_life, np.power(0.5, pairs.position / self.half_life))
        return with_empty_row(rows)

    def forgetting(self, half_life: float, interactions: Interactions) -> "Transitions":
        """Return the model of another half-life, which the weights do not depend on.

        Args:
            interactions: those this one was fitted on.
        """
        found = copy(self)
        found.half_life = half_life
        found.rows_ = found._rows(interactions.pairs)
        return found

    def _followers(self, interactions: Interactions) -> sparse.csr_array:
        """Return how often which item follows which, damped and per member."""
        n_members, n_items = len(interactions.member_ids), len(interactions.item_ids)
        member, item, moment = (
            interactions.member_codes, interactions.item_codes, interactions.occurred_at.astype(np.int64)
        )  # fmt: skip
        step = every_nth(n_members, self.max_members)
        if step > 1:
            kept = member % step == 0
            member, item, moment = member[kept], item[kept], moment[kept]
        order = order_by(key_of_moments(member, moment), moment, item)
        member, item = member[order], item[order]
        ends = np.searchsorted(member, member, side="right")
        is_late = ends - np.arange(len(member)) <= self.max_history
        member, item = member[is_late], item[is_late]
        total = sparse.csr_array((n_items, n_items), dtype=np.float32)
        for distance in range(1, self.steps + 1):
            is_same = (member[distance:] == member[:-distance]) & (item[distance:] != item[:-distance])
            values = np.full(int(is_same.sum()), 1.0 / distance, dtype=np.float32)
            cells = (item[:-distance][is_same], item[distance:][is_same])
            total = total + sparse.coo_array((values, cells), shape=total.shape).tocsr()
        popularity = np.bincount(item, minlength=n_items).astype(np.float64)
        # By the root of the members too, so that a mall of ten times as many has the same weights.
        scale = 1.0 / np.sqrt(np.maximum(popularity, 1.0) * -(-n_members // step))
        return (sparse.diags_array(scale) @ total).tocsr().astype(np.float32)

    def scored(self, codes: Codes) -> SparseScored:
        """Score by followers of the latest items, equal ones by popularity."""
        followers = (self.rows_[codes] @ self.weights_).tocsr().astype(np.float64)
        followers.data += self.fill_[followers.indices]
        return SparseScored(followers)
