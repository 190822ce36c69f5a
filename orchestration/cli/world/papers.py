"""The documents of simulated suppliers: renewed in time or late, and one of them forged, which is found out later."""

from dataclasses import dataclass
from hashlib import sha256
from itertools import count

import numpy as np

from orchestration.cli.world.brands import BRANDS
from orchestration.cli.world.particulars import flags_of
from orchestration.cli.world.terms import SUPPLIERS
from transactional.supplier_gates.domain import Kind

# Days that a licence holds, and a report or an authorisation.
LICENCE_DAYS, PAPER_DAYS = 3_650, 365
# So many renewals come late, by so many days; the others so many days before the last one.
LATE_RENEWAL_SHARE, LATE_RENEWAL_DAYS = 0.2, (3, 21)
_EARLY_DAYS = (15, 31)
_VERIFIED_AFTER = (1, 5)
# Who forges a brand's authorisation is found out after this part of the world; and is let in again so many days after.
FOUND_OUT = (0.45, 0.7)
BACK_AFTER = (12, 36)
# One of these does; without its virtual goods for weeks it would be another mall.
_FORGERS = sorted({brand.supplier for brand in BRANDS if brand.is_known} - {"digital-rights"})
_GOODS_LICENCES: tuple[Kind, ...] = ("food_licence", "medical_device_licence")
_HELD_FOR = 300
# One licence ends so many days after the world.
_ENDS_SOON = 25


@dataclass(frozen=True)
class Paper:
    """A document, its days counted from the first of the world; days before it are negative.

    Attributes:
        supplier, brand: indices into SUPPLIERS and BRANDS; brand and level are None but of a brand's authorisation.
        valid_from, expires: both days on which it holds, as it says itself.
        found_out: the day on which it turns out to be forged; None of a genuine one.
        lifts: whether its verification is what its supplier's suspension is lifted for.
    """

    supplier: int
    kind: Kind
    number: str
    brand: int | None
    level: int | None
    valid_from: int
    expires: int
    handed_in: int
    verified: int
    found_out: int | None = None
    lifts: bool = False

    @property
    def file_sha256(self) -> str:
        """Return what stands for the digest of its file, in hex."""
        return sha256(self.number.encode()).hexdigest()


def plan_papers(days: int, rng: np.random.Generator) -> tuple[Paper, ...]:
    """Plan the documents of all suppliers, in the order in which they are handed in."""
    papers: list[Paper] = []
    forger = str(rng.choice(_FORGERS))
    forged = next(n for n, brand in enumerate(BRANDS) if brand.is_known and brand.supplier == forger)
    ends_soon = int(rng.integers(len(SUPPLIERS)))
    numbers = count(1)
    for supplier, one in enumerate(SUPPLIERS):
        expires = (
            days - 1 + _ENDS_SOON if supplier == ends_soon else LICENCE_DAYS - int(rng.integers(100, 2_000))
        )
        papers.append(
            Paper(
                supplier, "business_licence", f"SIM-L-{next(numbers):04d}", None, None, expires - LICENCE_DAYS + 1,
                expires, -60, -58,
            )
        )  # fmt: skip
        papers += _goods_licences(supplier)
        papers += _renewed(supplier, "quality_report", None, days, numbers, rng, may_lapse=False)
        for n, brand in enumerate(BRANDS):
            if brand.supplier == one.code:
                chain = _renewed(
                    supplier, "brand_authorisation", n, days, numbers, rng, may_lapse=n != forged
                )
                papers += _forged(chain, days, numbers, rng) if n == forged else chain
    return tuple(sorted(papers, key=lambda paper: (paper.handed_in, paper.number)))


def _goods_licences(supplier: int) -> list[Paper]:
    """Return the licences that the goods of a supplier need, which last longer than any world."""
    flags = {flag for category in SUPPLIERS[supplier].categories for flag in flags_of(category)}
    return [
        Paper(
            supplier, kind, f"SIM-G-{supplier + 1:04d}-{n}", None, None, -_HELD_FOR, LICENCE_DAYS - _HELD_FOR - 1, -60, -58
        )
        for n, kind in enumerate(_GOODS_LICENCES)
        if kind in flags
    ]  # fmt: skip


def _renewed(
    supplier: int, kind: Kind, brand: int | None, days: int, numbers: "count[int]", rng: np.random.Generator,
    *, may_lapse: bool,
) -> list[Paper]:  # fmt: skip
    """Return a document and its renewals, as long as they are handed in within the world."""
    level = None if brand is None else 1 if BRANDS[brand].is_known or BRANDS[brand].is_makers else 2
    valid_from, handed_in = -int(rng.integers(60, 330)), -60
    chain: list[Paper] = []
    while handed_in < days:
        expires = valid_from + PAPER_DAYS - 1
        verified = handed_in + int(rng.integers(*_VERIFIED_AFTER))
        number = f"SIM-{'A' if brand is not None else 'Q'}-{next(numbers):04d}"
        chain.append(Paper(supplier, kind, number, brand, level, valid_from, expires, handed_in, verified))
        is_late = may_lapse and rng.random() < LATE_RENEWAL_SHARE
        handed_in = expires + int(
            rng.integers(*LATE_RENEWAL_DAYS) if is_late else -rng.integers(*_EARLY_DAYS)
        )
        valid_from = max(expires + 1, handed_in) if is_late else expires + 1
    return chain


def _forged(chain: list[Paper], days: int, numbers: "count[int]", rng: np.random.Generator) -> list[Paper]:
    """Return a chain whose document of a day is found out on it, and what is handed in afterwards."""
    day = int(days * rng.uniform(*FOUND_OUT))
    forged = next(paper for paper in chain if paper.valid_from <= day <= paper.expires)
    kept = [paper for paper in chain if paper.expires < day]
    found = Paper(**{**vars(forged), "found_out": day})
    back = day + int(rng.integers(*BACK_AFTER))
    if back >= days:
        return [*kept, found]
    number = f"SIM-A-{next(numbers):04d}"
    genuine = Paper(
        forged.supplier, forged.kind, number, forged.brand, forged.level, back - 2, back - 3 + 2 * PAPER_DAYS, back - 2, back,
        lifts=True,
    )  # fmt: skip
    return [*kept, found, genuine]
