"""What a contest chose, in plain values: which models are released, and with which parameters each is made again."""

from collections.abc import Mapping
from dataclasses import dataclass

from sklearn.base import clone

from recommender.card import Value
from recommender.gate import GateDecision
from recommender.ranking.ease import Ease
from recommender.ranking.item_neighbours import ItemNeighbours
from recommender.ranking.model import RankingModel
from recommender.ranking.personal_frequency import PersonalFrequency
from recommender.ranking.popularity import Popularity
from recommender.ranking.tifu_knn import TifuKnn
from recommender.ranking.transitions import Transitions
from recommender.ranking.two_stage import TwoStage

TWO_STAGE = "two_stage"
# The baselines by name.
FAMILIES: Mapping[str, type[RankingModel]] = {
    "popularity": Popularity,
    "personal_frequency": PersonalFrequency,
    "tifu_knn": TifuKnn,
    "ease": Ease,
    "item_neighbours": ItemNeighbours,
    "transitions": Transitions,
}


@dataclass(frozen=True, slots=True)
class Choice:
    """What the validation window said.

    Attributes:
        two_stage: the chosen parameters of the two-stage model.
        baselines: the tuned parameters, by slice and name.
        values: NDCG@10 by slice and name.
        gates: by slice, which model is released and why.
    """

    two_stage: Mapping[str, Value]
    baselines: Mapping[str, Mapping[str, Mapping[str, Value]]]
    values: Mapping[str, Mapping[str, float]]
    gates: Mapping[str, GateDecision]

    def released(self, slice_name: str) -> str:
        """Return the name of the model released for a slice."""
        return self.gates[slice_name].released

    def tuned(self, slice_name: str) -> dict[str, RankingModel]:
        """Return the baselines of a slice by name, unfitted.

        Raises:
            ValueError: a model or a parameter is not known, as after an update.
        """
        try:
            return {name: FAMILIES[name](**told) for name, told in self.baselines[slice_name].items()}
        except (KeyError, TypeError) as error:
            raise ValueError(f"a chosen model cannot be made: {error}") from error

    def applied_to(self, two_stage: TwoStage) -> TwoStage:
        """Return such a two-stage model with the chosen parameters, unfitted.

        Raises:
            ValueError: a parameter is not known, as after an update.
        """
        made: TwoStage = clone(two_stage, safe=False).set_params(**self.two_stage)
        return made
