"""Where candidates come from: each source is fitted on the same past and scores any member's items."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sparse_dot_topn import sp_matmul_topn  # type: ignore[import-untyped]  # ships no types

from recommender.ranking.attributes import Attributes, Items
from recommender.ranking.ease import Ease, pruned
from recommender.ranking.interactions import Interactions
from recommender.ranking.item_neighbours import ItemNeighbours
from recommender.ranking.model import Codes, popular_unseen, with_empty_row
from recommender.ranking.pairs import Pairs
from recommender.ranking.popularity import Popularity
from recommender.ranking.scored import DenseScored, Scored, SparseScored
from recommender.ranking.transitions import Transitions


@dataclass(frozen=True)
class Quotas:
    """How many candidates each source puts forward for a member; but for `own` of what was never taken.

    Twice as many, and twice the trees, rank hardly better (Complete Journey, NDCG@10 of anything: 0.1 to 0.4 %).
    """

    own: int = 60
    ease: int = 50
    ease_recency: int = 20
    neighbours: int = 15
    followers: int = 15
    popular: int = 15


STANDARD = Quotas()
OWN_HALF_LIFE = 60.0
# Of more items than `MANY_ITEMS`, EASE uses the strongest weights of each alone and rows by presence alone, and a source
# tells of so many items of a member, its strongest: else sorting and looking up what the sources say takes far more
# time than the rankers, which hardly gain by it.
MANY_ITEMS, _TOLD = 20_000, 100
_FEW_WEIGHTS = 100
# What an item too seldom taken for EASE is told to score: less than hardly any that takes part.
_NOT_ACTIVE = -1.0


@dataclass(frozen=True)
class Sources:
    """The fitted sources of one past, and what features need of it.

    Attributes:
        rows: CSR of shape (members + 1, items or those of EASE): what the items of a member count for a source; for
            EASE by presence and, where items are not too many, by recency and by frequency.
        weights: CSR between items, by source; a source without any is EASE with all its weights.
        told: of how many items of a member a source tells; None means of all.
        own_index: CSR of shape (members + 1, items): the number of the pair, counted from 1.
    """

    pairs: Pairs
    attributes: Attributes
    popularity: Popularity
    ease: Ease
    rows: dict[str, sparse.csr_array]
    weights: dict[str, sparse.csr_matrix]
    told: int | None
    own_index: sparse.csr_array
    own_decayed: sparse.csr_array

    @property
    def n_items(self) -> int:
        """How many items there are."""
        return self.pairs.shape[1]


@dataclass(frozen=True)
class Candidates:
    """Pairs of a block of members: `row` counts within the block, sorted by row and item.

    Attributes:
        scored: what each source that works by a matrix says of the block.
    """

    codes: Codes
    row: Codes
    item: Codes
    scored: dict[str, Scored]


def fit_sources(
    interactions: Interactions, items: Items, *, l2: float, many_items: int = MANY_ITEMS
) -> Sources:
    """Fit all sources on one past."""
    pairs = interactions.pairs
    has_many_items = pairs.shape[1] > many_items
    ease = Ease(l2).fit(interactions)
    neighbours, transitions = ItemNeighbours().fit(interactions), Transitions().fit(interactions)
    rows = {"ease": ease.rows_, "neighbours": neighbours.rows_, "followers": transitions.rows_}
    weights = {"neighbours": neighbours.weights_, "followers": transitions.weights_}
    if has_many_items:
        weights["ease"] = pruned(ease.weights_, ease.active_, pairs.shape[1], width=_FEW_WEIGHTS)
    else:
        rows["ease_recency"] = ease.rows_weighed(pairs, "recency")
        rows["ease_log"] = ease.rows_weighed(pairs, "log")
    return Sources(
        pairs=pairs,
        attributes=items.attributes(interactions.item_ids),
        popularity=Popularity().fit(interactions),
        ease=ease,
        rows=rows,
        weights={name: _light(matrix) for name, matrix in weights.items()},
        told=_TOLD if has_many_items else None,
        own_index=with_empty_row(
            sparse.csr_array((np.arange(1, len(pairs.item) + 1), pairs.item, pairs.indptr), shape=pairs.shape)
        ),
        own_decayed=with_empty_row(pairs.matrix(pairs.decayed(OWN_HALF_LIFE))),
    )


def find_candidates(
    sources: Sources,
    codes: Codes,
    is_eligible: NDArray[np.bool_] | None = None,
    *,
    quotas: Quotas,
    at_least: int = 0,
) -> Candidates:
    """Return the candidates of a block of members, each pair once.

    Args:
        is_eligible: per item; others are no candidates.
        at_least: so many popular items that the member has not taken are among them, if there are.
    """
    scored = {name: _scored(sources, name, codes) for name in sources.rows}
    seen = sources.own_index[codes]
    own = SparseScored(sources.own_decayed[codes])
    barred = np.zeros(sources.n_items, dtype=bool) if is_eligible is None else ~is_eligible
    popular = sources.popularity.popular_
    parts = [
        own.without_items(barred).top(quotas.own),
        *(
            scored[name].without_items(barred).without(seen).top(getattr(quotas, name))
            for name in ("ease", "ease_recency", "neighbours", "followers")
            if name in scored
        ),
        popular_unseen(popular[~barred[popular]], seen, max(quotas.popular, at_least)),
    ]
    keys = np.sort(np.concatenate([row.astype(np.int64) * sources.n_items + item for row, item in parts]))
    keys = keys[np.diff(keys, prepend=-1) > 0]
    return Candidates(codes, keys // sources.n_items, keys % sources.n_items, scored)


def _scored(sources: Sources, name: str, codes: Codes) -> Scored:
    """Return what a source says of a block of members: rows × weights, or the largest values of each row alone."""
    rows, weights = sources.rows[name][codes], sources.weights.get(name)
    if weights is None:
        scores = np.asarray(rows @ sources.ease.weights_)
        return DenseScored(scores, sources.ease.active_, sources.n_items, missing=_NOT_ACTIVE)
    rows = sparse.csr_matrix(rows, dtype=np.float32)
    if sources.told is None:
        return SparseScored(sparse.csr_array(rows @ weights))
    return SparseScored(sparse.csr_array(sp_matmul_topn(rows, weights, top_n=sources.told, threshold=0.0)))


def _light(matrix: sparse.csr_array) -> sparse.csr_matrix:
    # As the product of the strongest takes it: anything else it would copy for every block of members.
    parts = (matrix.data.astype(np.float32), matrix.indices.astype(np.int32), matrix.indptr.astype(np.int32))
    return sparse.csr_matrix(parts, shape=matrix.shape)
