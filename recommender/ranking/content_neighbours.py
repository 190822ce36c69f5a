"""What is like an item by what it is: neighbours that an item without any history has as well."""

import re
from collections.abc import Collection
from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse
from sklearn.base import BaseEstimator
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.preprocessing import normalize
from sparse_dot_topn import sp_matmul_topn  # type: ignore[import-untyped]  # ships no types

from recommender.ranking.attributes import Items
from recommender.ranking.scored import strongest

_THREADS = 2
# What stands in more names than this tells nothing, and would cost the square of their number.
_MOST_NAMES = 5_000
# Prices so many times apart, or more, have nothing in common.
_FARTHEST = 16.0
_LEAST_WEIGHT = 1e-9
# Sizes, prices and serial numbers do not say what a thing is.
_NUMBERS = re.compile(r"[\d.]+")

Floats = NDArray[np.float64]


class ContentNeighbours(BaseEstimator):  # type: ignore[misc]
    """Link each item to the items most like it by category, brand or class, price and name.

    The weight of a link is the sum of four likenesses, each from 0 to 1, times their shares: the same category; the
    same brand, or the same class within the category where no brand is known; prices within a category, (1 + cos)/2
    of their distance in logarithms, from 1 for the same to 0 for 16 times; the cosine of the names' character 2- and
    3-grams weighed by TF-IDF, which needs no words and so holds for Chinese and English. What is not known of an item
    links it to nothing.

    Fitted: `item_ids_`, sorted; `weights_`, CSR of shape (items, items) with values in (0, 1], row = item, column =
    its neighbour, no diagonal, at most `n_neighbours` in a row.
    """

    def __init__(
        self,
        n_neighbours: int = 20,
        *,
        category_share: float = 0.4,
        brand_share: float = 0.15,
        price_share: float = 0.15,
        name_share: float = 0.3,
    ) -> None:
        self.n_neighbours = n_neighbours
        self.category_share = category_share
        self.brand_share = brand_share
        self.price_share = price_share
        self.name_share = name_share

    def fit(self, items: Items, eligible_item_ids: Collection[str] | None = None) -> Self:
        """Learn from these items alone; only eligible ones (default: all) become neighbours."""
        self.item_ids_ = items.item_ids
        rows = self._rows(items)
        is_eligible = np.ones(len(self.item_ids_), dtype=np.float64)
        if eligible_item_ids is not None:
            is_eligible = np.isin(self.item_ids_, list(eligible_item_ids)).astype(np.float64)
        columns = sparse.csr_matrix((sparse.diags_array(is_eligible) @ rows).T)
        # One more than is kept, for an item is the most like itself.
        found = sp_matmul_topn(
            rows,
            columns,
            top_n=self.n_neighbours + 1,
            threshold=_LEAST_WEIGHT,
            n_threads=_THREADS,
        ).tocoo()
        is_other = found.row != found.col
        cells = sparse.coo_array(
            (found.data[is_other], (found.row[is_other], found.col[is_other])), shape=found.shape
        )
        self.weights_ = strongest(cells.tocsr(), self.n_neighbours)
        self.weights_.data = np.minimum(self.weights_.data, 1.0)
        return self

    def _rows(self, items: Items) -> sparse.csr_matrix:
        """Return one row per item such that the product of two rows is the weight of their link."""
        category = _codes(items.texts("category"))
        brand, class_ = items.texts("brand"), items.texts("class")
        maker = np.where(brand != "", "brand " + brand, class_ + " of " + items.texts("category"))
        is_made = (brand != "") | ((class_ != "") & (category >= 0))
        parts = [
            np.sqrt(self.category_share) * _one_hot(category),
            np.sqrt(self.brand_share) * _one_hot(_codes(np.where(is_made, maker, ""))),
            *(np.sqrt(self.price_share / 2) * part for part in _price_parts(items.prices, category)),
            np.sqrt(self.name_share) * _name_parts(items.texts("name")),
        ]
        return sparse.csr_matrix(sparse.hstack(parts, format="csr"))


def _codes(texts: NDArray[np.object_]) -> NDArray[np.int64]:
    """Return a code per different text, -1 for an empty one."""
    codes, _ = pd.factorize(pd.Series(texts, dtype="str").replace("", pd.NA), sort=True)
    return codes.astype(np.int64)


def _one_hot(codes: NDArray[np.int64], values: Floats | None = None) -> sparse.csr_array:
    known = np.flatnonzero(codes >= 0)
    data = np.ones(len(known)) if values is None else values[known]
    shape = (len(codes), int(codes.max(initial=0)) + 1)
    return sparse.csr_array((data, (known, codes[known])), shape=shape)


def _price_parts(prices: Floats, category: NDArray[np.int64]) -> list[sparse.csr_array]:
    """Return columns per category whose products are 1 + cos of the angle between two prices."""
    known = np.isfinite(prices) & (category >= 0)
    log_price = pd.Series(np.log(np.where(known, prices, 1.0)))
    middle = log_price.where(known).groupby(category).transform("median").fillna(0.0)
    reach = np.log(_FARTHEST) / 2
    angle = ((log_price - middle).clip(-reach, reach) / reach * np.pi / 2).to_numpy()
    priced = np.where(known, category, -1)
    return [_one_hot(priced), _one_hot(priced, np.cos(angle)), _one_hot(priced, np.sin(angle))]


def _name_parts(names: NDArray[np.object_]) -> sparse.csr_array:
    cleaned = [_NUMBERS.sub(" ", name) for name in names]
    if not any(name.strip() for name in cleaned):
        return sparse.csr_array((len(names), 1))
    grams = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 3), norm=None).fit_transform(cleaned).tocsc()
    telling = grams[:, np.diff(grams.indptr) <= _MOST_NAMES]
    if not telling.shape[1]:
        return sparse.csr_array((len(names), 1))
    return sparse.csr_array(normalize(telling.tocsr()))
