"""The frozen, validated table of who redeemed what and when; ids are mapped to codes once."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from recommender.frames import (
    InvalidFrame,
    refuse_rows,
    require_columns,
    require_numbers,
    require_text,
    require_times,
)
from recommender.ranking.pairs import Pairs, every_nth, gather_pairs
from recommender.ranking.sorting import order_by

BUSINESS_TIMEZONE = "Asia/Shanghai"


@dataclass(frozen=True)
class Interactions:
    """Rows of one tenant, sorted by member, item and time, so that input order cannot matter.

    `member_ids` and `item_ids` are sorted and hold only ids that occur in the rows. The other arrays
    have one value per row: codes point into the ids, `day` is the business day.
    """

    member_ids: NDArray[np.object_]
    item_ids: NDArray[np.object_]
    member_codes: NDArray[np.int32]
    item_codes: NDArray[np.int32]
    occurred_at: NDArray[np.datetime64]
    day: NDArray[np.datetime64]

    @classmethod
    def from_frame(cls, frame: pd.DataFrame, *, timezone: str = BUSINESS_TIMEZONE) -> "Interactions":
        """Validate and encode a frame (member_id, item_id, occurred_at UTC[, quantity ≥ 1]).

        Raises:
            InvalidFrame: a column is missing, or a row holds a value that cannot be used.
        """
        require_columns(frame, ("member_id", "item_id", "occurred_at"))
        if "quantity" in frame.columns:
            require_numbers(frame["quantity"], at_least=1)
        times = require_times(frame["occurred_at"])
        local = times.dt.tz_convert(timezone).dt.tz_localize(None)
        member_codes, member_ids = _encode(frame["member_id"])
        item_codes, item_ids = _encode(frame["item_id"])
        occurred_at = times.dt.tz_localize(None).to_numpy(dtype="datetime64[us]")
        pair = member_codes.astype(np.int64) * len(item_ids) + item_codes
        order = order_by(pair, occurred_at)
        return cls(
            member_ids=member_ids,
            item_ids=item_ids,
            member_codes=member_codes[order],
            item_codes=item_codes[order],
            occurred_at=occurred_at[order],
            day=local.to_numpy(dtype="datetime64[us]").astype("datetime64[D]")[order],
        )

    def __len__(self) -> int:
        return len(self.member_codes)

    def before(self, cutoff: date) -> "Interactions":
        """Return only what happened before the business day `cutoff`, with its ids alone."""
        return self.take(self.day < np.datetime64(cutoff, "D"))

    def since(self, cutoff: date) -> "Interactions":
        """Return only what happened on the business day `cutoff` or later, with its ids alone."""
        return self.take(self.day >= np.datetime64(cutoff, "D"))

    @cached_property
    def active_days(self) -> NDArray[np.datetime64]:
        """The business days with any redemption, ascending."""
        number = self.day.astype(np.int64)
        first = number.min(initial=0)
        days: NDArray[np.datetime64] = (np.flatnonzero(np.bincount(number - first)) + first).astype(
            "datetime64[D]"
        )
        return days

    @cached_property
    def age_active_days(self) -> NDArray[np.int32]:
        """Per row, how many active days lie between it and the last active day.

        Days on which nobody redeemed do not count, so a pause of the mall ages nothing.
        """
        days = self.active_days.astype(np.int64)
        first = days.min(initial=0)
        age = np.zeros(days.max(initial=0) - first + 1, dtype=np.int32)
        age[days - first] = np.arange(len(days) - 1, -1, -1)
        ages: NDArray[np.int32] = age[self.day.astype(np.int64) - first]
        return ages

    @cached_property
    def pairs(self) -> Pairs:
        """What each member has to do with each item they took."""
        return gather_pairs(
            self.member_codes,
            self.item_codes,
            self.age_active_days,
            self.occurred_at.astype(np.int64),
            shape=(len(self.member_ids), len(self.item_ids)),
        )

    def matrix(self) -> sparse.csr_array:
        """Count the rows of each member and item: shape (members, items)."""
        cells = sparse.coo_array(
            (np.ones(len(self)), (self.member_codes, self.item_codes)),
            shape=(len(self.member_ids), len(self.item_ids)),
        )
        return cells.tocsr()

    def of_some_members(self, limit: int) -> "Interactions":
        """Return only what at most so many members did, evenly spaced by their ids."""
        step = every_nth(len(self.member_ids), limit)
        return self if step == 1 else self.take(self.member_codes % step == 0)

    def take(self, rows: NDArray[np.bool_] | NDArray[np.intp]) -> "Interactions":
        """Return only these rows (a mask, or positions in order), with their ids alone."""
        member_codes, member_ids = _compact(self.member_codes[rows], self.member_ids)
        item_codes, item_ids = _compact(self.item_codes[rows], self.item_ids)
        return Interactions(
            member_ids=member_ids,
            item_ids=item_ids,
            member_codes=member_codes,
            item_codes=item_codes,
            occurred_at=self.occurred_at[rows],
            day=self.day[rows],
        )


def require_interactions(interactions: Interactions) -> Interactions:
    """Return the interactions if there are any.

    Raises:
        InvalidFrame: there is no row to learn from.
    """
    if not len(interactions):
        raise InvalidFrame("There is no interaction to learn from: the frame has no rows.")
    return interactions


def _encode(column: pd.Series) -> tuple[NDArray[np.int32], NDArray[np.object_]]:
    if isinstance(column.dtype, pd.CategoricalDtype):
        # Ids that are codes already are not written out: tens of millions of strings would not fit.
        refuse_rows(column, column.isna(), "an id must be given")
        names, categories = pd.factorize(require_text(pd.Series(column.cat.categories)), sort=True)
        return _compact(names.astype(np.int32)[column.cat.codes], np.asarray(categories, dtype=object))
    codes, ids = pd.factorize(require_text(column), sort=True)
    return codes.astype(np.int32), np.asarray(ids, dtype=object)


def _compact(
    codes: NDArray[np.int32], ids: NDArray[np.object_]
) -> tuple[NDArray[np.int32], NDArray[np.object_]]:
    is_used = np.zeros(len(ids), dtype=bool)
    is_used[codes] = True
    return (np.cumsum(is_used, dtype=np.int32) - np.int32(1))[codes], ids[is_used]
