"""The audit before a switch: dbt's tests, rows against the landing, what is set aside, models against baselines."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from orchestration.checks.anomalies import anomalies, daily_kpis
from orchestration.checks.model_scores import Comparison, compare_models
from orchestration.checks.quarantine import overfull
from orchestration.checks.row_counts import compare_row_counts
from orchestration.landing.cursor import Cursor
from orchestration.landing.drift import new_columns
from orchestration.landing.quarantine import read_quarantine
from orchestration.refusal import Refusal
from orchestration.settings import DataFolder
from orchestration.warehouse.test_results import read_results


class GateClosed(Refusal):
    """A check failed, so the previous release stays."""


@dataclass(frozen=True)
class Audit:
    """What an open gate found.

    Attributes:
        checks: how many passed, failed and warned.
        models: each released model beside its baseline, by area.
        quality: `quarantined` rows by view and rule, and the `warnings`, one sentence each.
    """

    checks: dict[str, int]
    models: dict[str, Any]
    quality: dict[str, Any]


def audit(folder: DataFolder, cursor: Cursor, day: date) -> Audit:
    """Run every check on the built warehouse and return what the manifest says of them.

    Args:
        day: the last day that is over, whose figures are compared with those before.

    Raises:
        GateClosed: the sentence says what failed.
    """
    tests = read_results(folder.test_results)
    if tests.snapshot != cursor.snapshot or tests.missing:
        raise GateClosed(
            "the warehouse has not been built and tested on the rows landed last "
            f"({len(tests.missing)} tests have not run); run the whole pipeline"
        )
    if tests.failed:
        raise GateClosed(_closed(f"dbt test {tests.failed[0]} failed", len(tests.failed) - 1))
    counts = compare_row_counts(folder)
    differing = [count.sentence() for count in counts if not count.agrees]
    if differing:
        raise GateClosed(_closed(differing[0], len(differing) - 1))
    batch = cursor.next_batch - 1
    if too_many := overfull(folder, batch):
        raise GateClosed(_closed(too_many[0], len(too_many) - 1))
    models = compare_models(folder.ml / "model_scores.parquet")
    worse = [model.sentence() for model in models if model.is_worse]
    if worse:
        raise GateClosed(_closed(worse[0], len(worse) - 1))
    quarantine = read_quarantine(folder.quarantine, batch)
    warnings = [
        *(f"dbt test {test} warns" for test in tests.warned),
        *quarantine.sentences(),
        *new_columns(folder.landing),
        *(anomaly.sentence() for anomaly in anomalies(daily_kpis(folder.warehouse, day), day)),
    ]
    return Audit(
        {"passed": len(tests.passed) + len(counts) + len(models), "failed": 0, "warned": len(warnings)},
        _by_area(models),
        {"quarantined": quarantine.rows, "warnings": warnings},
    )


def _closed(first: str, others: int) -> str:
    more = f" (and {others} more)" if others else ""
    return f"{first}{more}; the previous release stays"


def _by_area(models: list[Comparison]) -> dict[str, Any]:
    areas: dict[str, Any] = {}
    for model in models:
        areas.setdefault(model.area, []).append(model.fields())
    return areas
