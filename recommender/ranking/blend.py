"""The recipe meant for release: repeat and novel items scored as two jobs on one scale."""

import numpy as np
from numpy.typing import NDArray

from recommender.ranking.interactions import Interactions
from recommender.ranking.item_neighbours import ItemNeighbours
from recommender.ranking.model import NEIGHBOUR, PERSONAL, POPULAR, Codes, Floats, ScoringModel
from recommender.ranking.personal_frequency import PersonalFrequency


class Blend(ScoringModel):
    """Combine decayed personal frequency, item neighbours and popularity.

    The unit is one redemption today. An item the member has taken scores its decayed count plus
    `repeat_weight` × popularity share: a Dirichlet prior, the popularity acting as that many
    redemptions spread over all items. Any other item scores `novel_weight` × the mix of the member's
    neighbour shares (`neighbour_share` of it) and popularity. The stage is personal for the first,
    and for the second the larger part of the mix.

    Fitted: `frequency_`, `neighbours_` and `popularity_`, the three models it combines.
    """

    def __init__(
        self,
        half_life_active_days: float = 60.0,
        repeat_weight: float = 30.0,
        novel_weight: float = 30.0,
        neighbour_share: float = 0.75,
        n_neighbours: int = 100,
    ) -> None:
        self.half_life_active_days = half_life_active_days
        self.repeat_weight = repeat_weight
        self.novel_weight = novel_weight
        self.neighbour_share = neighbour_share
        self.n_neighbours = n_neighbours

    def _fit(self, interactions: Interactions) -> None:
        self.frequency_ = PersonalFrequency(self.half_life_active_days).fit(interactions)
        self.neighbours_ = ItemNeighbours(self.n_neighbours).fit(interactions)
        self.popularity_ = self.neighbours_.popularity_

    def score(self, codes: Codes) -> tuple[Floats, NDArray[np.int8]]:
        """Score seen items in redemptions and unseen ones by the weighted mix."""
        own = self.frequency_.frequency_[codes].toarray()
        near = self.neighbour_share * self.neighbours_.neighbour_shares(codes)
        popular = (1.0 - self.neighbour_share) * self.popularity_.share_
        repeat = own + self.repeat_weight * self.popularity_.share_
        scores = np.where(own > 0, repeat, self.novel_weight * (near + popular))
        unseen_stage = np.where(near > popular, NEIGHBOUR, POPULAR)
        return scores, np.where(own > 0, PERSONAL, unseen_stage).astype(np.int8)
