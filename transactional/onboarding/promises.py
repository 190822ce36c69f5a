"""What a run of the acceptance kit must measure, and against how much at least, before it counts. Pure.

Whoever runs the kit may hold the mall against more. Less is no acceptance, however good the figures look against it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from transactional.onboarding.domain import Area, Comparison, Measure


@dataclass(frozen=True)
class Promise:
    """What one measure is held against, unless a run is stricter."""

    area: Area
    measure: str
    comparison: Comparison
    threshold: float

    def is_kept_to_by(self, measure: Measure) -> bool:
        """Tell whether a measure is of this promise, and held against no less."""
        if (measure.area, measure.measure, measure.comparison) != (self.area, self.measure, self.comparison):
            return False
        if self.comparison == "at_least":
            return measure.threshold >= self.threshold
        return measure.threshold <= self.threshold


def _none_of(area: Area, *measures: str) -> tuple[Promise, ...]:
    return tuple(Promise(area, measure, "at_most", 0) for measure in measures)


MIN_RATE: Final = 50.0
MAX_P95_MS: Final = 1_000.0
MIN_REDEMPTIONS: Final = 30
FIELDS_OF_REDEMPTION: Final = 20
MIN_CONNECTIONS: Final = 32

PROMISES: Final[tuple[Promise, ...]] = (
    Promise("points_sync", "sync_rate", "at_least", MIN_RATE),
    Promise("points_sync", "sync_p95_ms", "at_most", MAX_P95_MS),
    *_none_of("points_sync", "sync_errors", "sync_balances_wrong"),
    Promise("redemption_accuracy", "fields_compared", "at_least", FIELDS_OF_REDEMPTION * MIN_REDEMPTIONS),
    *_none_of(
        "redemption_accuracy",
        "redemption_fields_wrong", "refund_fields_wrong", "balance_fields_wrong", "ledger_entries_wrong",
    ),
    Promise("stability", "load_requests", "at_least", MIN_CONNECTIONS),
    Promise("stability", "load_p95_ms", "at_most", MAX_P95_MS),
    *_none_of(
        "stability",
        "load_errors", "replays_wrong", "transfers_lost_or_doubled", "overspent", "negative_balances",
        "load_balances_wrong", "ledger_breaks",
    ),
)  # fmt: skip


def broken_promises(measures: Sequence[Measure]) -> list[Promise]:
    """Return what was not measured, or was held against less than is promised."""
    return [promise for promise in PROMISES if not any(promise.is_kept_to_by(one) for one in measures)]


def is_accepted(measures: Sequence[Measure]) -> bool:
    """Tell whether everything promised was measured against that at least, and every threshold is met."""
    return not broken_promises(measures) and all(measure.is_met for measure in measures)
