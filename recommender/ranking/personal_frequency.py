"""What the member took often and lately; on regular buying the strongest single model."""

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from recommender.ranking.interactions import Interactions
from recommender.ranking.model import PERSONAL, Codes, ScoringModel, with_empty_row
from recommender.ranking.popularity import Popularity
from recommender.ranking.scored import SparseScored

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
        self.fill_up_by(Popularity().fit(interactions).share_, weight=_FILL_WEIGHT)

    def scored(self, codes: Codes) -> SparseScored:
        """Score a member's own items by decayed count, equal ones by popularity."""
        own = self.frequency_[codes]
        own.data += self.fill_[own.indices]
        return SparseScored(own)

    def stages(self, codes: Codes, row: Codes, item: Codes) -> NDArray[np.int8]:
        """Tell that all of it is the member's own."""
        return np.full(len(row), PERSONAL, dtype=np.int8)
