"""The recipe as it ships: whatever the validation window says is best, refitted on everything."""

from collections.abc import Sequence
from typing import Self

import numpy as np
from numpy.typing import NDArray

from recommender.ranking.choice import TWO_STAGE, Choice
from recommender.ranking.contest import Contest, Report, hold_contest
from recommender.ranking.interactions import Interactions
from recommender.ranking.lessons import Lesson
from recommender.ranking.model import Codes, Ranked, RankingModel
from recommender.ranking.personal_frequency import PersonalFrequency
from recommender.ranking.popularity import Popularity
from recommender.ranking.two_stage import TwoStage

# What is released where there is no window to choose on.
UNVALIDATED = {"all": "personal_frequency", "novel": "popularity"}


class Recipe(RankingModel):
    """Choose on the newest window, then learn from all of it: one model for lists of anything, one for novel lists.

    Without a window to choose on - a mall that is younger than two horizons, or of a few members - anything is
    ranked by personal frequency and what is novel by popularity, which need no choice.

    Fitted: `choice_`, what the window said, or None; `models_`, the released model of each slice.
    """

    def __init__(
        self, two_stage: TwoStage | None = None, *, max_choosers: int = 50_000, report: Report | None = None
    ) -> None:
        self.two_stage = two_stage
        self.max_choosers = max_choosers
        self.report = report

    def candidate(self) -> TwoStage:
        """Return the two-stage model that competes with the baselines, unfitted."""
        return TwoStage() if self.two_stage is None else self.two_stage

    def hold_contest(self, interactions: Interactions) -> Contest | None:
        """Return what the newest window of these interactions says, of at most `max_choosers` members.

        More would take time and tell nothing more: all that is chosen and learnt holds for any number of members.
        """
        return hold_contest(
            interactions.of_some_members(self.max_choosers), self.candidate(), report=self._tell
        )

    def fit(
        self,
        interactions: Interactions,
        choice: Choice | None = None,
        lessons: Sequence[Lesson] | None = None,
    ) -> Self:
        """Choose and learn; with a choice that was made before only learn, from these lessons if they are there.

        Raises:
            InvalidFrame: there are no interactions.
        """
        self.choice_, self._lessons = choice, lessons
        super().fit(interactions)
        del self._lessons
        return self

    def _fit(self, interactions: Interactions) -> None:
        if self.choice_ is None and (contest := self.hold_contest(interactions)) is not None:
            self.choice_, self._lessons = contest.choice, contest.lessons
        choice = self.choice_
        if choice is None:
            self.models_: dict[str, RankingModel] = {
                "all": PersonalFrequency().fit(interactions),
                "novel": Popularity().fit(interactions),
            }
            return
        self._tell("learning from everything")
        self.models_ = {}
        for slice_name in self.candidate().slices:
            released = choice.released(slice_name)
            if released != TWO_STAGE:
                self.models_[slice_name] = choice.tuned(slice_name)[released].fit(interactions)
            elif isinstance(self.models_.get("all"), TwoStage):
                self.models_[slice_name] = self.models_["all"]
            else:
                two_stage = choice.applied_to(self.candidate())
                lessons = self._lessons
                if lessons is None:
                    few = interactions.of_some_members(self.max_choosers)
                    lessons = two_stage.lessons(two_stage.snapshots(few))
                self.models_[slice_name] = two_stage.fit(interactions, lessons)

    def _tell(self, words: str) -> None:
        if self.report is not None:
            self.report(words)

    def released(self, slice_name: str) -> str:
        """Return the name of the model that a slice's lists come from."""
        return UNVALIDATED[slice_name] if self.choice_ is None else self.choice_.released(slice_name)

    def block_size(self) -> int:
        """Return the smaller of its models' sizes."""
        return min(model.block_size() for model in self.models_.values())

    def ranked(self, codes: Codes, k: int, is_eligible: NDArray[np.bool_], *, exclude_seen: bool) -> Ranked:
        """Rank by the model released for what is asked."""
        model = self.models_["novel" if exclude_seen else "all"]
        return model.ranked(codes, k, is_eligible, exclude_seen=exclude_seen)
