"""What the member took often and lately; on regular buying the strongest single model."""

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from recommender.ranking.interactions import Interactions
from recommender.ranking.model import (
    PERSONAL,
    POPULAR,
    Codes,
    Floats,
    ScoringModel,
    with_empty_row,
)
from recommender.ranking.popularity import Popularity

# Far below the decayed weight of a single redemption many half-lives old, so it only fills up.
_FILL_WEIGHT = 1e-6


class PersonalFrequency(ScoringModel):
    """Rank a member's items by the days they redeemed them on, each day decayed by its age.

    GP-TopFreq of Li et al., "A Next Basket Recommendation Reality Check" (ACM TOIS 2023), with
    exponential decay in active days. Lists are filled up with popular items.

    Fitted: `frequency_`, shape (members + 1, items), the decayed counts.
    """

    def __init__(self, half_life_active_days: float = 60.0) -> None:
        self.half_life_active_days = half_life_active_days

    def _fit(self, interactions: Interactions) -> None:
        pairs = interactions.pairs
        decayed = pairs.decayed(self.half_life_active_days)
        self.frequency_ = with_empty_row(
            sparse.csr_array((decayed, pairs.item, pairs.indptr), shape=pairs.shape)
        )
        self.popularity_ = Popularity().fit(interactions)

    def score(self, codes: Codes) -> tuple[Floats, NDArray[np.int8]]:
        """Score a member's own items by decayed count and all others by popularity far below."""
        own = self.frequency_[codes].toarray()
        scores = own + _FILL_WEIGHT * self.popularity_.share_
        return scores, np.where(own > 0, PERSONAL, POPULAR).astype(np.int8)
