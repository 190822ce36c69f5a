"""All members together: fitted on one history, and what they say from an origin."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from recommender.demand.aligned_base import AlignedBase
from recommender.demand.boosting import MEAN, SPREAD, Boosting, Effort
from recommender.demand.context import Context
from recommender.demand.covariates import Floats
from recommender.demand.intermittent import Intermittent
from recommender.demand.model import QUANTILES, Member
from recommender.demand.naive import SeasonalNaive, WeekdayMeans
from recommender.demand.seasonal import Decomposition
from recommender.demand.seasonal_smoothing import SeasonalSmoothing
from recommender.demand.training_rows import TooLittleHistory

# Quantiles of the normal distribution, for the widths of series that no quantile was learned for.
_NORMAL = np.array([1.645, 0.0, 1.282, 1.645])
# A width below this part of the level would make any miss an infinite one.
_LEAST_WIDTH = 0.02
# A quantile learned of few rows jumps from day to day; half of how wide a day is, in parts of what is expected of it or
# of this part of the level, is what its series' days are on average. Of five histories pinball losses at .05 and .95
# fell by 3 to 29 per cent on four and stayed on one.
_OWN_SHARE = 0.5
_LEAST_EXPECTED = 0.25

MEDIAN = "boosted_median"
# Widths and skew are told by these, whoever is asked.
_ALWAYS = (MEDIAN, MEAN.name, *(target.name for target in SPREAD))


@dataclass(frozen=True)
class Said:
    """What the members say of the periods ahead.

    Attributes:
        medians: by member, (series, horizon) units.
        widths: (series, horizon, quantiles) how far each quantile lies from the median, > 0.
        skew: (series, horizon) how far the mean lies above the median.
    """

    medians: Mapping[str, Floats]
    widths: Floats
    skew: Floats


@dataclass(frozen=True)
class Ensemble:
    """Fitted members; `boosting` is None where the history is too short to learn from."""

    plain: Sequence[Member]
    boosting: Boosting | None

    @classmethod
    def fitted(cls, context: Context, *, seed: int, effort: Effort, is_validated: bool = True) -> Self:
        """Fit every member that the history allows; what could not be validated is not learned."""
        plain: list[Member] = [
            SeasonalNaive(),
            WeekdayMeans(),
            Decomposition(),
            SeasonalSmoothing(),
            Intermittent(),
        ]
        if context.values.shape[1] > context.history.rhythm.year:
            plain.append(AlignedBase())
        boosting = None
        if is_validated:
            try:
                boosting = Boosting(seed, effort=effort).fit(context)
            except TooLittleHistory:
                boosting = None
        return cls([member.fit(context) for member in plain], boosting)

    def of_plain_periods(self, context: Context) -> dict[str, Floats]:
        """Return what the members that are not boosted say of plain periods, whatever is known ahead."""
        return {name: median for member in self.plain for name, median in member.medians(context).items()}

    def say(
        self,
        context: Context,
        plain: Mapping[str, Floats] | None = None,
        needed: Collection[str] | None = None,
    ) -> Said:
        """Return what the members say of the periods after the context's origin.

        Args:
            plain: `of_plain_periods` of the same past, if it is known.
            needed: whose medians are asked for; of all, if left out. Widths and skew are always told.
        """
        told = self.of_plain_periods(context) if plain is None else plain
        factor = context.factor_ahead
        medians = {name: median * factor for name, median in told.items() if needed is None or name in needed}
        level = context.recent_level
        if self.boosting is None:
            widths = np.repeat(
                (context.recent_spread[:, None] * _NORMAL)[:, None, :], context.horizon, axis=1
            )
            skew = np.zeros_like(factor)
        else:
            outputs = self.boosting.outputs(context, None if needed is None else {*needed, *_ALWAYS})
            spread = {target.quantile: outputs.pop(target.name) for target in SPREAD}
            median = outputs[MEDIAN]
            widths = np.stack(
                [np.abs(spread.get(quantile, median) - median) for quantile in QUANTILES], axis=-1
            )
            widths = _steadied(widths, np.maximum(median, _LEAST_EXPECTED * level[:, None]))
            skew = outputs[MEAN.name] - median
            medians |= outputs
        return Said(medians, np.maximum(widths, _LEAST_WIDTH * level[:, None, None]), skew)


def _steadied(widths: Floats, expected: Floats) -> Floats:
    """Return widths (series, horizon, quantiles) drawn to those of the series' other days, by what is expected of each."""
    relative = widths / expected[..., None]
    usual = relative.mean(axis=1, keepdims=True)
    steadied: Floats = expected[..., None] * (_OWN_SHARE * relative + (1.0 - _OWN_SHARE) * usual)
    return steadied
