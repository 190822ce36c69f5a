"""What a parcel costs, and what the parcels of a month come to. Pure; amounts are integer fen.

Problem
├── RateExists     409  a rate of the carrier and region begins on that day with other contents
└── NoCarrierRate  404  the carrier has no rate for the region on the day
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from transactional.problems import Problem

WHOLE_BP = 10_000


class RateExists(Problem):
    """A rate of the carrier and region begins on that day with other contents."""

    slug = "carrier-rate-exists"
    title = "There is a rate of that day"
    status = 409

    def __init__(self, carrier: str, region: str, valid_from: date) -> None:
        super().__init__(
            f"{carrier} has a rate for {region} from {valid_from} on with other contents, and rates are not changed; "
            "let a new one begin later"
        )


class NoCarrierRate(Problem):
    """The carrier has no rate for the region on the day."""

    slug = "no-carrier-rate"
    title = "No rate holds"
    status = 404

    def __init__(self, carrier: str, region: str, day: date) -> None:
        super().__init__(
            f"no rate of {carrier} for {region} parcels holds on {day}; the platform announces them"
        )


@dataclass(frozen=True)
class VolumeDiscount:
    """In a month with more than so many parcels each of them costs `discount_bp` basis points less."""

    over_parcels: int
    discount_bp: int


@dataclass(frozen=True, kw_only=True)
class Rate:
    """What a carrier asks for a parcel to a region from a day on.

    Attributes:
        first_grams, first_fen: up to this weight a parcel costs that.
        step_grams, step_fen: and for each such weight begun beyond it that much more.
        volume_discounts: by rising volume, each larger than the one before.
    """

    carrier: str
    region: str
    valid_from: date
    first_grams: int
    first_fen: int
    step_grams: int
    step_fen: int
    volume_discounts: tuple[VolumeDiscount, ...] = ()

    def __post_init__(self) -> None:
        """Refuse discounts that are out of order.

        Raises:
            ValueError: a larger volume has no larger discount, or one is not between nothing and everything.
        """
        for less, more in pairwise(self.volume_discounts):
            if more.over_parcels <= less.over_parcels or more.discount_bp <= less.discount_bp:
                raise ValueError(
                    "volume_discounts: a larger volume has a larger discount; name them in that order"
                )
        if any(d.over_parcels < 1 or not 0 < d.discount_bp <= WHOLE_BP for d in self.volume_discounts):
            raise ValueError("volume_discounts: over at least 1 parcel, and 1 to 10000 basis points")

    def list_fen(self, grams: int) -> int:
        """Return what a parcel costs before discounts; one of unknown weight, 0, costs as much as the lightest."""
        beyond = max(grams - self.first_grams, 0)
        return self.first_fen + -(-beyond // self.step_grams) * self.step_fen

    def discount_bp(self, parcels: int) -> int:
        """Return the discount of each parcel in a month with so many parcels, in basis points."""
        reached = [d.discount_bp for d in self.volume_discounts if parcels > d.over_parcels]
        return reached[-1] if reached else 0

    def fen(self, grams: int, parcels: int) -> int:
        """Return what a parcel costs in a month with so many; rounded up, against whoever pays."""
        return -(-self.list_fen(grams) * (WHOLE_BP - self.discount_bp(parcels)) // WHOLE_BP)


@dataclass(frozen=True)
class Parcels:
    """So many parcels of one weight that a carrier took to a region on a day."""

    carrier: str
    region: str
    day: date
    grams: int
    count: int


@dataclass(frozen=True)
class CarrierMonth:
    """What the parcels of a carrier come to in a month, so far and expected to its end.

    Attributes:
        parcels, fen: those that were taken, at the discount that the volume so far gives.
        volume: parcels of all tenants with the carrier, which decide the discount.
        expected_parcels, expected_fen: if every day to come has as many as those that passed.
        unrated_parcels: of `parcels`, those on days without a rate; they are not in the amounts.
    """

    carrier: str
    parcels: int
    volume: int
    discounts_bp: dict[str, int]
    fen: int
    expected_parcels: int
    expected_volume: int
    expected_discounts_bp: dict[str, int]
    expected_fen: int
    unrated_parcels: int


def rate_on(rates: Sequence[Rate], *, carrier: str, region: str, day: date) -> Rate | None:
    """Return the newest rate that has begun by a day, or None."""
    held = [r for r in rates if (r.carrier, r.region) == (carrier, region) and r.valid_from <= day]
    return max(held, key=lambda r: r.valid_from, default=None)


def carrier_month(
    carrier: str,
    parcels: Sequence[Parcels],
    *,
    rates: Sequence[Rate],
    volume: int,
    month: date,
    today: date,
) -> CarrierMonth:
    """Reckon a carrier's month.

    Args:
        parcels: of the carrier, in the month; those whose carriage is reckoned.
        volume: how many the carrier took in the month for everybody.
        month: its first day.
        today: the last day that is in `parcels`, of this month or a later one.
    """
    passed, whole = days_of(month, today)
    expected_volume = scaled(volume, passed, whole)
    rated = [(one, rate) for one in parcels if (rate := _rate_of(rates, one)) is not None]
    count = sum(one.count for one in parcels)
    at_end = sum(one.count * rate.fen(one.grams, expected_volume) for one, rate in rated)
    last_day = min(today, month_end(month))
    held = {
        region: rate
        for region in ("nationwide", "remote")
        if (rate := rate_on(rates, carrier=carrier, region=region, day=last_day)) is not None
    }
    return CarrierMonth(
        carrier=carrier,
        parcels=count,
        volume=volume,
        discounts_bp={region: rate.discount_bp(volume) for region, rate in held.items()},
        fen=sum(one.count * rate.fen(one.grams, volume) for one, rate in rated),
        expected_parcels=scaled(count, passed, whole),
        expected_volume=expected_volume,
        expected_discounts_bp={region: rate.discount_bp(expected_volume) for region, rate in held.items()},
        expected_fen=scaled(at_end, passed, whole),
        unrated_parcels=count - sum(one.count for one, _ in rated),
    )


def days_of(month: date, today: date) -> tuple[int, int]:
    """Return how many days of a month have passed by the end of `today`, and how many it has."""
    whole = (month_end(month) - month).days + 1
    return min((today - month).days + 1, whole), whole


def month_end(month: date) -> date:
    """Return the last day of the month that begins on a day."""
    return (month.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def scaled(amount: int, passed: int, whole: int) -> int:
    """Return what `whole` days come to at the pace of those that passed, rounded up."""
    return -(-amount * whole // passed)


def _rate_of(rates: Sequence[Rate], one: Parcels) -> Rate | None:
    return rate_on(rates, carrier=one.carrier, region=one.region, day=one.day)
