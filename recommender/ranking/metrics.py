"""Ranking metrics per member: whether each place of a list is a hit, and what else the list is like.

`hits` has shape (members, places ≥ k) in rank order; places beyond the end of a short list are False.
`truth_counts` has shape (members,) and is at least 1. `shown` has the shape of `hits` and holds what each place
is worth - a number, or the code of a category - with NaN or -1 where nothing is shown or known.
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


def shown_mean(shown: Floats, k: int) -> Floats:
    """Return the mean worth of the first k places; NaN for a member who is shown nothing of known worth."""
    places = shown[:, :k]
    known = np.isfinite(places)
    count = known.sum(axis=1)
    mean = np.full(len(shown), np.nan)
    np.divide(np.where(known, places, 0.0).sum(axis=1), count, out=mean, where=count > 0)
    return mean


def diversity(shown_categories: NDArray[np.int64], k: int) -> Floats:
    """Return 1 minus the share of pairs of one category among all pairs of the first k places.

    Intra-list diversity (Ziegler et al., WWW 2005) with the distance 0 within a category and 1 between two.
    Only pairs of items whose categories are known count; a member without any such pair gets NaN.
    """
    places = shown_categories[:, :k]
    known = places >= 0
    count = known.sum(axis=1)
    same = np.zeros(len(places))
    for place in range(1, places.shape[1]):
        alike = places[:, :place] == places[:, place, None]
        same += np.where(known[:, place], alike.sum(axis=1), 0)
    pairs = count * (count - 1) / 2
    found = np.full(len(places), np.nan)
    np.divide(pairs - same, pairs, out=found, where=pairs > 0)
    return found


def self_information(members_per_item: Counts, n_members: int) -> Floats:
    """Return the bits of surprise in seeing each item: -log2 of the share of members that took it.

    Zhou et al., PNAS 2010. An item nobody took is as surprising as one that a single member took.
    """
    return np.asarray(np.log2(n_members / np.maximum(members_per_item, 1)), dtype=np.float64)


def popularity_percentile(members_per_item: Counts) -> Floats:
    """Return which share of the items is taken by fewer members than each, ties by halves: within 0 and 1."""
    _, place, counts = np.unique(members_per_item, return_inverse=True, return_counts=True)
    below = np.cumsum(counts) - counts
    return np.asarray(((below + counts / 2) / max(1, len(members_per_item)))[place], dtype=np.float64)
