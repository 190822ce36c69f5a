"""Gradient-boosted models of all series together, trained directly on (series, origin, step) rows."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingRegressor
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # ships no types

from recommender.demand.aligned_base import aligned_base
from recommender.demand.context import Bools, Context
from recommender.demand.covariates import Floats
from recommender.demand.features import CATEGORIES, GROUP_PREFIX, features
from recommender.demand.model import QUANTILES, Member
from recommender.demand.training_rows import Rows, draw_rows

# Series whose targets are laid out at once, which bounds the memory of a forecast.
_SERIES_AT_ONCE = 2_000
# A burst after weeks of nothing is a thousand times the level; beyond this it tells no more.
_MOST_RATIO = 30.0
_LEAST_BASE_ROWS = 5_000


@dataclass(frozen=True)
class Effort:
    """What a boosted fit may cost: rows it learns from, and trees."""

    max_rows: int
    max_iter: int


FULL = Effort(60_000, 150)


@dataclass(frozen=True)
class Target:
    """What a regressor learns: demand over the level or the aligned base, as it is or its root."""

    name: str
    loss: str
    quantile: float | None = None
    over_base: bool = False
    of_root: bool = False


MEDIANS = (
    Target("boosted_median", "quantile", 0.5),
    Target("boosted_root", "squared_error", of_root=True),
    Target("boosted_on_base", "squared_error", over_base=True, of_root=True),
)
MEAN = Target("boosted_mean", "poisson")
SPREAD = tuple(Target(f"boosted_q{q * 100:02.0f}", "quantile", q) for q in QUANTILES if q != 0.5)


@dataclass(frozen=True)
class Fitted:
    """A regressor of a target, and the names of the features it takes."""

    target: Target
    columns: tuple[str, ...]
    regressor: HistGradientBoostingRegressor


class Boosting(Member):
    """Regressors by pinball loss (Koenker & Bassett, Econometrica 1978), by Poisson loss and of the root.

    The root makes counts of any level about as noisy, and its mean squared is close to their median. Targets are
    demand over the series' recent level and, where a year has passed, over the aligned base, since boosting alone
    cannot tell how large an occasion is that it saw once.

    Fits run one after another on one thread: two OpenMP threads on two busy cores were measured slower than one, and
    the library's own threads set the process's warning filters, so two fits at once disturb each other.

    Fitted: `fitted_`, a regressor for each target that there are rows for.
    """

    def __init__(
        self,
        seed: int,
        targets: Sequence[Target] = (*MEDIANS, MEAN, *SPREAD),
        effort: Effort = FULL,
        learning_rate: float = 0.08,
        max_leaf_nodes: int = 24,
        min_samples_leaf: int = 40,
    ) -> None:
        self.seed = seed
        self.targets = targets
        self.effort = effort
        self.learning_rate = learning_rate
        self.max_leaf_nodes = max_leaf_nodes
        self.min_samples_leaf = min_samples_leaf

    def fit(self, context: Context) -> Self:
        """Learn every target from sampled rows of the history.

        Raises:
            TooLittleHistory: no origin with a full window before it has an observed period after it.
        """
        with threadpool_limits(limits=1):
            found = [self._fitted(context, target, place) for place, target in enumerate(self.targets)]
        self.fitted_ = [part for part in found if part is not None]
        return self

    def medians(self, context: Context) -> dict[str, Floats]:
        """Return what each target forecasts that is meant as a median, or as a mean close to it."""
        return {
            name: found for name, found in self.outputs(context).items() if not name.startswith("boosted_q")
        }

    def outputs(self, context: Context, names: Collection[str] | None = None) -> dict[str, Floats]:
        """Return what each target, or each of those named, forecasts, in units, by name, each (series, horizon)."""
        n_series = len(context.values)
        asked = [part for part in self.fitted_ if names is None or part.target.name in names]
        found = {part.target.name: np.zeros((n_series, context.horizon)) for part in asked}
        for chunk in _chunks(n_series):
            step = np.tile(np.arange(1, context.horizon + 1), len(chunk))
            series = np.repeat(chunk, context.horizon)
            rows = (series, np.full_like(series, context.values.shape[1] - 1), step)
            columns = features(context, *rows)
            level, base, _ = self._units(context, rows)
            factor = context.factor_ahead[chunk].ravel()
            with threadpool_limits(limits=1):
                for part in asked:
                    unit = (base if part.target.over_base else level) * factor
                    found[part.target.name][chunk] = _forecast(part, columns, unit).reshape(len(chunk), -1)
        return found

    def _fitted(self, context: Context, target: Target, place: int) -> "Fitted | None":
        """Fit one target to rows of its own; None if too few of them have what it is learned over.

        Rows are drawn anew for each, so that what the draw brings of noise is averaged out in a combination.
        """
        rhythm = context.history.rhythm
        after = rhythm.year + rhythm.window if target.over_base else 0
        if after >= context.values.shape[1]:
            return None
        rows = draw_rows(context, max_rows=self.effort.max_rows, seed=self.seed + place, after=after)
        level, base, has_base = self._units(context, rows)
        kept = has_base if target.over_base else np.ones_like(has_base)
        if target.over_base and kept.sum() < _LEAST_BASE_ROWS:
            return None
        series, origin, step = (part[kept] for part in rows)
        columns = features(context, series, origin, step)
        # A column of which nothing is known cannot be binned.
        names = tuple(name for name, column in columns.items() if not np.isnan(column).all())
        ratio = context.values[series, origin + step] / (base if target.over_base else level)[kept]
        ratio = np.minimum(ratio, _MOST_RATIO)
        # Poisson loss is undefined when every target is zero.
        loss = "squared_error" if target.loss == "poisson" and not ratio.any() else target.loss
        inputs = np.column_stack([columns[name] for name in names])
        regressor = self._regressor(loss, target.quantile, names)
        return Fitted(target, names, regressor.fit(inputs, np.sqrt(ratio) if target.of_root else ratio))

    def _units(self, context: Context, rows: Rows) -> tuple[Floats, Floats, Bools]:
        """Return the level and the aligned base of each row, the latter no less than a part of the level, and where it is known."""
        level = context.level(rows[0], rows[1])
        base, is_known = aligned_base(context, *rows)
        return level, np.maximum(base, level / _MOST_RATIO), is_known

    def _regressor(
        self, loss: str, quantile: float | None, names: Sequence[str]
    ) -> HistGradientBoostingRegressor:
        places = [
            place for place, name in enumerate(names) if name in CATEGORIES or name.startswith(GROUP_PREFIX)
        ]
        return HistGradientBoostingRegressor(
            loss=loss,
            quantile=quantile,
            max_iter=self.effort.max_iter,
            learning_rate=self.learning_rate,
            max_leaf_nodes=self.max_leaf_nodes,
            min_samples_leaf=self.min_samples_leaf,
            categorical_features=places,
            early_stopping=False,
            random_state=self.seed,
        )


def _forecast(part: Fitted, columns: Mapping[str, Floats], unit: Floats) -> Floats:
    inputs = np.column_stack([columns[name] for name in part.columns])
    ratio = np.maximum(part.regressor.predict(inputs), 0.0)
    return np.asarray((ratio**2 if part.target.of_root else ratio) * unit, dtype=np.float64)


def _chunks(n_series: int) -> Iterator[NDArray[np.int64]]:
    for first in range(0, n_series, _SERIES_AT_ONCE):
        yield np.arange(first, min(first + _SERIES_AT_ONCE, n_series))
