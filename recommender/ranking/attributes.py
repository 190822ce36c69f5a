"""What is known of items beside who took them: category, brand, class, kind, price and name."""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from recommender.frames import refuse_rows, require_columns, require_numbers, require_text

Floats = NDArray[np.float64]

_TEXTS = ("category", "brand", "class", "kind", "name")


@dataclass(frozen=True)
class Attributes:
    """One entry per item code; a category or brand of -1 and a price of NaN are not known."""

    category: NDArray[np.int64]
    brand: NDArray[np.int64]
    log_price: Floats

    def membership(self, kind: str) -> sparse.csr_array:
        """Return which category or brand each item has: 0 or 1, shape (items, categories or brands)."""
        codes = self.category if kind == "category" else self.brand
        known = np.flatnonzero(codes >= 0)
        shape = (len(codes), int(codes.max(initial=0)) + 1)
        return sparse.csr_array((np.ones(len(known), dtype=np.float32), (known, codes[known])), shape=shape)


@dataclass(frozen=True)
class Items:
    """The items frame of a caller, validated: `item_id[, category, brand, class, kind, name, unit_price]`.

    `frame` is indexed and sorted by item_id and has those of the columns that were given.
    """

    frame: pd.DataFrame

    @classmethod
    def from_frame(cls, frame: pd.DataFrame) -> "Items":
        """Validate a frame; one row per item, everything but the id may be missing.

        Raises:
            InvalidFrame: a column is missing, an item comes twice, or a price is no number of 0 or more.
        """
        require_columns(frame, ("item_id",))
        ids = require_text(frame["item_id"])
        refuse_rows(ids, ids.duplicated(), "an item must come once")
        kept = pd.DataFrame({"item_id": ids})
        for column in _TEXTS:
            if column in frame.columns:
                kept[column] = frame[column].astype("str").where(frame[column].notna())
        if "unit_price" in frame.columns:
            price = frame["unit_price"]
            require_numbers(price.fillna(0.0) if pd.api.types.is_numeric_dtype(price) else price, at_least=0)
            kept["unit_price"] = price.astype(np.float64)
        return cls(kept.set_index("item_id").sort_index())

    def of(self, item_ids: Collection[str]) -> "Items":
        """Return these items alone, also those of which nothing is known."""
        return Items(self.frame.reindex(pd.Index(sorted(set(item_ids)), dtype="str", name="item_id")))

    @property
    def item_ids(self) -> NDArray[np.object_]:
        """The ids, sorted."""
        return np.asarray(self.frame.index, dtype=object)

    def texts(self, column: str) -> NDArray[np.object_]:
        """Return a text column, an empty text where it is not known; shape (items,)."""
        if column not in self.frame.columns:
            return np.full(len(self.frame), "", dtype=object)
        return np.asarray(self.frame[column].fillna(""), dtype=object)

    @property
    def prices(self) -> Floats:
        """The unit prices, NaN where none above 0 is known; shape (items,)."""
        if "unit_price" not in self.frame.columns:
            return np.full(len(self.frame), np.nan)
        prices = self.frame["unit_price"].to_numpy(dtype=np.float64)
        return np.where(prices > 0, prices, np.nan)

    @classmethod
    def unknown(cls) -> "Items":
        """Return items of which nothing is known."""
        return cls(pd.DataFrame(index=pd.Index([], dtype="str", name="item_id")))

    def attributes(self, item_ids: NDArray[np.object_]) -> Attributes:
        """Return the attributes of these items, in their order."""
        found = self.frame.reindex(pd.Index(item_ids))

        def codes(column: str) -> NDArray[np.int64]:
            if column not in found.columns:
                return np.full(len(item_ids), -1, dtype=np.int64)
            return pd.factorize(found[column], sort=True)[0].astype(np.int64)

        price = np.full(len(item_ids), np.nan)
        if "unit_price" in found.columns:
            price = found["unit_price"].to_numpy(dtype=np.float64)
        known = price > 0
        log_price = np.full(len(item_ids), np.nan)
        log_price[known] = np.log(price[known])
        return Attributes(codes("category"), codes("brand"), log_price)
