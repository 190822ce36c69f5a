"""Scores of a block of members for items: dense where most items have one, sparse where few do."""

from abc import ABC, abstractmethod
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from recommender.ranking.sorting import key_of_scores, order_by

Codes = NDArray[np.intp]


class Scored(ABC):
    """Scores of shape (members of the block, items); an item without one scores nothing."""

    @abstractmethod
    def at(self, row: Codes, item: Codes) -> NDArray[np.floating]:
        """Return the scores of pairs; 0 where there is none, if nothing else was told."""

    @abstractmethod
    def without(self, seen: sparse.csr_array) -> Self:
        """Return the same scores without those of the pairs that `seen` holds, a matrix of the same shape."""

    @abstractmethod
    def without_items(self, barred: NDArray[np.bool_]) -> Self:
        """Return the same scores without those of some items; `barred` has one entry per item."""

    @abstractmethod
    def top(self, n: int) -> tuple[Codes, Codes]:
        """Return (row, item) of the n best items of each row, in no order; items without a score are left out."""


class DenseScored(Scored):
    """All scores of the block for all items, or for those of some columns alone.

    Args:
        scores: shape (members of the block, columns).
        columns: the item that each column is of, ascending; all items if left out.
        n_items: how many items there are.
        missing: what `at` tells of an item without a column.
    """

    def __init__(
        self,
        scores: NDArray[np.float32],
        columns: Codes | None = None,
        n_items: int | None = None,
        missing: float = 0.0,
    ) -> None:
        self.scores = scores
        self.columns = np.arange(scores.shape[1]) if columns is None else columns
        self.n_items = scores.shape[1] if n_items is None else n_items
        self.missing = missing

    def at(self, row: Codes, item: Codes) -> NDArray[np.float32]:
        """Look pairs up."""
        column = self._column_of()[item]
        found: NDArray[np.float32] = np.where(column >= 0, self.scores[row, column], np.float32(self.missing))
        return found

    def without(self, seen: sparse.csr_array) -> Self:
        """Give seen items the lowest score there is."""
        column = self._column_of()[seen.indices]
        scores = self.scores.copy()
        scores[_rows(seen)[column >= 0], column[column >= 0]] = -np.inf
        return type(self)(scores, self.columns, self.n_items, self.missing)

    def without_items(self, barred: NDArray[np.bool_]) -> Self:
        """Give barred items the lowest score there is."""
        if not barred.any():
            return self
        scores = self.scores.copy()
        scores[:, barred[self.columns]] = -np.inf
        return type(self)(scores, self.columns, self.n_items, self.missing)

    def top(self, n: int) -> tuple[Codes, Codes]:
        """Select by partition."""
        row, column = np.nonzero(largest(self.scores, n) & np.isfinite(self.scores))
        return row, self.columns[column]

    def _column_of(self) -> Codes:
        column_of = np.full(self.n_items, -1)
        column_of[self.columns] = np.arange(len(self.columns))
        return column_of


class SparseScored(Scored):
    """Scores of the items that have one, sorted within each row."""

    def __init__(self, scores: sparse.csr_array) -> None:
        scores.sort_indices()
        self._scores = scores
        self._keys = _rows(scores) * scores.shape[1] + scores.indices

    def at(self, row: Codes, item: Codes) -> NDArray[np.floating]:
        """Look pairs up by bisection."""
        wanted = row.astype(np.int64) * self._scores.shape[1] + item
        place = np.searchsorted(self._keys, wanted)
        place[place == len(self._keys)] = 0
        if not len(self._keys):
            return np.zeros(len(wanted), dtype=np.float32)
        found: NDArray[np.floating] = np.where(
            self._keys[place] == wanted, self._scores.data[place], self._scores.dtype.type(0)
        )
        return found

    def without(self, seen: sparse.csr_array) -> Self:
        """Drop seen items."""
        keys = _rows(seen) * seen.shape[1] + seen.indices
        return self._only(~np.isin(self._keys, keys, assume_unique=True))

    def without_items(self, barred: NDArray[np.bool_]) -> Self:
        """Drop barred items."""
        return self._only(~barred[self._scores.indices]) if barred.any() else self

    def _only(self, kept: NDArray[np.bool_]) -> Self:
        scores = self._scores
        indptr = np.concatenate([[0], np.cumsum(kept)])[scores.indptr]
        return type(self)(
            sparse.csr_array((scores.data[kept], scores.indices[kept], indptr), shape=scores.shape)
        )

    def top(self, n: int) -> tuple[Codes, Codes]:
        """Select by partition among rows of like length, which is far quicker than to sort each."""
        scores = self._scores
        lengths = np.diff(scores.indptr)
        short = np.flatnonzero((lengths <= n)[_rows(scores)])
        places = [short]
        # Rows of up to twice the length of the shortest among them are laid beside each other.
        doublings = np.ceil(np.log2(np.maximum(lengths, 1) / n)).astype(np.int64)
        for doubling in np.unique(doublings[lengths > n]):
            row = np.flatnonzero((doublings == doubling) & (lengths > n))
            within = np.arange(lengths[row].max())
            is_there = within < lengths[row, None]
            place = np.minimum(scores.indptr[row, None] + within, len(scores.data) - 1)
            beside = np.where(is_there, scores.data[place], -np.inf)
            places.append(place[largest(beside, n) & is_there])
        chosen = np.concatenate(places)
        return _rows(scores)[chosen], scores.indices[chosen].astype(np.intp)


def largest(scores: NDArray[np.floating], n: int) -> NDArray[np.bool_]:
    """Tell which are the n largest of each row; of equal ones the first."""
    n_columns = scores.shape[1]
    if n >= n_columns:
        return np.ones(scores.shape, dtype=bool)
    least = np.partition(scores, n_columns - n, axis=1)[:, n_columns - n, None]
    is_above, is_least = scores > least, scores == least
    # A partition alone would take whichever of equal scores comes by.
    found: NDArray[np.bool_] = is_above | (
        is_least & (np.cumsum(is_least, axis=1) <= n - is_above.sum(axis=1, keepdims=True))
    )
    return found


def _rows(scores: sparse.csr_array) -> NDArray[np.int64]:
    return np.repeat(np.arange(scores.shape[0], dtype=np.int64), np.diff(scores.indptr))


def strongest(weights: sparse.csr_array, n: int) -> sparse.csr_array:
    """Return the matrix with the n largest values of each row, ties by lower column."""
    rows = np.repeat(np.arange(weights.shape[0]), np.diff(weights.indptr))
    order = order_by(key_of_scores(rows, weights.data), -weights.data, weights.indices)
    kept = np.sort(order[np.arange(len(order)) - weights.indptr[rows] < n])
    cells = sparse.coo_array((weights.data[kept], (rows[kept], weights.indices[kept])), shape=weights.shape)
    return cells.tocsr()
