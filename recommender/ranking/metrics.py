"""Ranking metrics per member, on whether each place of a list is a hit.

`hits` has shape (members, places ≥ k) in rank order; places beyond the end of a short list are False.
`truth_counts` has shape (members,) and is at least 1.
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Hits = NDArray[np.bool_]
Counts = NDArray[np.int64]


def ndcg(hits: Hits, truth_counts: Counts, k: int) -> Floats:
    """Return the discounted gain at k over that of the ideal list, itself cut at k.

    Järvelin & Kekäläinen, ACM TOIS 2002, with binary gains and discount log2(rank + 1).
    """
    discount = 1.0 / np.log2(np.arange(2, k + 2))
    places = hits[:, :k]
    ideal = np.cumsum(discount)[np.minimum(truth_counts, k) - 1]
    return np.asarray(places @ discount[: places.shape[1]] / ideal, dtype=np.float64)


def recall(hits: Hits, truth_counts: Counts, k: int) -> Floats:
    """Return the share of the truth that is among the first k."""
    return np.asarray(hits[:, :k].sum(axis=1) / truth_counts, dtype=np.float64)


def hit(hits: Hits, truth_counts: Counts, k: int) -> Floats:
    """Return 1 where at least one of the first k is a hit, else 0."""
    return np.asarray(hits[:, :k].any(axis=1), dtype=np.float64)


def coverage(shown_item_ids: NDArray[np.object_], catalogue_size: int) -> float:
    """Return the share of the catalogue that appears in anybody's list."""
    return len(set(shown_item_ids)) / catalogue_size
