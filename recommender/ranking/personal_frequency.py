"""What the member took often and lately; on regular buying the strongest single model."""

import numpy as np
from numpy.typing import NDArray

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
    """Rank a member's items by how often they redeemed them, each redemption decayed by its age.

    GP-TopFreq of Li et al., "A Next Basket Recommendation Reality Check" (ACM TOIS 2023), with
    exponential decay in active days. Lists are filled up with popular items.

    Fitted: `frequency_`, shape (members + 1, items), the decayed counts.
    """

    def __init__(self, half_life_active_days: float = 60.0) -> None:
        self.half_life_active_days = half_life_active_days

    def _fit(self, interactions: Interactions) -> None:
        weights = decay(interactions, self.half_life_active_days)
        self.frequency_ = with_empty_row(interactions.matrix(weights))
        self.popularity_ = Popularity().fit(interactions)

    def score(self, codes: Codes) -> tuple[Floats, NDArray[np.int8]]:
        """Score a member's own items by decayed count and all others by popularity far below."""
        own = self.frequency_[codes].toarray()
        scores = own + _FILL_WEIGHT * self.popularity_.share_
        return scores, np.where(own > 0, PERSONAL, POPULAR).astype(np.int8)


def decay(interactions: Interactions, half_life_active_days: float) -> Floats:
    """Return the weight of each row: 1 on the last active day, ½ one half-life earlier."""
    return np.power(0.5, interactions.age_active_days / half_life_active_days)
