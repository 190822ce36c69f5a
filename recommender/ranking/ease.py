"""Item-to-item weights in closed form: what predicts an item, given everything else a member took."""

from copy import copy
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.linalg import lapack

from recommender.ranking.interactions import Interactions
from recommender.ranking.model import Codes, ScoringModel, with_empty_row
from recommender.ranking.pairs import Pairs, every_nth
from recommender.ranking.popularity import Popularity
from recommender.ranking.scored import DenseScored

Weighting = Literal["binary", "log", "recency"]

# So few items back, an item weighs half as much in a row that goes by recency.
_RECENCY_HALF_LIFE = 5.0
# Far below any score of an active item.
_BELOW_ALL = 10.0


class Ease(ScoringModel):
    """EASE of Steck, "Embarrassingly Shallow Autoencoders for Sparse Data" (WWW 2019).

    Memory grows with the square of the items and time with the cube, so only the `max_items` taken by most
    members take part; any other item scores below all of them, by popularity. The weights are learnt from at most
    `max_members` members, evenly spaced, and `l2` is a penalty per member of those, so that what is best for a part
    of a mall is best for all of it. `weighting` says what an item of a member's row counts: 1, the logarithm of its
    days, or less the more items came after it (then the weights are learnt on 1 and the row is weighed).

    Fitted: `weights_`, float32 of shape (active items, active items), row = item of the history; `active_`, the
    codes of the active items; `rows_`, CSR of shape (members + 1, active items).
    """

    def __init__(
        self,
        l2: float = 0.2,
        weighting: Weighting = "binary",
        max_items: int = 8_000,
        max_members: int = 200_000,
    ) -> None:
        self.l2 = l2
        self.weighting = weighting
        self.max_items = max_items
        self.max_members = max_members

    def _fit(self, interactions: Interactions) -> None:
        pairs = interactions.pairs
        self.fill_up_by(Popularity().fit(interactions).share_, below=_BELOW_ALL)
        self.active_ = active_items(pairs, self.max_items)
        seen = learnt = self._seen(pairs, self.weighting)
        if self.weighting == "recency":
            learnt = self._seen(pairs, "binary")
        learnt = learnt[:: every_nth(pairs.shape[0], self.max_members)]
        self.weights_ = ease_weights(learnt, self.l2 * learnt.shape[0])
        self.rows_ = with_empty_row(seen)

    def rows_weighed(self, pairs: Pairs, weighting: Weighting) -> sparse.csr_array:
        """Return the rows of the members the model was fitted on, and an empty one, weighed like this."""
        return with_empty_row(self._seen(pairs, weighting))

    def _seen(self, pairs: Pairs, weighting: Weighting) -> sparse.csr_array:
        return columns_of(pairs.matrix(row_weights(pairs, weighting)), self.active_)

    def by_recency(self, interactions: Interactions) -> "Ease":
        """Return the model with rows that go by recency, whose weights are those of this one, learnt on 1.

        Args:
            interactions: those this one was fitted on.
        """
        found = copy(self)
        found.weighting = "recency"
        found.rows_ = self.rows_weighed(interactions.pairs, "recency")
        return found

    def scored(self, codes: Codes) -> DenseScored:
        """Score the active items by history row × weights; an empty row tells nothing of anybody."""
        scores = np.asarray(self.rows_[codes] @ self.weights_)
        scores[np.diff(self.rows_.indptr)[codes] == 0] = -np.inf
        return DenseScored(scores, self.active_, len(self.item_ids_))


def pruned(weights: NDArray[np.float32], active: Codes, n_items: int, *, width: int) -> sparse.csr_array:
    """Return the `width` largest weights of each row, by size, as CSR of shape (active items, items)."""
    n_active = len(weights)
    width = min(width, n_active)
    found = np.argpartition(-np.abs(weights), width - 1, axis=1)[:, :width]
    found.sort(axis=1)
    values = np.take_along_axis(weights, found, axis=1)
    return sparse.csr_array(
        (values.ravel(), active[found].ravel(), np.arange(0, n_active * width + 1, width)),
        shape=(n_active, n_items),
    )


def row_weights(pairs: Pairs, weighting: Weighting) -> NDArray[np.float32]:
    """Return what each pair counts in its member's row."""
    if weighting == "binary":
        return np.ones(len(pairs.item), dtype=np.float32)
    if weighting == "log":
        return np.log1p(pairs.days).astype(np.float32)
    return np.power(0.5, pairs.position / _RECENCY_HALF_LIFE).astype(np.float32)


def active_items(pairs: Pairs, max_items: int) -> Codes:
    """Return the codes of the items taken by most members, ascending; ties by lower code."""
    by_members = np.argsort(-pairs.members_per_item, kind="stable")
    return np.sort(by_members[:max_items])


def ease_weights(rows: sparse.csr_array, l2: float) -> NDArray[np.float32]:
    """Return the closed-form weights with a zero diagonal.

    Raises:
        ValueError: the regularised Gram matrix is not positive definite; `l2` must be positive.
    """
    gram = (rows.T @ rows).toarray().astype(np.float32, order="F")
    gram[np.diag_indices_from(gram)] += np.float32(l2)
    factor, failed = lapack.spotrf(gram, lower=1, overwrite_a=1)
    if failed:
        raise ValueError("the Gram matrix of the items is not positive definite: l2 must be positive")
    inverse, _ = lapack.spotri(factor, lower=1, overwrite_c=1)
    upper = np.tril(inverse, -1).T
    np.copyto(inverse, upper, where=np.triu(np.ones(inverse.shape, dtype=bool), 1))
    weights = -inverse / np.diag(inverse)
    weights[np.diag_indices_from(weights)] = 0.0
    return np.ascontiguousarray(weights)


def columns_of(matrix: sparse.csr_array, columns: Codes) -> sparse.csr_array:
    """Return the matrix with these columns alone, in their order."""
    return matrix if len(columns) == matrix.shape[1] else matrix.tocsc()[:, columns].tocsr()
