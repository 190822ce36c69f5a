"""What the member takes at a rhythm, and what members of a like rhythm take."""

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sparse_dot_topn import sp_matmul_topn  # type: ignore[import-untyped]  # ships no types

from recommender.ranking.interactions import Interactions
from recommender.ranking.model import NEIGHBOUR, PERSONAL, Codes, ScoringModel, blocks, with_empty_row
from recommender.ranking.pairs import every_nth
from recommender.ranking.popularity import Popularity
from recommender.ranking.scored import SparseScored

_FILL_WEIGHT = 1e-9
_BLOCK = 512
# So many items of what the nearest take are told apart: far more than lists show, and far fewer than they all take.
_STRONGEST = 1_000


class TifuKnn(ScoringModel):
    """TIFU-KNN of Hu et al., "Modeling Personalized Item Frequency Information" (SIGIR 2020).

    A member's baskets (days) are put into groups of `group_size`, the newest group last; a basket weighs
    `within_decay` per basket to the end of its group, a group `group_decay` per group to the end. The score is
    `own_share` of the member's vector and the rest of the mean of the `n_near` nearest members' vectors, looked for
    among at most `max_members` (evenly spaced), which bounds the work to members × max_members.

    Fitted: `vectors_`, CSR of shape (members + 1, items); `pool_`, the codes of members to be near to;
    `pool_vectors_` and `pool_norms_`, their vectors and the squares of their lengths.
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
        self.fill_up_by(Popularity().fit(interactions).share_, weight=_FILL_WEIGHT)
        self.vectors_ = with_empty_row(self._vectors(interactions))
        n_members = len(interactions.member_ids)
        self.pool_ = np.arange(0, n_members, every_nth(n_members, self.max_members))
        self.pool_vectors_ = self.vectors_[self.pool_]
        self.pool_norms_ = np.asarray(self.pool_vectors_.multiply(self.pool_vectors_).sum(axis=1)).ravel()

    def _vectors(self, interactions: Interactions) -> sparse.csr_array:
        pairs = interactions.pairs
        counts = pairs.baskets[pairs.member[pairs.row_pair]]
        group, within = np.divmod(pairs.row_baskets_since, self.group_size)
        # The oldest group may hold fewer baskets than the others.
        n_groups = -(-counts // self.group_size)
        size = np.where(group == n_groups - 1, counts - group * self.group_size, self.group_size)
        weights = self.within_decay**within * self.group_decay**group / (size * n_groups)
        return pairs.matrix(pairs.sums(weights))

    def scored(self, codes: Codes) -> SparseScored:
        """Mix the member's own vector with those of the nearest members; equal ones by popularity."""
        own = self.vectors_[codes]
        parts = [self._mixed(codes[block], own[block]) for block in blocks(len(codes), _BLOCK)]
        mixed = sparse.vstack([sparse.csr_array((0, own.shape[1])), *parts], format="csr")
        mixed.data += self.fill_[mixed.indices]
        return SparseScored(mixed)

    def _mixed(self, codes: Codes, own: sparse.csr_array) -> sparse.csr_array:
        n_near = min(self.n_near, len(self.pool_) - 1)
        if n_near < 1:
            return self.own_share * own
        # Without the member's own norm, which is the same for all neighbours.
        distance = self.pool_norms_ - 2.0 * (own @ self.pool_vectors_.T).toarray()
        distance[codes[:, None] == self.pool_] = np.inf
        near = np.argpartition(distance, n_near - 1, axis=1)[:, :n_near]
        # A member without history is near to nobody.
        weight = np.where(np.diff(own.indptr) > 0, np.float32((1.0 - self.own_share) / n_near), np.float32(0))
        picks = sparse.csr_array(
            (np.repeat(weight, n_near), near.ravel(), np.arange(0, near.size + 1, n_near)),
            shape=(len(near), len(self.pool_)),
        )
        others = sp_matmul_topn(
            sparse.csr_matrix(picks), sparse.csr_matrix(self.pool_vectors_), top_n=_STRONGEST, sort=False
        )
        mixed = (self.own_share * own + sparse.csr_array(others)).tocsr()
        mixed.eliminate_zeros()
        return mixed

    def stages(self, codes: Codes, row: Codes, item: Codes) -> NDArray[np.int8]:
        """Tell what is the member's own from what is of members like it."""
        is_own = SparseScored(self.vectors_[codes]).at(row, item) > 0
        return np.where(is_own, PERSONAL, NEIGHBOUR).astype(np.int8)
