"""What most members took lately: the answer for anyone about whom nothing is known."""

import numpy as np
from scipy import sparse

from recommender.ranking.interactions import Interactions
from recommender.ranking.model import Codes, ScoringModel
from recommender.ranking.scored import SparseScored


class Popularity(ScoringModel):
    """Rank items by the share of redeeming members in the last active days.

    Counting members, not lines, keeps one heavy buyer from making an item popular. Days without any
    redemption do not count, so a pause of the mall does not empty the window. Items nobody took in
    the window follow by their share of all time.

    Fitted: `share_`, shape (items,), the recent share of member-item pairs plus, as a tie-break too
    small to change an order of recent counts, the share of all time.
    """

    def __init__(self, window_active_days: int = 28) -> None:
        self.window_active_days = window_active_days

    def _fit(self, interactions: Interactions) -> None:
        pairs = interactions.pairs
        is_recent = pairs.last_age < self.window_active_days
        recent = np.bincount(pairs.item[is_recent], minlength=pairs.shape[1])
        all_time = pairs.members_per_item
        # One more than the sum, so that all of it together weighs less than one recent member.
        counts = recent + all_time / (all_time.sum() + 1.0)
        self.share_ = counts / counts.sum()
        self.fill_up_by(self.share_)

    def scored(self, codes: Codes) -> SparseScored:
        """Say nothing of anybody, so that all of a list is filled up."""
        return SparseScored(sparse.csr_array((len(codes), len(self.item_ids_))))
