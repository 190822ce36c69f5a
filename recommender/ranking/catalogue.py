"""What a past knows of its items, for judging what lists show beside hits."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recommender.ranking import metrics
from recommender.ranking.attributes import Items
from recommender.ranking.interactions import Interactions

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Catalogue:
    """One entry per item code of the past and a last one for an empty place, so that -1 finds it.

    Attributes:
        surprise: bits of self-information; NaN for an empty place.
        percentile: of popularity, 0 to 1; NaN for an empty place.
        category: its code, -1 where it is not known.
        usual: per member of the past, the mean percentile of the items they took.
    """

    surprise: Floats
    percentile: Floats
    category: NDArray[np.int64]
    usual: Floats

    @property
    def n_items(self) -> int:
        """How many items there are."""
        return len(self.surprise) - 1

    @property
    def has_categories(self) -> bool:
        """Whether the category of any item is known."""
        return bool((self.category >= 0).any())


def catalogue_of(past: Interactions, items: Items) -> Catalogue:
    """Return what is known of the items of a past."""
    taken = past.matrix()
    members_per_item = np.bincount(taken.indices, minlength=taken.shape[1]).astype(np.int64)
    percentile = metrics.popularity_percentile(members_per_item)
    taken.data[:] = 1.0
    return Catalogue(
        surprise=np.append(metrics.self_information(members_per_item, taken.shape[0]), np.nan),
        percentile=np.append(percentile, np.nan),
        category=np.append(items.attributes(past.item_ids).category, -1),
        usual=taken @ percentile / np.diff(taken.indptr),
    )
