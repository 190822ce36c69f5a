"""A contest that was held and judged on the window after it: what trainings go by until the next one is held."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Self

import numpy as np
import pandas as pd

from recommender.card import Paired, Window
from recommender.plain import restored
from recommender.ranking.choice import Choice
from recommender.ranking.interactions import Interactions
from recommender.ranking.model import SLICES
from recommender.ranking.recipe import UNVALIDATED
from recommender.ranking.two_stage import TwoStage
from recommender.scores import Score, score_frame

# What was chosen on so many more rows, or on rows or members of whom so many are gone, is chosen again.
_GROWN, _GONE = 0.1, 0.001


@dataclass(frozen=True)
class Judgement:
    """Which models are released, why, and what they were worth on a window they had not seen; nothing of it names anybody.

    Attributes:
        held_on: the business day.
        choice: None where no window can choose.
        data: all that was known on that day.
        validation: the window that chose, None if the past is too short for one.
        test: the window that judged, None if the past is too short for one.
        scores: of the released models and all baselines on the test window.
        paired: by slice, the released model's NDCG@10 over that of the strongest other baseline there.
        limits: which part of the test window no list could have foreseen, and by how many members was chosen.
    """

    held_on: date
    seed: int
    horizon_days: int
    choice: Choice | None
    data: Window
    validation: Window | None
    test: Window | None
    scores: Sequence[Score]
    paired: Mapping[str, Paired]
    limits: Mapping[str, int | float]

    @classmethod
    def from_plain(cls, told: object) -> Self:
        """Return the judgement that `plain` was given.

        Raises:
            ValueError: it tells of models or parameters that are not known, as after an update.
        """
        found = restored(cls, told)
        if found.choice is not None:
            found.choice.applied_to(TwoStage())
            for name in SLICES:
                found.choice.tuned(name)
        return found

    def released(self, slice_name: str) -> str:
        """Return the name of the model released for a slice."""
        return UNVALIDATED[slice_name] if self.choice is None else self.choice.released(slice_name)

    def model_scores(self) -> pd.DataFrame:
        """Return the table of scores, each with the last day of the window it is of."""
        until = None if self.test is None else self.test.last
        parts = [
            score_frame(
                "ranking",
                [score for score in self.scores if score.slice == name],
                released_model=self.released(name),
                judged_until=until,
            )
            for name in SLICES
        ]
        return pd.concat(parts, ignore_index=True)

    def outdated(
        self, past: Interactions, today: date, *, choice_days: int, seed: int, horizon_days: int
    ) -> str | None:
        """Return why the contest must be held again for the interactions of today; None if it need not."""
        if self.choice is None:
            return "nothing could be chosen the last time"
        if (self.seed, self.horizon_days) != (seed, horizon_days):
            return "the seed or the horizon is another one"
        if (today - self.held_on).days >= choice_days:
            return f"it was held on {self.held_on}"
        for slice_name, paired in self.paired.items():
            if paired.high < 1:
                return f"of {slice_name} {paired.baseline} was better than {self.released(slice_name)} beyond chance"
        if len(past) > (1 + _GROWN) * self.data.rows:
            return f"there are {len(past):,} rows, and it was held on {self.data.rows:,}"
        then = past.day <= np.datetime64(self.data.last, "D")
        rows, members = int(then.sum()), len(np.unique(past.member_codes[then]))
        if rows < (1 - _GONE) * self.data.rows or members < (1 - _GONE) * self.data.units:
            return f"of the {self.data.rows:,} rows it was held on, {rows:,} are left"
        return None


def window_of(rows: Interactions, units: int | None = None) -> Window:
    """Return what lies in at least one interaction, of all its members if not of so many."""
    first, last = rows.day.min().astype(object), rows.day.max().astype(object)
    return Window(first, last, len(rows.member_ids) if units is None else units, len(rows))
