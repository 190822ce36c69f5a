"""What the member takes at a rhythm, and what members of a like rhythm take."""

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from recommender.ranking.interactions import Interactions
from recommender.ranking.model import (
    NEIGHBOUR,
    PERSONAL,
    POPULAR,
    Codes,
    Floats,
    ScoringModel,
    with_empty_row,
)
from recommender.ranking.pairs import every_nth
from recommender.ranking.popularity import Popularity

_FILL_WEIGHT = 1e-9
_BLOCK = 512


class TifuKnn(ScoringModel):
    """TIFU-KNN of Hu et al., "Modeling Personalized Item Frequency Information" (SIGIR 2020).

    A member's baskets (days) are put into groups of `group_size`, the newest group last; a basket weighs
    `within_decay` per basket to the end of its group, a group `group_decay` per group to the end. The score is
    `own_share` of the member's vector and the rest of the mean of the `n_near` nearest members' vectors, looked for
    among at most `max_members` (evenly spaced), which bounds the work to members × max_members.

    Fitted: `vectors_`, CSR of shape (members + 1, items); `pool_`, the codes of members to be near to.
    """

    def __init__(
        self,
        group_size: int = 7,
        within_decay: float = 0.9,
        group_decay: float = 0.7,
        own_share: float = 0.7,
        n_near: int = 300,
        max_members: int = 10_000,
    ) -> None:
        self.group_size = group_size
        self.within_decay = within_decay
        self.group_decay = group_decay
        self.own_share = own_share
        self.n_near = n_near
        self.max_members = max_members

    def _fit(self, interactions: Interactions) -> None:
        self.popularity_ = Popularity().fit(interactions)
        self.vectors_ = with_empty_row(self._vectors(interactions))
        n_members = len(interactions.member_ids)
        self.pool_ = np.arange(0, n_members, every_nth(n_members, self.max_members))

    def _vectors(self, interactions: Interactions) -> sparse.csr_array:
        pairs = interactions.pairs
        counts = pairs.baskets[pairs.member[pairs.row_pair]]
        group, within = np.divmod(pairs.row_baskets_since, self.group_size)
        # The oldest group may hold fewer baskets than the others.
        n_groups = -(-counts // self.group_size)
        size = np.where(group == n_groups - 1, counts - group * self.group_size, self.group_size)
        weights = self.within_decay**within * self.group_decay**group / (size * n_groups)
        return pairs.matrix(pairs.sums(weights))

    def score(self, codes: Codes) -> tuple[Floats, NDArray[np.int8]]:
        """Mix the member's own vector with those of the nearest members."""
        own = self.vectors_[codes]
        pool = self.vectors_[self.pool_]
        n_near = min(self.n_near, len(self.pool_) - 1)
        scores = self.own_share * own.toarray()
        if n_near > 0:
            squared = np.asarray(pool.multiply(pool).sum(axis=1)).ravel()
            for start in range(0, len(codes), _BLOCK):
                block = slice(start, start + _BLOCK)
                # Without the member's own norm, which is the same for all neighbours.
                distance = squared - 2.0 * (own[block] @ pool.T).toarray()
                distance[codes[block][:, None] == self.pool_] = np.inf
                near = np.argpartition(distance, n_near - 1, axis=1)[:, :n_near]
                picks = sparse.csr_array(
                    (
                        np.full(near.size, (1.0 - self.own_share) / n_near),
                        near.ravel(),
                        np.arange(0, near.size + 1, n_near),
                    ),
                    shape=(len(near), len(self.pool_)),
                )
                scores[block] += (picks @ pool).toarray()
        # A member without history is near to nobody.
        scores[np.diff(own.indptr) == 0] = 0.0
        stages = np.where(own.toarray() > 0, PERSONAL, np.where(scores > 0, NEIGHBOUR, POPULAR))
        scores += _FILL_WEIGHT * self.popularity_.share_
        return scores, stages.astype(np.int8)
