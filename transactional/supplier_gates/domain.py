"""The gates and what a trial has to show. Where a supplier stands follows from its acts, in `mall.supplier_standing`."""

from dataclasses import dataclass
from datetime import date
from typing import Final, Literal
from uuid import UUID

Gate = Literal["documents", "samples", "trial"]
Standing = Literal["documents", "samples", "trial", "active", "suspended"]
Kind = Literal[
    "business_licence", "brand_authorisation", "quality_report", "food_licence", "medical_device_licence"
]  # fmt: skip
Result = Literal["passed", "failed"]

GATES: Final[tuple[Gate, ...]] = ("documents", "samples", "trial")
KINDS: Final[tuple[Kind, ...]] = ("business_licence", "brand_authorisation", "quality_report")

# Pieces of a trial order.
LEAST_TRIAL: Final = 500
MOST_TRIAL: Final = 1_000
# So many pieces have to be shipped, or be late, before a trial says something.
LEAST_DUE: Final = 100
# Per cent of pieces that come by their day and are shipped within 48 hours, of complaints answered within 24.
KEPT_PERCENT: Final = 95


@dataclass(frozen=True)
class NewDocument:
    """A document as it is handed in; both days of its validity are included.

    Attributes:
        brand_id, level: of a brand authorisation only; level 1 comes from the brand itself.
        file_sha256: of the file at `file_url`, in hex, so that another file is noticed.
    """

    kind: Kind
    number: str
    brand_id: UUID | None
    level: int | None
    issued_on: date
    valid_from: date
    expires_on: date
    file_url: str
    file_sha256: str


@dataclass(frozen=True)
class NewSample:
    """What a test of samples found; `reference` is the test's own name, so that it is noted once."""

    reference: str
    result: Result
    score: int
    remarks: str
    tested_on: date


@dataclass(frozen=True)
class TrialFigures:
    """What the events of a trial order come to.

    Attributes:
        quantity: pieces that were ordered.
        delivered_quantity: good pieces that came by their day.
        due_quantity: pieces of its items that members redeemed since and that had to be shipped by now.
        shipped_quantity: those of them that were shipped within 48 hours.
        complaints: about its items since, that had to be answered by now.
        answered: those of them that were answered within 24 hours.
        is_shipped: whether any of its items is shipped to members at all.
    """

    quantity: int
    delivered_quantity: int
    due_quantity: int
    shipped_quantity: int
    complaints: int
    answered: int
    is_shipped: bool

    @property
    def result(self) -> Result:
        """Return whether every promise was kept so often as it has to be."""
        kept = all(
            part * 100 >= whole * KEPT_PERCENT
            for part, whole in (
                (self.delivered_quantity, self.quantity),
                (self.shipped_quantity, self.due_quantity),
                (self.answered, self.complaints),
            )
        )
        return "passed" if kept else "failed"

    @property
    def says_enough(self) -> bool:
        """Tell whether so many pieces were due that the shipping can be judged; a late delivery is enough to fail."""
        is_late = self.delivered_quantity * 100 < self.quantity * KEPT_PERCENT
        return is_late or not self.is_shipped or self.due_quantity >= LEAST_DUE
