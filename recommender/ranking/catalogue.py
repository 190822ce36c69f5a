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
        price: of one unit; NaN for an empty place and where it is not known.
        usual: per member of the past, the mean percentile of the items they took.
        spent_at_once: per member of the past, the most they took on one business day by these prices, one unit of each
            row; NaN where nothing they took has a known price.
    """

    surprise: Floats
    percentile: Floats
    category: NDArray[np.int64]
    price: Floats
    usual: Floats
    spent_at_once: Floats

    @property
    def n_items(self) -> int:
        """How many items there are."""
        return len(self.surprise) - 1

    @property
    def has_categories(self) -> bool:
        """Whether the category of any item is known."""
        return bool((self.category >= 0).any())

    @property
    def has_prices(self) -> bool:
        """Whether the price of any item is known."""
        return bool(np.isfinite(self.price).any())


def catalogue_of(past: Interactions, items: Items) -> Catalogue:
    """Return what is known of the items of a past."""
    taken = past.matrix()
    members_per_item = np.bincount(taken.indices, minlength=taken.shape[1]).astype(np.int64)
    percentile = metrics.popularity_percentile(members_per_item)
    taken.data[:] = 1.0
    price = items.of(past.item_ids).prices
    return Catalogue(
        surprise=np.append(metrics.self_information(members_per_item, taken.shape[0]), np.nan),
        percentile=np.append(percentile, np.nan),
        category=np.append(items.attributes(past.item_ids).category, -1),
        price=np.append(price, np.nan),
        usual=taken @ percentile / np.diff(taken.indptr),
        spent_at_once=_spent_at_once(past, price),
    )


def _spent_at_once(past: Interactions, price: Floats) -> Floats:
    """Return the most that each member's rows of one business day cost."""
    most = np.full(len(past.member_ids), np.nan)
    row_price = price[past.item_codes]
    is_known = np.isfinite(row_price)
    member, day = past.member_codes[is_known], past.day[is_known].astype(np.int64)
    order = np.lexsort((day, member))
    member, day = member[order], day[order]
    is_first = np.ones(len(member), dtype=bool)
    is_first[1:] = (member[1:] != member[:-1]) | (day[1:] != day[:-1])
    first = np.flatnonzero(is_first)
    if len(first):
        np.fmax.at(most, member[first], np.add.reduceat(row_price[is_known][order], first))
    return most
