"""The models in use for one tenant: their cards from the release's manifest, their scores from its marts."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

import pandas as pd

from dashboards.marts import TenantMarts

Area = Literal["ranking", "demand"]
Verdict = Literal["better", "worse", "equal", "alone"]

SLICES: dict[Area, tuple[str, ...]] = {"ranking": ("all", "novel"), "demand": ("category", "item")}
# The measure that decides, and whether more of it is better.
JUDGED_BY: dict[Area, tuple[str, int | None, bool]] = {
    "ranking": ("ndcg", 10, True),
    "demand": ("wape", None, False),
}
_BUSINESS_ZONE = ZoneInfo("Asia/Shanghai")
# A gain that would be shown as 0.0 %.
_NOUGHT = 0.0005

# The best first: of errors the smallest, of lists the largest, of intervals those that hold what they promise.
_SCORES = """
    select model, metric, k, value, low, high, n, is_released
    from marts.fct_model_scores
    where tenant_id = $tenant_id and area = $area and slice = $slice
    order by metric not in ('ndcg', 'wape'), metric, k,
        case
            when metric in ('ndcg', 'recall', 'hit', 'coverage') then -value
            when metric = 'coverage_90' then abs(value - 0.9)
            else abs(value)
        end,
        model
"""


@dataclass(frozen=True)
class Window:
    """Business days, both included, with the members or series judged in them and their rows."""

    first: date
    last: date
    units: int
    rows: int


@dataclass(frozen=True)
class Card:
    """What is told of the model in use for one slice; days are those of Asia/Shanghai.

    Attributes:
        chosen_on: when the contest was held by which the training went.
        gate: what was compared on the validation window; None where nothing could be chosen.
        paired: the model's measure over the strongest baseline's, by the same units; None where it was not measured so.
        limits: counts, and shares of 0 to 1, by name.
    """

    model: str
    released_since: date
    trained_on: date
    chosen_on: date
    code_version: str
    seed: int
    gate: Mapping[str, Any] | None
    paired: Mapping[str, Any] | None
    parameters: Mapping[str, bool | int | float | str]
    data: Window
    learnt_from: Mapping[str, int]
    validation: Window | None
    test: Window | None
    limits: Mapping[str, float]


@dataclass(frozen=True)
class Standing:
    """The score of the model in use beside the strongest baseline's, by the measure that decides.

    Attributes:
        low, high: the 95 % interval; None where there is none.
        ratio_low, ratio_high: the 95 % interval of its value over the baseline's, both measured on the same members;
            None where they were not.
        baseline: None if no other model was measured.
    """

    model: str
    value: float
    low: float | None
    high: float | None
    n: int
    baseline: str | None
    baseline_value: float
    baseline_low: float | None
    baseline_high: float | None
    ratio_low: float | None
    ratio_high: float | None
    larger_is_better: bool

    @property
    def gain(self) -> float:
        """How much better than the baseline, relative to it; below nought: worse."""
        change = self.value - self.baseline_value
        return (change if self.larger_is_better else -change) / self.baseline_value

    @property
    def verdict(self) -> Verdict:
        """Which of the two is better, to the last digit that is shown; alone: there is nothing to compare with."""
        if self.baseline is None or not self.baseline_value > 0:
            return "alone"
        if abs(self.gain) < _NOUGHT:
            return "equal"
        return "better" if self.gain > 0 else "worse"

    @property
    def is_beyond_chance(self) -> bool:
        """Tell whether the ratio's interval lies beside 1, or, where there is none, the baseline outside the model's."""
        if self.ratio_low is not None and self.ratio_high is not None:
            return not self.ratio_low <= 1 <= self.ratio_high
        if self.low is None or self.high is None:
            return False
        return not self.low <= self.baseline_value <= self.high


def card_of(marts: TenantMarts, area: Area, slice_name: str) -> Card | None:
    """Return the card of the model in use for a slice, None if the release has none.

    Raises:
        NoRelease: the manifest of the release cannot be read.
    """
    for card in marts.cards():
        for choice in card["choices"]:
            if (card["area"], choice["slice"]) == (area, slice_name):
                return Card(
                    model=choice["model"],
                    released_since=_day(choice["released_since"]),
                    trained_on=_day(card["trained_at"]),
                    chosen_on=_chosen(card),
                    code_version=card["code_version"],
                    seed=card["seed"],
                    gate=choice["gate"],
                    paired=choice.get("paired"),
                    parameters=choice["parameters"],
                    data=_window(card["data"]),
                    learnt_from=card["learnt_from"],
                    validation=_window(card["validation"]) if card["validation"] else None,
                    test=_window(card["test"]) if card["test"] else None,
                    limits=card["limits"],
                )
    return None


def scores(marts: TenantMarts, area: Area, slice_name: str, card: Card | None) -> pd.DataFrame:
    """Return every score of a slice: model, metric, k, value, low, high, n, is_released; the best first.

    What is in use for the slice is what its card says; without one it is what the scores say.
    """
    rows = marts.rows(_SCORES, area=area, slice=slice_name)
    return rows if card is None else rows.assign(is_released=rows["model"] == card.model)


def judged(rows: pd.DataFrame, area: Area) -> pd.DataFrame:
    """Return the rows of the measure that decides, the best first."""
    metric, k, larger_is_better = JUDGED_BY[area]
    of_k = rows["k"].isna() if k is None else rows["k"] == k
    found = rows[(rows["metric"] == metric) & of_k]
    return found.sort_values("value", ascending=not larger_is_better, kind="stable")


def standing(rows: pd.DataFrame, area: Area, card: Card | None) -> Standing | None:
    """Return how the model in use stands, None if it was not measured; `rows` is what `judged` returned."""
    released = rows[rows["is_released"]]
    if released.empty:
        return None
    own = released.iloc[0]
    # A candidate that was not released is no baseline.
    candidate = None if card is None or card.gate is None else card.gate["candidate"]
    others = rows[~rows["is_released"] & (rows["model"] != candidate)]
    best = None if others.empty else others.iloc[0]
    paired = card.paired if card and card.paired else {}
    if best is None or paired.get("baseline") != best["model"]:
        paired = {}
    return Standing(
        model=own["model"],
        value=float(own["value"]),
        low=_known(own["low"]),
        high=_known(own["high"]),
        n=int(own["n"]),
        baseline=None if best is None else best["model"],
        baseline_value=float("nan") if best is None else float(best["value"]),
        baseline_low=None if best is None else _known(best["low"]),
        baseline_high=None if best is None else _known(best["high"]),
        ratio_low=paired.get("low"),
        ratio_high=paired.get("high"),
        larger_is_better=JUDGED_BY[area][2],
    )


def _chosen(card: Mapping[str, Any]) -> date:
    """Return when the models were chosen; those of cards that do not say so were chosen when they were trained."""
    told = card.get("chosen_on")
    return _day(card["trained_at"]) if told is None else date.fromisoformat(told)


def _day(moment: str) -> date:
    return datetime.fromisoformat(moment).astimezone(_BUSINESS_ZONE).date()


def _window(fields: Mapping[str, Any]) -> Window:
    first, last = (date.fromisoformat(fields[name]) for name in ("first", "last"))
    return Window(first, last, fields["units"], fields["rows"])


def _known(value: float) -> float | None:
    return None if pd.isna(value) else float(value)
