"""Each released model beside the strongest baseline measured in the same run."""

from dataclasses import dataclass
from pathlib import Path
from statistics import NormalDist
from typing import Any

import duckdb

# How often an interval of 95 % lies wholly on the wrong side by chance.
_CHANCE = 0.025
# area → the score that decides, where larger is better, and the models that any other has to match.
_DECIDING = {
    "ranking": (
        "ndcg",
        10,
        True,
        ("popularity", "personal_frequency", "tifu_knn", "ease", "item_neighbours", "transitions"),
    ),
    "demand": ("wape", None, False, ("seasonal_naive", "weekday_means")),
}


@dataclass(frozen=True)
class Comparison:
    """A released model's score, with its 95 % interval, and its strongest baseline's on the test window.

    Attributes:
        had_choice: whether another model than baselines competed; where none did, as in a young mall, the one that
            needs no choice is in use, whatever the others are worth.
        widening: how many times as far as its interval the score may be off by chance. A release compares many models
            with their strongest baselines; at 95 % each, twenty-five refuse nearly every second release by chance alone.
    """

    area: str
    tenant_id: str
    slice: str
    metric: str
    model: str
    value: float
    low: float | None
    high: float | None
    baseline: str
    baseline_value: float
    larger_is_better: bool
    had_choice: bool
    widening: float

    @property
    def is_worse(self) -> bool:
        """Return whether the whole widened interval is on the wrong side of the baseline: worse beyond chance."""
        if not self.had_choice:
            return False
        end = self.high if self.larger_is_better else self.low
        best = self.value if end is None else self.value + self.widening * (end - self.value)
        return best < self.baseline_value if self.larger_is_better else best > self.baseline_value

    def sentence(self) -> str:
        """Return the comparison in words."""
        return (
            f"the {self.area} model {self.model} of tenant {self.tenant_id} ({self.slice}) has {self.metric} "
            f"{self.value:.4f}, worse than its baseline {self.baseline} with {self.baseline_value:.4f}"
        )

    def fields(self) -> dict[str, Any]:
        """Return what a manifest says of it."""
        return {
            "tenant_id": self.tenant_id, "slice": self.slice, "metric": self.metric,
            "model": self.model, "value": self.value, "low": self.low, "high": self.high,
            "baseline": self.baseline, "baseline_value": self.baseline_value,
        }  # fmt: skip


def compare_models(scores: Path) -> list[Comparison]:
    """Compare every released model that was measured with its strongest baseline, in each slice of its area."""
    with duckdb.connect() as connection:
        rows = connection.execute(
            "select area, tenant_id, slice, metric, k, model, value, low, high, is_released "
            "from read_parquet($1) order by all",
            [str(scores)],
        ).fetchall()
    groups: dict[tuple[str, str, str], list[tuple[Any, ...]]] = {}
    for area, tenant_id, slice_, metric, k, *score in rows:
        deciding_metric, deciding_k, _, _ = _DECIDING[area]
        if (metric, k) == (deciding_metric, deciding_k):
            groups.setdefault((area, tenant_id, slice_), []).append(tuple(score))
    widening = _widening(len(groups))
    found = (_compare(*key, rows_of_key, widening) for key, rows_of_key in groups.items())
    return [comparison for comparison in found if comparison is not None]


def _widening(comparisons: int) -> float:
    """Return by how much to widen 95 % intervals so that all of them together err as seldom (Bonferroni)."""
    normal = NormalDist()
    return normal.inv_cdf(1.0 - _CHANCE / max(comparisons, 1)) / normal.inv_cdf(1.0 - _CHANCE)


def _compare(
    area: str, tenant_id: str, slice_: str, rows: list[tuple[Any, ...]], widening: float
) -> Comparison | None:
    metric, k, larger_is_better, baselines = _DECIDING[area]
    released = [row for row in rows if row[-1]]
    measured = {row[0]: row[1] for row in rows if row[0] in baselines}
    if not released or not measured:
        return None
    strongest = (max if larger_is_better else min)(sorted(measured), key=lambda name: measured[name])
    model, value, low, high, _ = released[0]
    label = metric if k is None else f"{metric}@{k}"
    return Comparison(
        area, tenant_id, slice_, label, model, value, low, high,
        strongest, measured[strongest], larger_is_better,
        had_choice=any(row[0] not in baselines for row in rows),
        widening=widening,
    )  # fmt: skip
